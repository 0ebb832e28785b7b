"""A turn whose lease has ended shows people nothing more, by whatever call: another process may be showing the same."""

from __future__ import annotations

import asyncio
from typing import Any

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.errors import LeaseLost
from bot.lease import Lease, work_under
from bot.slack.web_api.client import SlackClient
from bot.slack.web_api.rate_limiter import RateLimiter
from bot.slack.write.content import Content
from bot.slack.write.response_url import ResponseUrlOutlet
from playground.workspace.workspace import Workspace

SHOWN: dict[str, dict[str, Any]] = {
    "chat.postMessage": {"text": "words"},
    "chat.postEphemeral": {"text": "words", "user": "U1"},
    "chat.update": {"text": "words", "ts": "1.0"},
    "chat.delete": {"ts": "1.0"},
    "chat.startStream": {"thread_ts": "1.0"},
    "files.completeUploadExternal": {"files": []},
    "assistant.threads.setStatus": {"status": "is thinking…"},
    "views.open": {"trigger_id": "1", "view": {}},
}


@pytest.mark.parametrize("method", SHOWN)
async def test_no_call_that_people_see_is_made(ws: Workspace, client: AsyncWebClient, method: str) -> None:
    lease = Lease(lambda: 0.0, 1.0)
    work_under(lease)
    lease.lose()
    with pytest.raises(LeaseLost):
        await SlackClient(client, RateLimiter()).call(method, channel=ws.channel("general"), **SHOWN[method])
    assert [call for call in ws.calls if call.method == method] == []


async def test_nothing_is_sent_to_the_address_of_a_command(ws: Workspace, session: aiohttp.ClientSession) -> None:
    lease = Lease(lambda: 0.0, 1.0)
    work_under(lease)
    lease.lose()
    with pytest.raises(LeaseLost):
        await ResponseUrlOutlet(f"{ws.api_url}commands/1", session, ws.api_url).post_for_all(Content("words"), "")


async def test_what_is_read_and_what_follows_the_end_of_a_turn_is_still_called(
    ws: Workspace, client: AsyncWebClient
) -> None:
    lease = Lease(lambda: 0.0, 1.0)
    work_under(lease)
    api, channel = SlackClient(client, RateLimiter()), ws.channel("general")
    lease.lose()
    assert await api.call("conversations.info", channel=channel)
    lease.ended = True
    posts = api.call("chat.postMessage", channel=channel, text="words")
    assert (await asyncio.create_task(posts))["ts"]
