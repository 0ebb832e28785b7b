"""A read that Slack does not answer holds nobody up for long. Time is virtual."""

from __future__ import annotations

import asyncio

import aiohttp
import pytest

from bot.errors import SlackOutcomeUnknown
from bot.messages import EntryPoint, Question
from bot.slack.read.thread import ThreadReader
from bot.slack.web_api.client import SlackClient
from bot.slack.web_api.names import Names
from bot.slack.web_api.rate_limiter import RateLimiter
from playground.measure.virtual_time import run
from playground.workspace.workspace import Workspace
from tests.repository import MANIFEST
from tests.slack_client import web_client


async def read(hangs_s: float, times: int, latency_s: float = 0.1) -> tuple[list[str], float, int]:
    """What was said in a thread of two messages, after how many seconds it was read, and by how many calls."""
    now_s = asyncio.get_running_loop().time
    async with Workspace(MANIFEST, latency_s=latency_s, clock=now_s) as ws, aiohttp.ClientSession() as session:
        api = SlackClient(web_client(ws, session), RateLimiter())
        reader = ThreadReader(api, Names(api), bot_user_id=ws.bot_user_id, bot_id=ws.bot_id)
        ada, channel = ws.user("ada"), ws.channel("general")
        root = ws.seed(ada, channel, "The code word is walnut.")
        ts = ws.seed(ada, channel, "What is it?", thread_ts=root)
        ws.faults.hang("conversations.replies", hangs_s, times=times)
        begun_s = now_s()
        said = await reader.read(Question(ws.team_id, channel, ts, root, ada, EntryPoint.MENTION, "", (), None))
        calls = sum(call.method == "conversations.replies" for call in ws.calls)
        return [message.text for message in said], now_s() - begun_s, calls


@pytest.mark.parametrize("hangs_s", [40.0, 600.0])
def test_a_thread_is_read_though_slack_leaves_a_call_unanswered(hangs_s: float) -> None:
    said, took_s, _ = run(read(hangs_s, 1))
    assert said == ["The code word is walnut.", "What is it?"]
    assert took_s < 8


def test_a_slow_answer_is_waited_for() -> None:
    said, took_s, _ = run(read(12.0, 2))
    assert len(said) == 2
    assert took_s < 14


def test_a_call_that_is_answered_is_made_once() -> None:
    assert run(read(4.0, 1))[2] == 1


def test_where_both_fail_the_error_is_the_callers() -> None:
    async def script() -> None:
        async with Workspace(MANIFEST, clock=asyncio.get_running_loop().time) as ws, aiohttp.ClientSession() as session:
            api = SlackClient(web_client(ws, session), RateLimiter())
            ws.faults.hang("users.info", 600.0, times=2)
            await api.call("users.info", user=ws.user("ada"))

    with pytest.raises(SlackOutcomeUnknown):
        run(script())
