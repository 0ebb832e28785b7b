"""One process answers in every workspace that has installed the app, and nothing of one reaches another."""

from __future__ import annotations

import asyncio
import base64
import logging
import re
import secrets
import sqlite3
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, closing
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import sqlalchemy as sa
from yarl import URL

from bot import app
from bot.errors import StartFailed
from bot.settings import Settings, sqlite_in
from bot.store.database import Database
from bot.store.schema import installations
from playground.practice_model.script import HeldAnswer
from playground.practice_model.server import PracticeModel
from playground.workspace.distribution import Distribution
from playground.workspace.reading import visible_text
from playground.workspace.records import Team
from playground.workspace.workspace import Workspace
from tests import made_files
from tests.directories import paths_below
from tests.logged import logged
from tests.loopback import free_port
from tests.stage import QUICK_RETRIES_S, TurnLog

WITHIN_S = 60.0
LINK = re.compile(r'<a href="([^"]*)"')
KEY = base64.b64encode(bytes(range(32))).decode()
WORDS = "Helvetia will be bought in March"


@dataclass
class Apps:
    """The app, the companies that may install it, and the model that all of them share."""

    distribution: Distribution
    model: PracticeModel
    data_dir: Path
    log: TurnLog
    port: int

    @property
    def first(self) -> Workspace:
        return self.distribution.workspaces[0]

    @property
    def second(self) -> Workspace:
        return self.distribution.workspaces[1]

    def settings(self, **more: Any) -> Settings:
        values: dict[str, Any] = {
            "slack_client_id": self.distribution.client_id,
            "slack_client_secret": self.distribution.client_secret,
            "slack_signing_secret": self.first.signing_secret,
            "bot_token_key": KEY,
            "slack_api_url": self.distribution.api_url,
            "yourouter_api_key": "practice-key",
            "messages_api_url": self.model.url,
            "bot_data_dir": self.data_dir,
            "bot_http_port": self.port,
            "bot_start_probe": "off",
            "bot_shutdown_grace_s": 0,
            **more,
        }
        return Settings(_env_file=None, **values)  # type: ignore[call-arg]  # pydantic-settings' own argument

    @asynccontextmanager
    async def running(self, **more: Any) -> AsyncIterator[None]:
        async with app.running(self.settings(**more)):
            yield

    async def install(self, workspace: Workspace) -> tuple[int, str]:
        """As a browser does it: the install page, Slack's own page, and back."""
        jar = aiohttp.CookieJar(unsafe=True, treat_as_secure_origin=[f"http://127.0.0.1:{self.port}"])
        async with aiohttp.ClientSession(cookie_jar=jar) as browser:
            async with browser.get(f"http://127.0.0.1:{self.port}/slack/install?team={workspace.team_id}") as page:
                link = unescape(LINK.findall(await page.text())[0])
            async with browser.get(link) as arrived:
                return arrived.status, await arrived.text()

    async def answer(self, workspace: Workspace, text: str, *, thread_ts: str | None = None, **more: Any) -> str:
        """Asks in #general; what the thread says in the end."""
        general = workspace.channel("general")
        ts = await workspace.say(workspace.user("ada"), general, text, thread_ts=thread_ts, **more)
        await self.log.until_done(ts)
        return " ".join(visible_text(message) for message in workspace.thread(general, thread_ts or ts)[1:])


@pytest.fixture
async def apps(model: PracticeModel, tmp_path: Path, turn_log: TurnLog) -> AsyncIterator[Apps]:
    port, secret = free_port(), secrets.token_hex(16)
    async with AsyncExitStack() as stack:
        workspaces = [
            await stack.enter_async_context(
                Workspace(
                    team=team,
                    signing_secret=secret,
                    events_url=f"http://127.0.0.1:{port}/slack/events",
                    retry_delays_s=QUICK_RETRIES_S,
                )
            )
            for team in (Team("T0FIRST001", "First"), Team("T0SECOND01", "Second"))
        ]
        redirect = f"http://127.0.0.1:{port}/slack/oauth_redirect"
        distribution = await stack.enter_async_context(Distribution(workspaces, redirect_uri=redirect))
        yield Apps(distribution, model, tmp_path, turn_log, port)


