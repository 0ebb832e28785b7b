"""Who writes on the playground's page completes names and mends what they sent, all from the keyboard."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Locator, Page, expect

from playground.workspace.workspace import Workspace
from tests.e2e.page_steps import PATIENCE_MS
from tests.repository import MANIFEST, SAMPLES

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


@pytest_asyncio.fixture(loop_scope="session")
async def workspace() -> AsyncIterator[Workspace]:
    async with Workspace(MANIFEST) as workspace:
        yield workspace


@pytest_asyncio.fixture(loop_scope="session")
async def page(chromium: Browser, workspace: Workspace) -> AsyncIterator[Page]:
    complaints: list[str] = []
    async with await chromium.new_context(viewport={"width": 1280, "height": 800}) as context:
        page = await context.new_page()
        page.set_default_timeout(PATIENCE_MS)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        await page.goto(workspace.url)
        await expect(box(page)).to_be_visible()
        yield page
    assert complaints == []


def box(page: Page) -> Locator:
    return page.get_by_role("textbox", name="Message #general")


def names(page: Page) -> Locator:
    return page.get_by_role("listbox", name="Names").get_by_role("option")


def message(page: Page, text: str) -> Locator:
    return page.locator("main .message", has_text=text)


async def test_a_name_is_completed_by_the_keyboard_alone(page: Page, workspace: Workspace) -> None:
    await box(page).press_sequentially("Ask @")
    await expect(names(page).first).to_have_text("@claudeApp")
    await expect(names(page).first).to_have_attribute("aria-selected", "true")
    await box(page).press_sequentially("gr")
    await expect(names(page)).to_have_text(["@grace"])
    current = await box(page).get_attribute("aria-activedescendant")
    assert current == await names(page).get_attribute("id")
    await box(page).press("Enter")
    await expect(box(page)).to_have_value("Ask @grace ")
    await expect(names(page)).to_have_count(0)

    await box(page).press_sequentially("in #ran")
    await box(page).press("Tab")
    await expect(box(page)).to_have_value("Ask @grace in #random ")
    await expect(box(page)).to_be_focused()
    await box(page).press("Enter")
    await expect(message(page, "Ask @grace in #random")).to_have_count(1)
    [sent] = workspace.messages(workspace.channel("general"))
    assert sent["text"] == f"Ask <@{workspace.user('grace')}> in <#{workspace.channel('random')}>"


async def test_the_list_is_gone_through_with_the_arrows_and_left_with_escape(page: Page) -> None:
    await box(page).press_sequentially("@")
    await box(page).press("ArrowDown")
    await expect(names(page).nth(1)).to_have_attribute("aria-selected", "true")
    await box(page).press("ArrowUp")
    await box(page).press("ArrowUp")
    await expect(names(page).last).to_have_attribute("aria-selected", "true")
    await box(page).press("Escape")
    await expect(names(page)).to_have_count(0)
    await expect(box(page)).to_have_value("@")


async def test_a_name_is_chosen_with_the_pointer(page: Page) -> None:
    await box(page).press_sequentially("Hi @")
    await names(page).filter(has_text="lars").click()
    await expect(box(page)).to_have_value("Hi @lars ")
    await expect(box(page)).to_be_focused()


@pytest.mark.parametrize("typed", ["me@lar", "Ask @nobody", "Ask @claude", "a#b"])
async def test_no_list_opens_where_nothing_can_be_completed(page: Page, typed: str) -> None:
    await box(page).press_sequentially(typed)
    await expect(names(page)).to_have_count(0)
    await box(page).press("Enter")
    await expect(message(page, typed)).to_have_count(1)


async def test_escape_with_a_list_open_leaves_the_thread_open(page: Page, workspace: Workspace) -> None:
    general = workspace.channel("general")
    ts = await workspace.say(workspace.user("grace"), general, "Lunch?")
    await page.goto(f"{workspace.url}/#/{general}/{ts}")
    reply = page.get_by_role("textbox", name="Reply in thread")
    await reply.press_sequentially("@la")
    await reply.press("Escape")
    await expect(reply).to_be_visible()
    await reply.press("Escape")
    await expect(reply).to_be_hidden()


async def test_arrow_up_in_an_empty_composer_edits_what_one_sent_last(page: Page, workspace: Workspace) -> None:
    general, ada = workspace.channel("general"), workspace.user("ada")
    await workspace.say(ada, general, "The first.")
    await workspace.say(ada, general, "The lunch is at noom.")
    await workspace.say(workspace.user("grace"), general, "When?")
    await expect(message(page, "When?")).to_have_count(1)
    await box(page).press("ArrowUp")
    edit = page.get_by_role("textbox", name="Edit message")
    await expect(edit).to_be_focused()
    await expect(edit).to_have_value("The lunch is at noom.")
    await edit.fill("The lunch is at noon.")
    await edit.press("Enter")
    await expect(message(page, "The lunch is at noon.")).to_contain_text("(edited)")
    await expect(box(page)).to_be_focused()


async def test_arrow_up_moves_the_caret_where_something_is_written(page: Page, workspace: Workspace) -> None:
    await workspace.say(workspace.user("ada"), workspace.channel("general"), "Sent.")
    await expect(message(page, "Sent.")).to_have_count(1)
    await box(page).press_sequentially("a")
    await box(page).press("ArrowUp")
    await expect(page.get_by_role("textbox", name="Edit message")).to_have_count(0)


async def test_in_a_thread_arrow_up_edits_what_one_said_there(page: Page, workspace: Workspace) -> None:
    general, ada = workspace.channel("general"), workspace.user("ada")
    ts = await workspace.say(workspace.user("grace"), general, "Lunch?")
    await workspace.say(ada, general, "Sure.", thread_ts=ts)
    await workspace.say(ada, general, "Elsewhere.")
    await page.goto(f"{workspace.url}/#/{general}/{ts}")
    reply = page.get_by_role("textbox", name="Reply in thread")
    await expect(page.get_by_role("complementary", name="Thread")).to_contain_text("Sure.")
    await reply.press("ArrowUp")
    edit = page.get_by_role("textbox", name="Edit message")
    await expect(edit).to_have_value("Sure.")
    await edit.press("Escape")
    await expect(reply).to_be_focused()


async def test_the_list_keeps_its_end_while_the_composer_grows_and_shrinks(page: Page, workspace: Workspace) -> None:
    general, ada = workspace.channel("general"), workspace.user("ada")
    for number in range(30):
        await workspace.say(ada, general, f"Message {number} of thirty")
    await expect(message(page, "Message 29")).to_be_in_viewport()
    for _ in range(4):
        await box(page).press_sequentially("a line")
        await box(page).press("Shift+Enter")
    await expect(page.get_by_role("button", name="Jump to the latest")).to_have_count(0)
    await expect(message(page, "Message 29")).to_be_in_viewport()

    files = [SAMPLES / "supply-agreement.pdf", SAMPLES / "launch.jpg"]
    await page.locator("main input[type=file]").set_input_files(files)
    await box(page).fill("/ask with files")
    await box(page).press("Enter")
    await expect(page.locator("main .composer-error")).to_contain_text("takes no files")
    await page.evaluate("() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))")
    await expect(page.get_by_role("button", name="Jump to the latest")).to_have_count(0)
    await expect(message(page, "Message 29")).to_be_in_viewport()
