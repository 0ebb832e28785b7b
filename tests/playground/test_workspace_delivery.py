"""What people do reaches the app over Socket Mode or signed HTTP, again where it was not acknowledged."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

import aiohttp
import pytest
from aiohttp import web
from slack_sdk.signature import SignatureVerifier
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.async_client import AsyncBaseSocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.socket_mode.response import SocketModeResponse
from slack_sdk.web.async_client import AsyncWebClient

from playground.workspace.workspace import Workspace
from tests.loopback import serving
from tests.slack_client import web_client

GENERAL = "C0GENERAL1"
Json = dict[str, Any]


@pytest.fixture
def workspace_options() -> dict[str, Any]:
    return {"retry_delays_s": (0.02, 0.04), "ack_within_s": 0.15}


# --- Socket Mode ---------------------------------------------------------------------------------------------------


async def opened(ws: Workspace, session: aiohttp.ClientSession) -> aiohttp.ClientWebSocketResponse:
    """A connection that has had its hello."""
    headers = {"Authorization": f"Bearer {ws.app_token}"}
    async with session.post(f"{ws.api_url}apps.connections.open", headers=headers) as response:
        url = (await response.json())["url"]
    socket = await session.ws_connect(url)
    hello = await socket.receive_json()
    assert hello["type"] == "hello"
    return socket


async def test_an_envelope_is_acknowledged_by_its_id(ws: Workspace, session: aiohttp.ClientSession) -> None:
    socket = await opened(ws, session)
    await ws.say(ws.user("ada"), GENERAL, "@claude hi")
    envelope = await socket.receive_json()
    assert (envelope["type"], envelope["retry_attempt"], envelope["retry_reason"]) == ("events_api", 0, "")
    assert envelope["accepts_response_payload"] is False
    event = envelope["payload"]["event"]
    assert (event["type"], event["text"], event["channel"]) == ("app_mention", f"<@{ws.bot_user_id}> hi", GENERAL)
    assert envelope["payload"]["authorizations"][0]["user_id"] == ws.bot_user_id
    await socket.send_json({"envelope_id": envelope["envelope_id"]})
    await ws.until(lambda ws: ws.deliveries[0].acknowledged)


async def test_what_is_not_acknowledged_comes_three_times_and_is_given_up(
    ws: Workspace, session: aiohttp.ClientSession
) -> None:
    socket = await opened(ws, session)
    await ws.say(ws.user("ada"), GENERAL, "@claude hi")
    tries = [await socket.receive_json() for _ in range(3)]
    assert [(envelope["retry_attempt"], envelope["retry_reason"]) for envelope in tries] == [
        (0, ""),
        (1, "timeout"),
        (2, "timeout"),
    ]
    assert len({envelope["payload"]["event_id"] for envelope in tries}) == 1
    assert len({envelope["envelope_id"] for envelope in tries}) == 3
    await ws.until(lambda ws: ws.deliveries[0].given_up)


async def test_a_late_ack_does_not_count(ws: Workspace, session: aiohttp.ClientSession) -> None:
    socket = await opened(ws, session)
    await ws.say(ws.user("ada"), GENERAL, "@claude hi")
    first = await socket.receive_json()
    second = await socket.receive_json()
    await socket.send_json({"envelope_id": first["envelope_id"]})
    await socket.send_str("not JSON")
    await socket.send_json({"envelope_id": second["envelope_id"]})
    await ws.until(lambda ws: ws.deliveries[0].over)
    assert [outcome.acknowledged for outcome in ws.deliveries[0].outcomes] == [False, True]


async def test_a_connection_that_breaks_before_the_ack_hands_over_to_another(
    ws: Workspace, session: aiohttp.ClientSession
) -> None:
    first = await opened(ws, session)
    await ws.say(ws.user("ada"), GENERAL, "@claude hi")
    lost = await first.receive_json()
    second = await opened(ws, session)
    await first.close()
    again = await second.receive_json()
    assert again["payload"]["event_id"] == lost["payload"]["event_id"]
    assert again["retry_reason"] == "connection_closed"
    await second.send_json({"envelope_id": again["envelope_id"]})
    await ws.until(lambda ws: ws.deliveries[0].acknowledged)


async def test_tickets_are_good_once_and_ten_connections_are_the_most(
    ws: Workspace, session: aiohttp.ClientSession
) -> None:
    sockets = [await opened(ws, session) for _ in range(10)]
    assert ws.connections == 10
    headers = {"Authorization": f"Bearer {ws.app_token}"}
    async with session.post(f"{ws.api_url}apps.connections.open", headers=headers) as response:
        url = (await response.json())["url"]
    eleventh = await session.ws_connect(url)
    assert (await eleventh.receive_json())["reason"] == "too_many_websockets"
    with pytest.raises(aiohttp.WSServerHandshakeError):
        await session.ws_connect(url)
    for socket in sockets:
        await socket.close()
    await ws.until(lambda ws: ws.connections == 0)


async def test_connections_share_the_events(ws: Workspace, session: aiohttp.ClientSession) -> None:
    sockets = [await opened(ws, session) for _ in range(2)]
    for text in ("one", "two"):
        await ws.say(ws.user("ada"), GENERAL, f"@claude {text}")
    texts = [(await socket.receive_json())["payload"]["event"]["text"].split()[1] for socket in sockets]
    assert sorted(texts) == ["one", "two"]


async def test_slacks_own_client_comes_back_after_a_refresh(ws: Workspace, session: aiohttp.ClientSession) -> None:
    seen: list[str] = []

    async def listen(client: AsyncBaseSocketModeClient, request: SocketModeRequest) -> None:
        seen.append(request.payload["event"]["text"])
        await client.send_socket_mode_response(SocketModeResponse(request.envelope_id))

    web_client = AsyncWebClient(base_url=ws.api_url, session=session, retry_handlers=[])
    client = SocketModeClient(ws.app_token, web_client=web_client, ping_interval=0.1)
    client.socket_mode_request_listeners.append(listen)
    await client.connect()  # type: ignore[no-untyped-call]  # slack_sdk leaves it untyped
    await ws.until(lambda ws: ws.connections == 1)
    before = ws.sockets.connections[0]
    await ws.disconnect_sockets("refresh_requested")
    await ws.until(lambda ws: ws.connections == 1 and ws.sockets.connections[0] is not before)
    await ws.say(ws.user("ada"), GENERAL, "@claude back?")
    await ws.until(lambda ws: ws.deliveries and ws.deliveries[0].acknowledged)
    await client.close()  # type: ignore[no-untyped-call]  # slack_sdk leaves it untyped
    assert {*seen} == {f"<@{ws.bot_user_id}> back?"}  # more than once where the machine was slow to acknowledge


async def test_a_command_that_nobody_acknowledges_is_told_to_the_person(
    ws: Workspace, session: aiohttp.ClientSession
) -> None:
    await ws.command(ws.user("ada"), GENERAL, "/ask", "x")
    (message,) = await ws.until(lambda ws: ws.ephemerals())
    assert "dispatch_failed" in message["text"]
    socket = await opened(ws, session)
    await ws.command(ws.user("ada"), GENERAL, "/ask", "y")
    envelope = await socket.receive_json()
    assert (envelope["type"], envelope["accepts_response_payload"]) == ("slash_commands", True)
    assert "thread_ts" not in envelope["payload"]
    await ws.until(lambda ws: "operation_timeout" in ws.ephemerals()[-1]["text"])
    assert len(ws.deliveries) == 2
    assert [len(delivery.outcomes) for delivery in ws.deliveries] == [1, 1]


async def test_an_event_is_redelivered_with_the_same_or_a_new_id(ws: Workspace, session: aiohttp.ClientSession) -> None:
    socket = await opened(ws, session)

    async def event_id() -> str:
        envelope = await socket.receive_json()
        await socket.send_json({"envelope_id": envelope["envelope_id"]})
        return str(envelope["payload"]["event_id"])

    await ws.say(ws.user("ada"), GENERAL, "@claude hi")
    first = await event_id()
    ws.redeliver(ws.deliveries[0])
    same = await event_id()
    ws.redeliver(ws.deliveries[0], new_event_id=True)
    other = await event_id()
    assert first == same != other


# --- signed HTTP ---------------------------------------------------------------------------------------------------


@dataclass
class Endpoint:
    """An app's address that answers by turns and keeps what it got."""

    answers: list[web.Response] = field(default_factory=list)
    requests: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    hold: Callable[[], Any] | None = None

    async def handle(self, request: web.Request) -> web.Response:
        self.requests.append((dict(request.headers), await request.read()))
        if self.hold is not None:
            await self.hold()
        return self.answers.pop(0) if self.answers else web.Response()


