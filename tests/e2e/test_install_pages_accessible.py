"""Whoever installs the app can read the pages of that, also by ear, in the dark and on a phone."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser, expect

from bot.slack.receive.install_html import REASONS, InstallationPages, install_page
from tests.e2e.test_page_accessible import faults

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]
PAGES = InstallationPages(install_path="/slack/install", redirect_uri_path="/back")


@pytest.mark.parametrize(
    ("page", "heading", "link"),
    [
        (install_page("https://slack.com/oauth?a=1&b=2"), "Add “Claude in the thread” to Slack", "Add to Slack"),
        (PAGES.render_success_page("A1", "T1"), "Thank you!", "Open it in Slack"),
        (PAGES.render_failure_page("access_denied: words of a library"), "The app was not installed", "Start again"),
    ],
)
async def test_each_page_says_where_one_is_and_what_comes_next(
    chromium: Browser, page: str, heading: str, link: str
) -> None:
    async with await chromium.new_context() as context:
        tab = await context.new_page()
        await tab.set_content(page.replace('http-equiv="refresh"', 'data-http-equiv="refresh"'))
        await expect(tab).to_have_title(heading)
        await expect(tab.get_by_role("heading", name=heading, level=1)).to_be_visible()
        await expect(tab.get_by_role("link", name=link)).to_be_visible()
        assert await faults(tab) == []


@pytest.mark.parametrize("code", [*REASONS, "team_access_not_granted", "<script>"])
async def test_why_nothing_was_installed_is_said_in_words_or_by_slacks_own_code(code: str) -> None:
    page = PAGES.render_failure_page(f"{code}: words of a library")
    assert (REASONS.get(code) or "Slack gave this reason: <code>") in page
    assert "words of a library" not in page
    assert "<script" not in page
