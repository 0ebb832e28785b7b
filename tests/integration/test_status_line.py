"""The line beside a thread that says what the bot is doing, as the workspace shows it. Time is virtual."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp

from bot.slack.web_api.client import SlackClient
from bot.slack.web_api.rate_limiter import RateLimiter
from bot.slack.write.status_line import METHOD, REFRESH_S, StatusLine, StatusSupport
from playground.measure.virtual_time import run
from playground.workspace.workspace import Workspace
from tests.repository import MANIFEST
from tests.slack_client import web_client


def instead() -> None:
    raise AssertionError("the workspace takes the method")


@asynccontextmanager
async def status_line() -> AsyncIterator[tuple[Workspace, RateLimiter, StatusLine]]:
    async with (
        Workspace(MANIFEST, latency_s=0.1, clock=asyncio.get_running_loop().time) as ws,
        aiohttp.ClientSession() as session,
    ):
        client = web_client(ws, session)
        rate_limiter = RateLimiter()
        ts = ws.seed(ws.user("ada"), ws.channel("general"), "What now?")
        yield (
            ws,
            rate_limiter,
            StatusLine(SlackClient(client, rate_limiter), StatusSupport(), ws.channel("general"), ts),
        )


def sent(ws: Workspace) -> list[str]:
    return [str(call.args["status"]) for call in ws.calls if call.method == METHOD]


def test_the_newest_status_is_shown_and_taken_away_at_the_end() -> None:
    async def story() -> None:
        async with status_line() as (ws, _, status):
            status.show("Reading a.pdf, 1 of 2…", instead)
            status.show("Reading b.pdf, 2 of 2…", instead)
            await asyncio.sleep(1)
            assert [one.status for one in ws.statuses()] == ["Reading b.pdf, 2 of 2…"]
            await status.close()
            assert ws.statuses() == []

    run(story())


def test_a_status_stays_for_as_long_as_the_work_lasts() -> None:
    async def story() -> None:
        async with status_line() as (ws, _, status):
            status.show("Thinking…", instead)
            await asyncio.sleep(4 * REFRESH_S - 1)
            assert [one.status for one in ws.statuses()] == ["Thinking…"]
            await status.close()

    run(story())


def test_a_status_that_was_overtaken_while_it_waited_is_never_sent_and_holds_nobody_up() -> None:
    async def story() -> None:
        async with status_line() as (ws, rate_limiter, status):
            rate_limiter.method(METHOD).refused(45)
            status.show("Thinking…", instead)
            await asyncio.sleep(1)
            status.replaced()
            await status.close()
            assert asyncio.get_running_loop().time() < 2
            assert sent(ws) == []

    run(story())
