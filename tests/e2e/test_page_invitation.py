"""Who comes to the demo's page is shown an answer and things to try, and each of them shows what it says."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Locator, Page, expect

from playground import conversation
from playground.practice_model.server import PracticeModel
from playground.workspace.workspace import Workspace
from tests.e2e.page_steps import PATIENCE_MS
from tests.repository import MANIFEST, SAMPLES
from tests.stage import bot_running, settings_for

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


@pytest_asyncio.fixture(loop_scope="session")
async def workspace() -> AsyncIterator[Workspace]:
    async with conversation.furnished(MANIFEST) as workspace:
        yield workspace


@pytest_asyncio.fixture(loop_scope="session")
async def page(chromium: Browser, workspace: Workspace, tmp_path: Path) -> AsyncIterator[Page]:
    complaints: list[str] = []
    async with (
        PracticeModel(token_rate_per_s=None, answers=conversation.answer_to_visitor) as model,
        bot_running(workspace, settings_for(workspace, model.url, tmp_path, "socket", bot_web="search")),
        await chromium.new_context(viewport={"width": 1440, "height": 900}) as context,
    ):
        page = await context.new_page()
        page.set_default_timeout(PATIENCE_MS)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        await page.goto(workspace.url)
        yield page
    assert complaints == []


def thread(page: Page) -> Locator:
    return page.get_by_role("complementary", name="Thread")


async def tried(page: Page, words: str) -> None:
    """A suggestion is pressed, and what it wrote is sent."""
    await page.get_by_role("region", name="Try these").get_by_role("button", name=words).click()
    await expect(page.get_by_role("textbox", name="Message #general")).to_be_focused()
    await page.keyboard.press("Enter")


async def test_the_first_picture_is_an_answer_worth_having(page: Page, workspace: Workspace) -> None:
    step = conversation.CONVERSATION[0]
    files = [(name, (SAMPLES / name).read_bytes()) for name in step.files]
    general = workspace.channel(step.where)
    ts = await workspace.say(workspace.user(step.who), general, step.text, files=files)
    workspace.state.invitation["front"] = [general, ts]
    await page.goto("about:blank")
    await page.goto(workspace.url)
    await expect(thread(page)).to_contain_text("if they have your notice in writing by 30 December 2026")
    await expect(thread(page).get_by_role("table")).to_contain_text("Ethiopia Guji")
    await expect(thread(page)).to_contain_text("supply-agreement.pdf, pp. 1 ⁽")


async def test_nobody_and_no_channel_is_there_for_the_tests_alone(page: Page) -> None:
    sidebar = page.get_by_role("navigation", name="Channels")
    channels = sidebar.get_by_role("region", name="Channels").get_by_role("link")
    await expect(channels).to_have_text(["general", "random", "with-partner", "board-room"])
    people = sidebar.get_by_role("region", name="People").get_by_role("listitem")
    await expect(people).to_have_text(["ada", "grace", "lars", "miaguest", "patother company"])
    direct = sidebar.get_by_role("region", name="Direct messages").get_by_role("link")
    await expect(direct).to_have_text(["grace, claude", "✳claude"])


async def test_stop_continue_and_the_queue(page: Page) -> None:
    await tried(page, "count slowly")
    reply = thread(page).get_by_role("textbox", name="Reply in thread")
    await expect(thread(page)).to_contain_text("1, 2,")
    await reply.fill("@claude and you?")
    await reply.press("Enter")
    await expect(thread(page)).to_contain_text("Queued behind")
    await thread(page).get_by_role("button", name="Stop").click()
    await expect(thread(page)).to_contain_text("ada stopped this answer.")
    await expect(thread(page)).to_contain_text("What reached me")


async def test_what_was_stopped_goes_on_where_it_was(page: Page) -> None:
    await tried(page, "count slowly")
    await expect(thread(page)).to_contain_text("1, 2,")
    await thread(page).get_by_role("button", name="Stop").click()
    await expect(thread(page)).to_contain_text("ada stopped this answer.")
    shown = await thread(page).get_by_test_id("message-body").last.inner_text()
    counted = max(int(word.strip(",")) for word in shown.split() if word.strip(",").isdigit())
    await thread(page).get_by_role("button", name="Continue").click()
    await expect(thread(page).get_by_test_id("message-body").last).to_contain_text(f"{counted + 1}, {counted + 2}")
    await thread(page).get_by_role("button", name="Stop").click()


async def test_a_very_long_answer_goes_on_in_further_messages_with_its_table_and_code(page: Page) -> None:
    await tried(page, "very long")
    await expect(thread(page)).to_contain_text("Part 40 of 40")
    await expect(thread(page).get_by_role("button", name="As a file")).to_be_visible()
    await expect(thread(page).get_by_role("table")).to_be_visible()
    await expect(thread(page)).to_contain_text("def tokens_of_this_request")
    assert await thread(page).get_by_role("article").count() > 2


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        ("what is in these?", "640 × 427 px"),
        ("search the web", "All about green tea"),
        ("refuse this", "The model declined to answer this."),
        ("fail, please", "The answer breaks off here"),
    ],
)
async def test_what_is_suggested_shows_what_it_says(page: Page, words: str, shown: str) -> None:
    await tried(page, words)
    await expect(thread(page)).to_contain_text(shown)


async def test_an_answer_that_breaks_off_goes_on(page: Page) -> None:
    await tried(page, "break off")
    await thread(page).get_by_role("button", name="Continue").click()
    await expect(thread(page)).to_contain_text("I will see all of it once more.")


async def test_commands_are_answered_in_the_channel(page: Page) -> None:
    await tried(page, "/ask what is a thread?")
    await expect(page.get_by_role("main")).to_contain_text("What reached me")
    await tried(page, "/ask catch me up on #random")
    await expect(page.get_by_role("main")).to_contain_text("The coffee comes on Tuesday")


async def test_nothing_is_suggested_where_the_bot_is_not(page: Page, workspace: Workspace) -> None:
    workspace.remove_bot(workspace.channel("board-room"))
    await page.reload()
    await page.get_by_role("link", name="board-room").click()
    await expect(page.get_by_role("region", name="Try these")).to_have_count(0)
    await page.get_by_role("link", name="claude", exact=True).click()
    await expect(page.get_by_role("region", name="Try these")).to_contain_text("what is in these?")
    await expect(page.get_by_role("region", name="Try these")).not_to_contain_text("@claude")
