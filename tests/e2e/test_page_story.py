"""A person uses the playground's page in a real browser: writes, attaches, watches the answer grow, asks on."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from playground.practice_model.script import Answer, HeldAnswer
from playground.practice_model.server import PracticeModel
from playground.workspace.workspace import Workspace
from tests.repository import MANIFEST, SAMPLES
from tests.stage import bot_running, settings_for

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


@pytest_asyncio.fixture(loop_scope="session")
async def model() -> AsyncIterator[PracticeModel]:
    async with PracticeModel(token_rate_per_s=400, first_token_delay_s=0.05) as model:
        yield model


@pytest_asyncio.fixture(loop_scope="session")
async def page(chromium: Browser, model: PracticeModel, tmp_path: Path) -> AsyncIterator[Page]:
    """The page of a workspace that the bot is connected to."""
    async with (
        Workspace(MANIFEST) as workspace,
        bot_running(workspace, settings_for(workspace, model.url, tmp_path, "socket")),
        await chromium.new_context(viewport={"width": 1280, "height": 800}) as context,
    ):
        page = await context.new_page()
        await page.goto(workspace.url)
        yield page


async def test_a_message_with_a_pdf_is_answered_in_a_thread_that_opens_by_itself(page: Page) -> None:
    await page.locator("main input[type=file]").set_input_files(SAMPLES / "supply-agreement.pdf")
    await page.get_by_role("textbox", name="Message #general").fill("@claude how many pages is this?")
    await page.get_by_role("textbox", name="Message #general").press("Enter")

    thread = page.get_by_role("complementary", name="Thread")
    await expect(thread).to_contain_text("supply-agreement.pdf")
    await expect(thread).to_contain_text("3 pages")
    await expect(thread).to_contain_text("Ask me again in this thread")  # the last words


async def test_an_answer_grows_in_place_and_can_be_asked_about(page: Page, model: PracticeModel) -> None:
    held = HeldAnswer()
    model.script(held, Answer("You are welcome."))
    await page.get_by_role("link", name="claude", exact=True).click()
    await page.get_by_role("textbox", name="Message claude").fill("Tell me a story.")
    await page.get_by_role("button", name="Send").first.click()
    thread = page.get_by_role("complementary", name="Thread")
    await held.asked.wait()
    await held.write("Once upon a time ")
    await expect(thread).to_contain_text("Once upon a time")
    await held.write("there was a bot.")
    await held.finish()
    await expect(thread).to_contain_text("Once upon a time there was a bot.")

    await thread.get_by_role("textbox", name="Reply in thread").fill("Thank you!")
    await thread.get_by_role("textbox", name="Reply in thread").press("Enter")
    await expect(thread).to_contain_text("You are welcome.")


async def test_ask_is_answered_for_the_asking_person_only(page: Page, model: PracticeModel) -> None:
    model.script(Answer("A thread is a conversation."))
    await page.get_by_role("textbox", name="Message #general").fill("/ask what is a thread?")
    await page.get_by_role("textbox", name="Message #general").press("Enter")

    await expect(page.locator("main")).to_contain_text("A thread is a conversation.")
    await expect(page.locator("main")).to_contain_text("Only visible to you")
