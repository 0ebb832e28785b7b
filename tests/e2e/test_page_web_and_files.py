"""On the playground's page: an answer that searched the web shows its pages, and a long one is a file at a press."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from playground.practice_model.script import Answer
from playground.practice_model.server import PracticeModel
from playground.workspace.workspace import Workspace
from tests.repository import MANIFEST
from tests.stage import bot_running, settings_for

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


@pytest_asyncio.fixture(loop_scope="session")
async def model() -> AsyncIterator[PracticeModel]:
    async with PracticeModel(token_rate_per_s=None, first_token_delay_s=0.0) as model:
        yield model


@pytest_asyncio.fixture(loop_scope="session")
async def page(chromium: Browser, model: PracticeModel, tmp_path: Path) -> AsyncIterator[Page]:
    async with (
        Workspace(MANIFEST) as workspace,
        bot_running(workspace, settings_for(workspace, model.url, tmp_path, "socket", bot_web="search")),
        await chromium.new_context(viewport={"width": 1280, "height": 800}) as context,
    ):
        page = await context.new_page()
        await page.goto(workspace.url)
        yield page


async def test_pages_are_links_and_a_long_answer_is_a_file_at_a_press(page: Page, model: PracticeModel) -> None:
    write = page.get_by_role("textbox", name="Message #general")
    await write.fill("@claude search the web for green tea.")
    await write.press("Enter")
    thread = page.get_by_role("complementary", name="Thread")
    link = thread.get_by_role("link", name="All about green tea", exact=True)
    await expect(link).to_have_attribute("href", "https://practice.example/green-tea")
    await expect(thread).to_contain_text("practice.example ⁽")
    other = thread.get_by_role("link", name="More about green tea", exact=True)
    first, second = await link.bounding_box(), await other.bounding_box()
    assert first is not None
    assert second is not None
    assert (first["x"], first["y"] < second["y"]) == (second["x"], True), "a line for each page"

    reply = thread.get_by_role("textbox", name="Reply in thread")
    model.script(Answer("Tea and more tea. " * 600))
    await reply.fill("@claude tell me more")
    await reply.press("Enter")
    await thread.get_by_role("button", name="As a file").click()
    await expect(thread.get_by_text(".md").first).to_be_visible()
    await expect(thread.get_by_role("button", name="As a file")).to_have_count(0)
