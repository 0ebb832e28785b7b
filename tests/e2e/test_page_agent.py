"""The playground's page shows an agent as Slack does: prompts to begin with, titles, Slack's own Stop."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from bot.setup.manifest import PROMPTS
from bot.slack.write.agent_surface import DISCLAIMER
from playground import demo
from playground.practice_model.script import HeldAnswer
from playground.practice_model.server import PracticeModel
from playground.workspace.workspace import Workspace
from tests.e2e.page_steps import PATIENCE_MS
from tests.e2e.test_page_accessible import faults
from tests.stage import bot_running, settings_for

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


@pytest_asyncio.fixture(loop_scope="session")
async def model() -> AsyncIterator[PracticeModel]:
    async with PracticeModel(token_rate_per_s=None, first_token_delay_s=0.0) as model:
        yield model


@pytest_asyncio.fixture(loop_scope="session")
async def agent(model: PracticeModel, tmp_path: Path) -> AsyncIterator[Workspace]:
    async with Workspace(await demo._agent()) as ws, bot_running(ws, settings_for(ws, model.url, tmp_path, "socket")):
        yield ws


async def test_prompts_begin_a_session_which_has_a_title_and_slacks_own_stop(
    chromium: Browser, agent: Workspace, model: PracticeModel
) -> None:
    held = HeldAnswer()
    model.script(held)
    options = {"viewport": {"width": 1440, "height": 900}, "reduced_motion": "reduce"}
    async with await chromium.new_context(**options) as context:  # type: ignore[arg-type]  # of several kinds
        page = await context.new_page()
        page.set_default_timeout(PATIENCE_MS)
        await page.goto(agent.url)
        await page.get_by_role("link", name="claude", exact=True).click()
        suggested = page.get_by_role("region", name="Suggested prompts")
        await expect(suggested).to_contain_text(DISCLAIMER)
        assert await suggested.get_by_role("button").all_inner_texts() == [title for title, _ in PROMPTS]
        assert await faults(page) == []

        title, message = PROMPTS[0]
        await suggested.get_by_role("button", name=title).click()
        await held.asked.wait()
        thread = page.get_by_role("complementary", name="Thread")
        await expect(thread.get_by_role("heading")).to_have_text(message)
        await expect(thread.get_by_test_id("status")).to_contain_text("working")
        assert await faults(page) == []

        await thread.get_by_test_id("status").get_by_role("button", name="Stop").click()
        await held.hung_up.wait()
        await expect(thread.get_by_test_id("status")).to_have_count(0)


async def test_what_was_suggested_and_named_is_there_again_when_the_page_is_loaded_anew(
    chromium: Browser, agent: Workspace
) -> None:
    direct = agent.direct_message(agent.user("ada"))
    ts = await agent.say(agent.user("ada"), direct, "When does the museum open?")
    await agent.until(lambda ws: ws.state.titles and len(ws.thread(direct, ts)) > 1)
    async with await chromium.new_context() as context:
        page = await context.new_page()
        page.set_default_timeout(PATIENCE_MS)
        await page.goto(f"{agent.url}/#/{direct}/{ts}")
        await shows(page, "When does the museum open?")
        await page.reload()
        await shows(page, "When does the museum open?")

        await page.get_by_role("link", name="History").click()
        history = page.get_by_role("region", name="History")
        await expect(history.get_by_role("link")).to_have_count(1)
        assert await faults(page) == []
        await history.get_by_role("link", name="When does the museum open?").click()
        await shows(page, "When does the museum open?")


async def shows(page: Page, title: str) -> None:
    await expect(page.get_by_role("heading", name=title)).to_be_visible()
    await expect(page.get_by_role("region", name="Suggested prompts")).to_be_visible()
