"""The page says who is who: members by their names alone, everybody else with what they are."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser, expect

from playground.workspace.workspace import Workspace
from tests.repository import MANIFEST

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def test_guests_and_others_are_told_from_members(chromium: Browser) -> None:
    async with (
        Workspace(MANIFEST) as workspace,
        await chromium.new_context(viewport={"width": 1280, "height": 800}) as context,
    ):
        general = workspace.channel("general")
        for who in ("grace", "mia", "sol", "remy"):
            workspace.seed(workspace.user(who), general, f"Hello from {who}.")
        page = await context.new_page()
        await page.goto(workspace.url)

        people = page.get_by_role("region", name="People").get_by_role("listitem")
        await expect(people).to_have_text(
            [
                "ada", "grace", "lars", "remybought.example", "miaguest", "solguest in one channel", "dexdeactivated",
                "patother company", "stanstranger",
            ]
        )  # fmt: skip
        heads = page.locator(".message-head")
        await expect(heads.filter(has_text="mia").locator(".standing")).to_have_text("guest")
        await expect(heads.filter(has_text="remy").locator(".standing")).to_have_text("bought.example")
        await expect(heads.filter(has_text="grace").locator(".standing")).to_have_count(0)


async def test_the_bot_is_invited_where_it_is_not(chromium: Browser) -> None:
    async with Workspace(MANIFEST) as workspace, await chromium.new_context() as context:
        page = await context.new_page()
        await page.goto(f"{workspace.url}/#/{workspace.channel('elsewhere')}")
        await expect(page.locator(".hint").first).to_have_text("First /invite @claude, or /ask")
        box = page.get_by_role("textbox", name="Message #elsewhere")
        await box.fill("/invite @claude")
        await box.press("Enter")
        await expect(page.get_by_role("log").first).to_contain_text("@claude has joined the channel")
        await expect(page.locator(".hint").first).to_have_text("Mention @claude to ask")
