"""The stage of the stories, and a real browser for the tests of the playground's page.

I/O: servers on 127.0.0.1 for each test; Debian's Chromium, started once for the whole run.
"""

from __future__ import annotations

import logging
import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from aiohttp import web
from playwright.async_api import Browser, ConsoleMessage, Page, async_playwright

from bot.telemetry import logs
from playground.practice_model.server import PracticeModel
from playground.workspace.workspace import Workspace
from tests.e2e.page_steps import PATIENCE_MS
from tests.loopback import serving
from tests.repository import ROOT
from tests.stage import ACK_WITHIN_S, QUICK_RETRIES_S, TRANSPORTS, Stage, TurnLog, bot_running, settings_for

CHROMIUM = Path("/usr/bin/chromium")
PAGE = ROOT / "playground" / "page"
POLICY = "default-src 'self'; img-src 'self' blob:; style-src 'self'"
INSTALLED = CHROMIUM.exists()
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def chromium() -> AsyncIterator[Browser]:
    """One browser for all tests; open a context of its own for each.

    It lives on the session's event loop, so whoever uses it runs there too:
    ``pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]``, fixtures likewise.
    """
    if not INSTALLED:
        missing = f"Chromium is not installed at {CHROMIUM} (apt-get install chromium)"
        if os.environ.get("REQUIRE_BROWSER") == "1":
            pytest.fail(missing)
        pytest.skip(missing)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        await browser.close()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def page_files() -> AsyncIterator[str]:
    """The page's files and an empty document beside them, under the policy that the playground sets."""

    async def empty(_: web.Request) -> web.Response:
        sheets = "".join(f'<link rel="stylesheet" href="/page/{name}.css">' for name in ("messages", "page"))
        body = f'<!doctype html><link rel="icon" href="/page/icon.svg">{sheets}<body>'
        return web.Response(text=body, content_type="text/html", headers={"Content-Security-Policy": POLICY})

    app = web.Application()
    app.router.add_get("/", empty)
    app.router.add_static("/page", PAGE)
    async with serving(app) as origin:
        yield f"{origin}/"


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def tab(chromium: Browser, page_files: str) -> AsyncIterator[tuple[Page, list[str]]]:
    """One tab of a phone's size, and what the browser complains about: a policy that was broken, a script error."""
    complaints: list[str] = []

    def note(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            complaints.append(message.text)

    context = await chromium.new_context(viewport={"width": 390, "height": 844})
    page = await context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    page.on("console", note)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    await page.goto(page_files)
    yield page, complaints
    await context.close()


@pytest_asyncio.fixture(loop_scope="session")
async def empty_page(tab: tuple[Page, list[str]]) -> AsyncIterator[Page]:
    """The tab, empty. A complaint of the browser fails the test during which it came."""
    page, complaints = tab
    complaints.clear()
    await page.evaluate("document.body.replaceChildren()")
    yield page
    assert not complaints


@pytest.fixture
def turn_log() -> TurnLog:
    logs.set_up("INFO", "json")
    log = TurnLog()
    logging.getLogger("bot").addHandler(log)
    return log


@pytest.fixture
def workspace_options() -> dict[str, Any]:
    return {"retry_delays_s": QUICK_RETRIES_S, "ack_within_s": ACK_WITHIN_S}


@pytest.fixture
def workspace(ws: Workspace) -> Workspace:
    """The stage's name for it."""
    return ws


@pytest.fixture(params=TRANSPORTS)
def transport(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def settings_options() -> dict[str, Any]:
    """What a file of tests wants set otherwise than usual."""
    return {}


@pytest.fixture
async def stage(
    workspace: Workspace,
    model: PracticeModel,
    transport: str,
    settings_options: dict[str, Any],
    tmp_path: Path,
    turn_log: TurnLog,
) -> AsyncIterator[Stage]:
    """The bot between a workspace and a practice model; crashes in its log fail the test."""
    settings = settings_for(workspace, model.url, tmp_path, transport, **settings_options)
    async with bot_running(workspace, settings):
        yield Stage(workspace, model, settings, turn_log)
    logging.getLogger("bot").removeHandler(turn_log)
    assert turn_log.crashes == []