async def test_two_workspaces_install_it_and_ask_at_once(apps: Apps) -> None:
    async with apps.running():
        for workspace in (apps.first, apps.second):
            status, page = await apps.install(workspace)
            assert (status, "Thank you" in page) == (200, True)
        answers = await asyncio.gather(
            apps.answer(apps.first, f"@claude {WORDS}", files=[("plan.pdf", made_files.pdf())]),
            apps.answer(apps.second, "@claude what do you know of Helvetia?"),
        )
        assert "1 page" in answers[0]
        assert all(answers)
        asked = [str(request.body) for request in apps.model.requests]
        assert sum(WORDS in each for each in asked) == 1
    assert {call.method for call in apps.second.calls}.isdisjoint({"files.info"})
    for workspace, other in ((apps.first, apps.second), (apps.second, apps.first)):
        assert not any(call.error == "invalid_auth" for call in workspace.calls)
        assert other.team_id not in str([call.args for call in workspace.calls])


async def test_an_installation_waits_for_a_database_that_is_away_for_a_moment(apps: Apps) -> None:
    async with apps.running():
        with logged() as lines, closing(sqlite3.connect(apps.data_dir / "bot.sqlite3")) as behind:
            behind.execute("ALTER TABLE installations RENAME TO away")
            installing = asyncio.create_task(apps.install(apps.first))
            await lines.until("turn.waits_for_database")
            behind.execute("ALTER TABLE away RENAME TO installations")
            status, page = await installing

        assert (status, "Thank you" in page) == (200, True)
        assert await installed(apps) == {apps.first.team_id}


async def test_one_uninstalls_it_and_the_other_is_answered_as_before(apps: Apps) -> None:
    async with apps.running():
        await apps.install(apps.first)
        await apps.install(apps.second)
        assert await apps.answer(apps.first, "@claude hello")
        apps.distribution.uninstall(apps.first)
        async with asyncio.timeout(WITHIN_S):
            while await installed(apps) != {apps.second.team_id}:  # noqa: ASYNC110 - a row that vanishes raises no event
                await asyncio.sleep(0.02)
        assert await apps.answer(apps.second, "@claude hello")
        calls = len(apps.first.calls)
        await apps.first.say(apps.first.user("ada"), apps.first.channel("general"), "@claude are you there?")
        await apps.first.until(lambda ws: ws.deliveries[-1].over)
        assert len(apps.first.calls) == calls

        await apps.install(apps.first)
        assert await apps.answer(apps.first, "@claude hello again")


async def test_what_waits_is_answered_after_a_restart_though_nobody_writes(apps: Apps) -> None:
    held = HeldAnswer()
    apps.model.script(held)
    async with apps.running():
        await apps.install(apps.first)
        ts = await apps.first.say(apps.first.user("ada"), apps.first.channel("general"), "@claude hello")
        await apps.model.wait_for_requests(1)
    async with apps.running():
        assert (await apps.log.until_done(ts))["outcome"] == "answered"


async def test_tokens_cannot_be_read_in_the_database(apps: Apps) -> None:
    async with apps.running():
        await apps.install(apps.first)
    kept = b"".join(file.read_bytes() for file in apps.data_dir.glob("bot.sqlite3*"))
    assert apps.first.team_id.encode() in kept
    assert apps.first.bot_token.encode() not in kept


async def test_another_key_ends_the_start(apps: Apps) -> None:
    async with apps.running():
        await apps.install(apps.first)
    other = base64.b64encode(bytes(32)).decode()
    with pytest.raises(StartFailed, match="BOT_TOKEN_KEY: the token of T0FIRST001 was encrypted with another key"):
        async with apps.running(bot_token_key=other):
            pass
    async with apps.running(bot_token_key=f"{other},{KEY}"):
        assert await apps.answer(apps.first, "@claude hello")


async def test_a_page_that_nobody_asked_for_installs_nothing(apps: Apps) -> None:
    """Also where the code is one of Slack's, as for somebody who began an installation and had another one end it."""
    async with apps.running():
        code, state = await begun(apps)
        elsewhere = f"code={code}&state=made-up"
        for query, cookie in (
            ("code=abc", ""),
            (f"code={code}", ""),
            (f"code={code}&state={state}", ""),
            (f"code={code}&state={state}", "made-up"),
            (elsewhere, "made-up"),
            (elsewhere, state),
            ("error=access_denied", ""),
        ):
            page = await ended(apps, query, cookie)
            assert "Thank you" not in page
            assert "The app was not installed" in page
            assert '<a href="/slack/install"' in page
        assert await installed(apps) == set()

        assert "Thank you" in await ended(apps, f"code={code}&state={state}", state)
        assert await installed(apps) == {apps.first.team_id}
        assert "Thank you" not in await ended(apps, f"code={code}&state={state}", state), "it was played again"


