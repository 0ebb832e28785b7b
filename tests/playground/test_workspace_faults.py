"""Trouble on demand: rate limits, errors, dropped connections and outages, as a client sees them."""

from __future__ import annotations

import asyncio
from typing import Any

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from playground.workspace.rate_limits import POST_BURST
from playground.workspace.workspace import Workspace
from tests.clocks import StandingClock
from tests.repository import MANIFEST
from tests.slack_client import web_client

GENERAL = "C0GENERAL1"


async def post(client: AsyncWebClient, text: str) -> None:
    await client.chat_postMessage(channel=GENERAL, text=text)


async def failure(client: AsyncWebClient, text: str = "x") -> Any:
    with pytest.raises(SlackApiError) as caught:
        await post(client, text)
    return caught.value.response


def texts(ws: Workspace) -> list[str]:
    return [message["text"] for message in ws.messages(GENERAL)]


async def test_a_rate_limited_call_says_when_to_come_back(ws: Workspace, client: AsyncWebClient) -> None:
    ws.faults.rate_limit("chat.postMessage", retry_after_s=12)
    response = await failure(client)
    assert (response.status_code, response["error"], response.headers["Retry-After"]) == (429, "ratelimited", "12")
    await post(client, "now")
    assert texts(ws) == ["now"]
    assert [(call.ok, call.error, call.status) for call in ws.calls] == [(False, "ratelimited", 429), (True, None, 200)]


@pytest.mark.parametrize("status", [500, 503])
async def test_a_server_error_has_no_json(ws: Workspace, client: AsyncWebClient, status: int) -> None:
    ws.faults.status("chat.postMessage", status, times=2)
    for _ in range(2):
        assert (await failure(client)).status_code == status
    await post(client, "now")
    assert texts(ws) == ["now"]


async def test_a_connection_dropped_before_the_work_left_nothing(ws: Workspace, client: AsyncWebClient) -> None:
    ws.faults.drop_before("chat.postMessage")
    with pytest.raises(aiohttp.ClientConnectionError):
        await post(client, "lost")
    assert texts(ws) == []


async def test_a_connection_dropped_after_the_work_is_the_double_post_trap(
    ws: Workspace, session: aiohttp.ClientSession
) -> None:
    ws.faults.drop_after("chat.postMessage")
    careless = AsyncWebClient(token=ws.bot_token, base_url=ws.api_url, session=session)
    await post(careless, "once")
    assert texts(ws) == ["once", "once"]


async def test_a_call_that_hangs_is_done_even_if_nobody_waits_for_it(
    ws: Workspace, session: aiohttp.ClientSession
) -> None:
    ws.faults.hang("chat.postMessage", 0.05)
    client = web_client(ws, session)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.01):
            await post(client, "late")
    assert await ws.until(texts) == ["late"]


async def test_any_error_of_slack_can_be_asked_for(ws: Workspace, client: AsyncWebClient) -> None:
    ws.faults.refuse("*", "invalid_blocks", skip=1)
    await post(client, "first")
    assert (await failure(client, "second"))["error"] == "invalid_blocks"
    await post(client, "third")
    assert texts(ws) == ["first", "third"]


async def test_an_outage_lasts_until_it_is_over(ws: Workspace, client: AsyncWebClient) -> None:
    ws.faults.outage = True
    for _ in range(3):
        assert (await failure(client)).status_code == 503
    ws.faults.outage = False
    await post(client, "back")
    assert texts(ws) == ["back"]


async def test_limits_hold_per_method_and_end_with_their_minute(
    session: aiohttp.ClientSession, clock: StandingClock
) -> None:
    async with Workspace(MANIFEST, clock=clock) as ws:
        client = web_client(ws, session)
        ts = (await client.chat_postMessage(channel=GENERAL, text="0"))["ts"]
        for number in range(50):
            await client.chat_update(channel=GENERAL, ts=ts, text=str(number))
        with pytest.raises(SlackApiError) as caught:
            await client.chat_update(channel=GENERAL, ts=ts, text="51")
        assert caught.value.response.headers["Retry-After"] == "60"
        await client.conversations_replies(channel=GENERAL, ts=ts)
        clock.now = 60.0
        await client.chat_update(channel=GENERAL, ts=ts, text="later")
        assert texts(ws) == ["later"]


async def test_a_channel_takes_about_one_post_a_second(session: aiohttp.ClientSession, clock: StandingClock) -> None:
    async with Workspace(MANIFEST, clock=clock) as ws:
        client = web_client(ws, session)
        for number in range(POST_BURST):
            await post(client, str(number))
        assert (await failure(client)).headers["Retry-After"] == "1"
        clock.now = 1.0
        await post(client, "one more")
        assert (await failure(client)).status_code == 429


async def test_a_far_away_slack_takes_its_time(session: aiohttp.ClientSession) -> None:
    async with Workspace(MANIFEST, latency_s=0.05) as ws:
        client = web_client(ws, session)
        loop = asyncio.get_running_loop()
        began = loop.time()
        await post(client, "x")
        assert loop.time() - began >= 0.05


async def test_a_broken_connection_of_every_socket_is_noticed(ws: Workspace, session: aiohttp.ClientSession) -> None:
    headers = {"Authorization": f"Bearer {ws.app_token}"}
    async with session.post(f"{ws.api_url}apps.connections.open", headers=headers) as response:
        socket = await session.ws_connect((await response.json())["url"])
    await socket.receive_json()
    ws.sockets.abort()
    assert (await socket.receive(timeout=5)).type in (aiohttp.WSMsgType.CLOSED, aiohttp.WSMsgType.ERROR)
    assert ws.connections == 0


async def test_a_wait_that_fails_shows_the_workspace(ws: Workspace, client: AsyncWebClient) -> None:
    await post(client, "what there is")
    with pytest.raises(TimeoutError, match="what there is"):
        await ws.until(lambda ws: ws.messages(GENERAL)[1:], timeout_s=0.02)
