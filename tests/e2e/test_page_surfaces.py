"""A person at the playground's page, in a real browser, uses what stands around an answer."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from playground.practice_model.script import Answer, HeldAnswer
from playground.practice_model.server import PracticeModel
from playground.workspace.workspace import Workspace
from tests.e2e.page_steps import PATIENCE_MS, message, write
from tests.repository import MANIFEST
from tests.stage import bot_running, settings_for

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


@pytest_asyncio.fixture(loop_scope="session")
async def model() -> AsyncIterator[PracticeModel]:
    async with PracticeModel(token_rate_per_s=None, first_token_delay_s=0.0) as model:
        yield model


@pytest_asyncio.fixture(loop_scope="session")
async def page(chromium: Browser, model: PracticeModel, tmp_path: Path) -> AsyncIterator[Page]:
    """The page of a workspace that the bot is connected to; a complaint of the browser fails the test."""
    complaints: list[str] = []
    async with (
        Workspace(MANIFEST) as workspace,
        bot_running(workspace, settings_for(workspace, model.url, tmp_path, "socket")),
        await chromium.new_context(viewport={"width": 1280, "height": 800}) as context,
    ):
        page = await context.new_page()
        page.set_default_timeout(PATIENCE_MS)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        await page.goto(workspace.url)
        yield page
    assert complaints == []


async def test_a_private_answer_is_posted_by_its_button(page: Page, model: PracticeModel) -> None:
    model.script(Answer("A thread is a conversation."))
    await write(page, "/ask what is a thread?")
    await page.get_by_role("button", name="Post to channel").click()

    await expect(message(page, "Asked by @ada: what is a thread?")).to_contain_text("A thread is a conversation.")
    await expect(message(page, "Only visible to you")).to_contain_text("Posted to the channel.")
    await expect(page.get_by_role("button", name="Post to channel")).to_have_count(0)


async def test_a_question_about_a_message_is_asked_in_a_modal(page: Page, model: PracticeModel) -> None:
    model.script(Answer("On Thursday."))
    await write(page, "The launch is on Thursday.")
    await message(page, "The launch is").hover()
    await message(page, "The launch is").get_by_role("button", name="More actions").click()
    await page.get_by_role("menuitem", name="Ask about this").click()
    modal = page.get_by_role("dialog", name="Ask about this")
    await modal.get_by_role("button", name="Ask").click()
    await expect(modal).to_contain_text("Please complete this required field.")
    await modal.get_by_role("textbox").fill("  ")
    await modal.get_by_role("button", name="Ask").click()
    await expect(modal).to_contain_text("Please write your question.")
    await modal.get_by_role("textbox").fill("when is it?")
    await modal.get_by_role("button", name="Ask").click()

    await expect(page.get_by_role("complementary", name="Thread")).to_contain_text("On Thursday.")
    await expect(modal).to_have_count(0)


async def test_a_modal_that_is_closed_asks_nothing(page: Page, model: PracticeModel) -> None:
    await write(page, "Never mind.")
    await message(page, "Never mind").hover()
    await message(page, "Never mind").get_by_role("button", name="More actions").click()
    await page.get_by_role("menuitem", name="Ask about this").click()
    modal = page.get_by_role("dialog", name="Ask about this")
    await modal.get_by_role("button", name="Cancel").click()

    await expect(modal).to_have_count(0)
    assert len(model.requests) == 0


async def test_a_thread_in_short_is_shared_by_its_button(page: Page, model: PracticeModel) -> None:
    model.script(Answer("The launch moves."))
    await write(page, "The launch moves to Friday.")
    await message(page, "The launch").hover()
    await message(page, "The launch").get_by_role("button", name="More actions").click()
    await page.get_by_role("menuitem", name="Summarise the thread").click()
    await page.get_by_role("button", name="Share in thread").click()

    await expect(message(page, "Shared in the thread.")).to_have_count(1)
    await message(page, "The launch moves to Friday.").get_by_role("button", name="1 reply").click()
    thread = page.get_by_role("complementary", name="Thread")
    await expect(thread).to_contain_text("A summary, shared by @ada")


async def test_a_reaction_is_shown_below_its_message(page: Page) -> None:
    await write(page, "Well done.")
    await message(page, "Well done").hover()
    await message(page, "Well done").get_by_role("button", name="Add a reaction").click()
    await page.get_by_role("menuitem", name=":tada:").click()

    await expect(message(page, "Well done").get_by_role("group", name="Reactions")).to_contain_text("🎉")


async def test_an_answer_is_voted_on_by_its_thumbs(page: Page, model: PracticeModel) -> None:
    model.script(Answer("It was the butler."))
    await write(page, "@claude who was it?")
    thread = page.get_by_role("complementary", name="Thread")
    await expect(thread).to_contain_text("It was the butler.")
    await thread.get_by_role("button", name="Bad answer").click()
    modal = page.get_by_role("dialog", name="What was wrong?")
    await modal.get_by_role("textbox").fill("There is no butler.")
    await modal.get_by_role("button", name="Send").click()
    await expect(modal).to_have_count(0)
    await thread.get_by_role("button", name="Good answer").click()

    await expect(thread).to_contain_text("Thank you for telling me.")


async def test_an_answer_is_stopped_and_goes_on_by_its_buttons(page: Page, model: PracticeModel) -> None:
    held = HeldAnswer()
    model.script(held, Answer("It was he."))
    await write(page, "@claude who was it?")
    await held.asked.wait()
    thread = page.get_by_role("complementary", name="Thread")
    await held.write("The butler ")
    await expect(thread).to_contain_text("The butler")
    await held.write("came in. ")
    await thread.get_by_role("button", name="Stop writing…").click()
    await expect(thread).to_contain_text("ada stopped this answer.")
    await thread.get_by_role("button", name="Continue").click()

    await expect(thread).to_contain_text("It was he.")
    await expect(thread).to_contain_text("The butler came in.")
    await expect(thread.get_by_role("button", name="Continue")).to_have_count(0)


async def test_the_home_tab_says_what_the_bot_does(page: Page) -> None:
    await page.get_by_role("link", name="claude", exact=True).click()
    await page.get_by_role("link", name="Home").click()
    home = page.get_by_role("region", name="Home")
    await expect(home).to_contain_text("What I can do")
    await expect(home).to_contain_text("Only admins of this workspace see this")
    await page.get_by_role("link", name="Messages").click()

    await expect(home).to_be_hidden()
    await expect(page.get_by_role("textbox", name="Message claude")).to_be_visible()