async def test_a_workspace_that_is_not_listed_does_not_get_the_app(apps: Apps) -> None:
    """Its people would not be answered anyway; so neither does it keep the app, nor the bot its token."""
    given = apps.second.bot_token
    async with apps.running(bot_allowed_workspaces=apps.first.team_id):
        assert "Thank you" in (await apps.install(apps.first))[1]
        status, page = await apps.install(apps.second)

        assert (status, "certain workspaces, and yours isn't one of them" in unescape(page)) == (403, True)
        assert await installed(apps) == {apps.first.team_id}
        assert apps.second.bot_token != given, "Slack has taken the app away, and with it the token"
        assert "Hi" in await apps.answer(apps.first, "@claude say Hi")
    assert [path for path in paths_below(apps.data_dir) if path.is_file() and given.encode() in path.read_bytes()] == []


async def test_no_log_holds_a_code_that_slack_did_not_take(apps: Apps) -> None:
    """It may be good for a token elsewhere; and a stranger would write into the log what they like."""
    heard: list[str] = []
    listening = logging.Handler()
    listening.emit = lambda record: heard.append(f"{record.msg} {record.getMessage()}")  # type: ignore[method-assign]
    async with apps.running():
        _, state = await begun(apps)
        for name in ("", "bot", "slack_sdk"):
            logging.getLogger(name).addHandler(listening)
        try:
            assert "Thank you" not in await ended(apps, f"code=made-up-code&state={state}", state)
        finally:
            for name in ("", "bot", "slack_sdk"):
                logging.getLogger(name).removeHandler(listening)
    assert [line for line in heard if "installation.code_refused" in line]
    assert [line for line in heard if "made-up-code" in line] == []


async def test_what_slack_does_not_take_back_is_not_kept_either(apps: Apps) -> None:
    apps.distribution.keeps_apps = True
    async with apps.running(bot_allowed_workspaces=apps.first.team_id):
        status, page = await apps.install(apps.second)
        assert status == 403
        assert "Please remove it" in page
        assert await installed(apps) == set()


async def test_a_page_of_an_installation_shows_no_markup_of_whoever_made_its_address(apps: Apps) -> None:
    async with apps.running():
        _, state = await begun(apps)
        for name in ("error", "code", "state"):
            page = await ended(apps, f"{name}=%3Cscript%3Ealert(1)%3C/script%3E%22%3E&state={state}", state)
            assert "<script" not in page
        page = await ended(apps, "error=Call+0900+123456+and+tell+your+password", state)
        assert "0900" not in page


async def begun(apps: Apps) -> tuple[str, str]:
    """Code and state of an installation that somebody agreed to, whose end nobody has seen yet."""
    async with aiohttp.ClientSession() as browser:
        address = f"http://127.0.0.1:{apps.port}/slack/install?team={apps.first.team_id}"
        async with browser.get(address) as page:
            link = unescape(LINK.findall(await page.text())[0])
        async with browser.get(link, allow_redirects=False) as agreed:
            back = URL(agreed.headers["Location"]).query
            return back["code"], back["state"]


async def ended(apps: Apps, query: str, cookie: str) -> str:
    """What a browser that has that state in its cookie is shown."""
    headers = {"Cookie": f"slack-app-oauth-state={cookie}"} if cookie else {}
    address = URL(f"http://127.0.0.1:{apps.port}/slack/oauth_redirect?{query}", encoded=True)
    async with aiohttp.ClientSession() as browser, browser.get(address, headers=headers) as page:
        return await page.text()


async def installed(apps: Apps) -> set[str]:
    database = await Database.open(sqlite_in(apps.data_dir), beside=True)
    query = sa.select(installations.c.team_id)
    try:
        return set(await database.run(lambda connection: connection.execute(query).scalars().all()))
    finally:
        await database.aclose()
