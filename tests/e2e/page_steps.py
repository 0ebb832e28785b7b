"""What somebody does on the playground's page, and where it shows."""

from __future__ import annotations

from playwright.async_api import Locator, Page, expect

PATIENCE_MS = 60_000.0
"""For what the page is to show: while other tests run, a machine can be many times slower than a person's."""
expect.set_options(timeout=PATIENCE_MS)


async def write(page: Page, text: str) -> None:
    box = page.get_by_role("textbox", name="Message #general")
    await box.fill(text)
    await box.press("Enter")


def message(page: Page, text: str) -> Locator:
    return page.locator("main .message", has_text=text)
