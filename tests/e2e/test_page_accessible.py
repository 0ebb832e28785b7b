"""Whoever cannot see the playground's page, or not well, can use it: axe's rules hold in all that it shows.

Light and dark, as wide as a desktop's window and as a phone.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Literal

import pytest
import pytest_asyncio
from axe_playwright_python.async_playwright import Axe  # type: ignore[import-untyped]  # it has no type hints
from playwright.async_api import Browser, Page, expect

from playground.practice_model.script import Answer, HeldAnswer
from playground.practice_model.server import PracticeModel
from playground.workspace.workspace import Workspace
from tests.e2e.page_steps import PATIENCE_MS, message, write
from tests.repository import MANIFEST, SAMPLES
from tests.stage import bot_running, settings_for

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

COLOURS = {"runOnly": ["color-contrast", "link-in-text-block"]}
"""All that differs between the themes."""
THEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
WIDTHS_PX = (390, 1440)
ANSWER = Answer(
    "## Two offers\n\n> Which one?\n\nThe **second**, see `offer.csv` and [the page](https://example.com/offers).\n\n"
    "| offer | from | per kg | for a year of the usual amount, freight included | notice |\n|---|---|--:|--:|---|\n"
    "| first | Northwind | € 14.20 | € 34,080 | three months |\n| second | Harbour | € 13.90 | € 33,360 | one |\n\n"
    "```python\nsaved = 34_080 - 33_360\n```\n\n- [x] compared\n- [ ] signed\n"
)


@pytest_asyncio.fixture(loop_scope="session")
async def model() -> AsyncIterator[PracticeModel]:
    async with PracticeModel(token_rate_per_s=None, first_token_delay_s=0.0) as model:
        yield model


@pytest_asyncio.fixture(loop_scope="session")
async def workspace() -> AsyncIterator[Workspace]:
    async with Workspace(MANIFEST) as workspace:
        yield workspace


@pytest_asyncio.fixture(loop_scope="session")
async def bot(model: PracticeModel, workspace: Workspace, tmp_path: Path) -> AsyncIterator[None]:
    """Runs, for the states that are of its making."""
    async with bot_running(workspace, settings_for(workspace, model.url, tmp_path, "socket")):
        yield


@pytest_asyncio.fixture(loop_scope="session")
async def page(chromium: Browser, workspace: Workspace) -> AsyncIterator[Page]:
    async with await chromium.new_context(viewport={"width": 1440, "height": 900}, reduced_motion="reduce") as context:
        page = await context.new_page()
        page.set_default_timeout(PATIENCE_MS)
        await page.goto(workspace.url)
        yield page


async def faults(page: Page) -> list[str]:
    """What breaks a rule of axe's, in every look."""
    found: list[str] = []
    for width in WIDTHS_PX:
        await page.set_viewport_size({"width": width, "height": 900})
        for theme in THEMES:
            await page.emulate_media(color_scheme=theme)
            report = (await Axe().run(page, options=COLOURS if theme == "dark" else None)).response
            found += [
                f"{theme}, {width} px, {rule['id']}: {node['target']} {node['failureSummary']}"
                for rule in report["violations"]
                for node in rule["nodes"]
            ]
    return found


async def overlapping(page: Page) -> list[str]:
    """Buttons that lie over words of a message."""
    found: list[str] = await page.evaluate(
        """() => {
            const boxes = (node) => {
                const range = document.createRange();
                range.selectNodeContents(node);
                return [...range.getClientRects()];
            };
            const over = (a, b) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
            const words = [...document.querySelectorAll(".message-main")].flatMap(boxes).filter((box) => box.width);
            return [...document.querySelectorAll(".message-tools button")]
                .filter((button) => button.checkVisibility({ opacityProperty: true }))
                .filter((button) => words.some((box) => over(button.getBoundingClientRect(), box)))
                .map((button) => `${button.title} in ${button.closest(".message").innerText}`);
        }"""
    )
    return found


async def test_a_channel_with_people_files_and_reactions_keeps_the_rules(page: Page, workspace: Workspace) -> None:
    general, ada = workspace.channel("general"), workspace.user("ada")
    photo = ("launch.jpg", (SAMPLES / "launch.jpg").read_bytes())
    for who in ("grace", "mia", "remy"):
        workspace.seed(workspace.user(who), general, f"Hello from _{who}_, see #random and ask @ada :tada:")
    workspace.seed_bot_message(general, "Build 7 is green.")
    ts = await workspace.say(ada, general, "The launch, and the agreement", files=[photo, ("a.pdf", b"%PDF-")])
    await workspace.react(workspace.user("grace"), general, ts, "tada")
    gone = await workspace.say(ada, general, "Never mind.")
    await workspace.say(ada, general, "Why?", thread_ts=gone)
    await workspace.delete(general, gone)
    await page.reload()
    await expect(page.locator("main")).to_contain_text("This message was deleted.")

    assert await faults(page) == []


