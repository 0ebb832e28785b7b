"""What somebody does on the playground's page, and where it shows."""

from __future__ import annotations

from playwright.async_api import Locator, Page


async def write(page: Page, text: str) -> None:
    box = page.get_by_role("textbox", name="Message #general")
    await box.fill(text)
    await box.press("Enter")


def message(page: Page, text: str) -> Locator:
    return page.locator("main .message", has_text=text)