@asynccontextmanager
async def listening(ws: Workspace, endpoint: Endpoint) -> AsyncIterator[Endpoint]:
    app = web.Application()
    app.router.add_post("/slack/events", endpoint.handle)
    async with serving(app) as origin:
        ws.events_url = f"{origin}/slack/events"
        yield endpoint


async def test_requests_are_signed_as_slack_signs_them(ws: Workspace) -> None:
    async with listening(ws, Endpoint()) as endpoint:
        await ws.say(ws.user("ada"), GENERAL, "@claude hi")
        await ws.until(lambda ws: ws.deliveries[0].acknowledged)
    ((headers, body),) = endpoint.requests
    assert SignatureVerifier(ws.signing_secret).is_valid_request(body, headers)
    assert not SignatureVerifier("another").is_valid_request(body, headers)
    assert json.loads(body)["type"] == "event_callback"
    assert "X-Slack-Retry-Num" not in headers


async def test_a_refused_request_comes_again_with_number_and_reason(ws: Workspace) -> None:
    async with listening(ws, Endpoint(answers=[web.Response(status=500), web.Response(status=404)])) as endpoint:
        await ws.say(ws.user("ada"), GENERAL, "@claude hi")
        await ws.until(lambda ws: ws.deliveries[0].acknowledged)
    retries = [(h.get("X-Slack-Retry-Num"), h.get("X-Slack-Retry-Reason")) for h, _ in endpoint.requests]
    assert retries == [(None, None), ("1", "http_error"), ("2", "http_error")]
    assert len({json.loads(body)["event_id"] for _, body in endpoint.requests}) == 1