@pytest.mark.usefixtures("bot")
async def test_an_answer_while_it_is_written_and_when_it_is_there(page: Page, model: PracticeModel) -> None:
    held = HeldAnswer()
    model.script(held, ANSWER)
    await write(page, "@claude which offer?")
    await held.asked.wait()
    thread = page.get_by_role("complementary", name="Thread")
    await held.write("Let me ")
    await expect(thread).to_contain_text("Let me")
    await held.write("see. ")
    await expect(thread.get_by_role("button", name="Stop")).to_be_visible()
    assert await faults(page) == []
    await thread.get_by_role("button", name="Stop").click()
    await thread.get_by_role("button", name="Continue").click()
    await expect(thread).to_contain_text("signed")
    assert await faults(page) == []


async def test_a_thread_in_which_the_bot_is_busy(page: Page, workspace: Workspace) -> None:
    general = workspace.channel("general")
    ts = await workspace.say(workspace.user("ada"), general, "Lunch?")
    await workspace.say(workspace.user("grace"), general, "Yes.", thread_ts=ts)
    workspace.state.set_status(general, ts, "is reading the menu…")
    await message(page, "Lunch?").get_by_role("button", name="1 reply").click()
    await expect(page.get_by_role("complementary", name="Thread").get_by_test_id("status")).to_be_visible()

    assert await faults(page) == []


@pytest.mark.usefixtures("bot")
async def test_the_home_tab_keeps_the_rules(page: Page) -> None:
    await page.get_by_role("link", name="claude", exact=True).click()
    await page.get_by_role("link", name="Home").click()
    await expect(page.get_by_role("region", name="Home")).to_contain_text("What I can do")

    assert await faults(page) == []


@pytest.mark.usefixtures("bot")
async def test_a_window_with_an_error_in_it_keeps_the_rules(page: Page) -> None:
    await write(page, "The launch is on Thursday.")
    await message(page, "The launch").hover()
    await message(page, "The launch").get_by_role("button", name="More actions").click()
    await expect(page.get_by_role("menu")).to_be_visible()
    assert await faults(page) == []

    await page.get_by_role("menuitem", name="Ask about this").click()
    modal = page.get_by_role("dialog", name="Ask about this")
    await modal.get_by_role("button", name="Ask").click()
    await expect(modal).to_contain_text("Please complete this required field.")
    assert await faults(page) == []


async def test_a_message_while_it_is_edited_and_before_it_is_deleted(page: Page, workspace: Workspace) -> None:
    photo = ("launch.jpg", (SAMPLES / "launch.jpg").read_bytes())
    await workspace.say(workspace.user("ada"), workspace.channel("general"), "The launch.", files=[photo])
    await message(page, "The launch").hover()
    await message(page, "The launch").get_by_role("button", name="More actions").click()
    await page.get_by_role("menuitem", name="Edit message").click()
    await page.locator("main input[type=file]").set_input_files(SAMPLES / "launch.jpg")
    assert await faults(page) == []

    await page.get_by_role("button", name="Cancel").click()
    await message(page, "The launch").get_by_role("button", name="More actions").click()
    await page.get_by_role("menuitem", name="Delete message").click()
    await expect(page.get_by_role("dialog")).to_be_visible()
    assert await faults(page) == []

    await page.get_by_role("button", name="Cancel").click()
    await page.locator("main .file-image").click()
    await expect(page.get_by_role("dialog", name="launch.jpg")).to_be_visible()
    assert await faults(page) == []


async def test_what_cannot_be_sent_and_names_to_choose_from(page: Page) -> None:
    await write(page, "/nonsense")
    await expect(page.locator(".composer-error").first).not_to_be_empty()
    assert await faults(page) == []

    await page.get_by_role("textbox", name="Message #general").fill("")
    await page.get_by_role("textbox", name="Message #general").press_sequentially("@")
    await expect(page.get_by_role("listbox", name="Names")).to_be_visible()

    assert await faults(page) == []