async def test_an_app_that_is_slow_or_away(ws: Workspace) -> None:
    forever = asyncio.Event()
    async with listening(ws, Endpoint(hold=forever.wait)) as endpoint:
        await ws.say(ws.user("ada"), GENERAL, "@claude hi")
        await ws.until(lambda ws: ws.deliveries[0].outcomes)
        endpoint.hold = None
        await ws.until(lambda ws: ws.deliveries[0].acknowledged)
        assert ws.deliveries[0].outcomes[0].reason == "http_timeout"
        forever.set()
    await ws.say(ws.user("ada"), GENERAL, "@claude again")
    await ws.until(lambda ws: ws.deliveries[1].given_up)
    assert {outcome.reason for outcome in ws.deliveries[1].outcomes} == {"connection_failed"}


async def test_an_app_may_ask_for_no_retry(ws: Workspace) -> None:
    no_more = web.Response(status=500, headers={"X-Slack-No-Retry": "1"})
    async with listening(ws, Endpoint(answers=[no_more])) as endpoint:
        await ws.say(ws.user("ada"), GENERAL, "@claude hi")
        await ws.until(lambda ws: ws.deliveries[0].given_up)
    assert len(endpoint.requests) == 1


async def test_the_request_url_is_verified_by_a_challenge(ws: Workspace) -> None:
    async with listening(ws, Endpoint(answers=[web.json_response({"challenge": "c"})])) as endpoint:
        assert ws.events_url is not None
        outcome = await ws.http.verify_url(ws.events_url, "c")
    assert outcome.answer == {"challenge": "c"}
    assert json.loads(endpoint.requests[0][1])["type"] == "url_verification"


async def test_commands_and_buttons_are_forms(ws: Workspace, session: aiohttp.ClientSession) -> None:
    client = web_client(ws, session)
    button = {"type": "button", "action_id": "go", "value": "v", "text": {"type": "plain_text", "text": "Go"}}
    blocks = [{"type": "actions", "block_id": "b", "elements": [button]}]
    ts = (await client.chat_postMessage(channel=GENERAL, text="x", blocks=blocks))["ts"]
    in_public = web.json_response({"response_type": "in_channel", "text": "for all"})
    async with listening(ws, Endpoint(answers=[in_public, web.Response()])) as endpoint:
        command = await ws.command(ws.user("ada"), GENERAL, "/ask", "@grace what & why")
        await ws.until(lambda ws: ws.delivery(command).over)
        press = await ws.press(ws.user("ada"), GENERAL, ts, "go")
        await ws.until(lambda ws: ws.delivery(press).over)
    form = {key: values[0] for key, values in parse_qs(endpoint.requests[0][1].decode()).items()}
    # The manifest asks for should_escape.
    assert (form["command"], form["text"]) == ("/ask", f"<@{ws.user('grace')}> what &amp; why")
    assert form["response_url"].startswith(ws.url)
    payload = json.loads(parse_qs(endpoint.requests[1][1].decode())["payload"][0])
    assert payload["type"] == "block_actions"
    assert (payload["actions"][0]["value"], payload["actions"][0]["block_id"]) == ("v", "b")
    assert payload["container"]["message_ts"] == ts
    assert ws.messages(GENERAL)[1]["text"] == "for all"