@pytest.mark.usefixtures("bot")
async def test_a_question_that_waits_and_answers_that_are_none(page: Page, model: PracticeModel) -> None:
    held = HeldAnswer()
    model.script(held, Answer(stop_reason="refusal"), Answer(chunks=("I begin ", "and ", "end"), error_after=2))
    await write(page, "@claude count")
    await held.asked.wait()
    thread = page.get_by_role("complementary", name="Thread")
    for text, notice in (
        ("@claude and this?", "Queued behind 1 question"),
        ("@claude and that?", "behind 2 questions"),
    ):
        await thread.get_by_role("textbox").fill(text)
        await thread.get_by_role("textbox").press("Enter")
        await expect(thread).to_contain_text(notice)
    assert await faults(page) == []

    await held.finish()
    await expect(thread).to_contain_text("The model declined to answer this.")
    await expect(thread).to_contain_text("The answer breaks off here")
    assert await faults(page) == []


async def test_a_page_that_has_lost_its_workspace_says_so_and_hides_nothing_else(
    page: Page, workspace: Workspace
) -> None:
    await workspace.say(workspace.user("ada"), workspace.channel("general"), "Lunch?")
    await message(page, "Lunch?").hover()
    await message(page, "Lunch?").get_by_role("button", name="Reply in thread").click()
    await page.context.set_offline(True)  # what is open stays open
    await workspace._ui.close()
    lost = page.get_by_role("status").filter(has_text="Reconnecting to the workspace…")
    await expect(lost).to_be_visible()
    assert await faults(page) == []
    await page.set_viewport_size({"width": 390, "height": 844})
    title = page.get_by_role("main", name="Thread").get_by_role("heading", name="Thread")
    assert not await page.evaluate(
        """([a, b]) => {
            const [over, under] = [a, b].map((node) => node.getBoundingClientRect());
            return over.top < under.bottom && over.left < under.right && under.left < over.right;
        }""",
        [await lost.element_handle(), await title.element_handle()],
    )
    await page.context.set_offline(False)
    await expect(lost).to_have_count(0)


async def test_what_the_bot_does_is_told_to_screen_readers(page: Page, workspace: Workspace) -> None:
    general = workspace.channel("general")
    ts = await workspace.say(workspace.user("ada"), general, "Lunch?")
    told = page.get_by_role("status").filter(has_text="claude")
    workspace.state.set_status(general, ts, "is reading the menu…")
    await expect(told).to_have_text("claude is reading the menu…")
    workspace.state.set_status(general, ts, "is thinking…")
    await expect(told).to_have_text("claude is thinking…")
    workspace.state.set_status(general, ts, "")
    await expect(told).to_have_count(0)


async def test_on_a_phone_no_button_lies_over_words(chromium: Browser, workspace: Workspace) -> None:
    general, words = workspace.channel("general"), "Words that go to the end of the line and on to the next one. "
    for who in ("ada", "ada"):
        await workspace.say(workspace.user(who), general, words * 3)
    ts = await workspace.say(workspace.user("grace"), general, words * 3)
    await workspace.say(workspace.user("lars"), general, words * 2, thread_ts=ts)
    phone = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}
    async with await chromium.new_context(**phone) as context:  # type: ignore[arg-type]  # of several kinds
        page = await context.new_page()
        await page.goto(workspace.url)
        await expect(message(page, "Words").first.get_by_role("button", name="More actions")).to_be_visible()
        assert await overlapping(page) == []

        await message(page, "Words").last.get_by_role("button", name="More actions").click()
        await page.get_by_role("menuitem", name="Reply in thread").click()
        await expect(page.get_by_role("main", name="Thread")).to_contain_text("1 reply")
        assert await overlapping(page) == []
        await page.get_by_role("button", name="More actions").first.click()
        await page.get_by_role("menuitem", name="Add a reaction").click()
        await page.get_by_role("menuitem", name=":tada:").click()
        await expect(page.get_by_role("group", name="Reactions")).to_be_visible()


@pytest.mark.usefixtures("bot")
async def test_a_table_says_that_it_scrolls_where_it_is_wider_than_its_place(page: Page, model: PracticeModel) -> None:
    model.script(ANSWER)
    await page.set_viewport_size({"width": 390, "height": 844})
    await write(page, "/ask which offer?")
    table = page.get_by_role("group", name="Table")
    await expect(table).to_match_aria_snapshot("- text: Scroll sideways for the whole table")
    await table.press("ArrowRight")
    await page.wait_for_function("box => box.scrollLeft > 0", arg=await table.element_handle())

    await page.set_viewport_size({"width": 1440, "height": 900})
    await expect(table).not_to_have_attribute("data-wide", "")
    await expect(page.get_by_role("button", name="Post to channel")).to_be_visible()
    assert await faults(page) == []


async def test_the_drawer_of_a_narrow_window_keeps_the_rules(page: Page) -> None:
    await page.set_viewport_size({"width": 390, "height": 844})
    await page.get_by_role("button", name="Show channels").click()
    await expect(page.get_by_role("navigation", name="Channels")).to_be_visible()

    assert await faults(page) == []
