"""A real Bolt app talks to the workspace over both transports; what people would see is the proof."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Literal

import aiohttp
import pytest
from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from playground.workspace.workspace import Workspace
from tests.loopback import serving

Transport = Literal["socket", "http"]


@asynccontextmanager
async def connected(app: AsyncApp, ws: Workspace, transport: Transport) -> AsyncIterator[None]:
    """The app, reachable for the workspace's events."""
    if transport == "socket":
        handler = AsyncSocketModeHandler(app, ws.app_token, ping_interval=0.2)
        await handler.connect_async()  # type: ignore[no-untyped-call]  # bolt leaves it untyped
        await ws.until(lambda ws: ws.connections)
        try:
            yield
        finally:
            await handler.close_async()  # type: ignore[no-untyped-call]  # bolt leaves it untyped
        return
    async with serving(app.web_app("/slack/events")) as origin:
        ws.events_url = f"{origin}/slack/events"
        yield


@pytest.fixture(params=["socket", "http"])
def transport(request: pytest.FixtureRequest) -> Transport:
    return "socket" if request.param == "socket" else "http"


@pytest.fixture
def workspace_options() -> dict[str, Any]:
    return {"retry_delays_s": (0.05, 0.1), "ack_within_s": 0.4}


@pytest.fixture
async def app(ws: Workspace, client: AsyncWebClient) -> AsyncApp:
    return AsyncApp(client=client, signing_secret=ws.signing_secret, process_before_response=True)


async def test_a_mention_reaches_the_app_and_its_answer_the_thread(
    ws: Workspace, app: AsyncApp, transport: Transport
) -> None:
    @app.event("app_mention")
    async def answer(event: dict[str, Any], client: AsyncWebClient) -> None:
        await client.chat_postMessage(channel=event["channel"], thread_ts=event["ts"], text=f"you said {event['text']}")

    async with connected(app, ws, transport):
        ts = await ws.say(ws.user("ada"), ws.channel("general"), "@claude hello")
        thread = await ws.until(lambda ws: ws.thread(ws.channel("general"), ts)[1:] and ws.thread("C0GENERAL1", ts))
    assert [message["text"] for message in thread] == [
        f"<@{ws.bot_user_id}> hello",
        f"you said <@{ws.bot_user_id}> hello",
    ]
    assert thread[0]["reply_count"] == 1
    assert thread[1]["parent_user_id"] == ws.user("ada")


async def test_a_direct_message_with_a_file_arrives_whole(ws: Workspace, app: AsyncApp, transport: Transport) -> None:
    seen: list[dict[str, Any]] = []

    @app.event("message")
    async def answer(event: dict[str, Any], client: AsyncWebClient) -> None:
        seen.append(event)
        file = event["files"][0]
        headers = {"Authorization": f"Bearer {client.token}"}
        async with (
            aiohttp.ClientSession() as session,
            session.get(file["url_private_download"], headers=headers) as got,
        ):
            size = len(await got.read())
        await client.chat_postMessage(channel=event["channel"], text=f"{size} bytes of {got.content_type}")

    async with connected(app, ws, transport):
        place = ws.direct_message(ws.user("grace"))
        await ws.say(ws.user("grace"), place, "look", files=[("a b.pdf", b"%PDF-1.7 ".ljust(5000, b"x"))])
        await ws.until(lambda ws: ws.messages(place)[1:])
    assert ws.messages(place)[1]["text"] == "5000 bytes of application/pdf"
    assert seen[0]["subtype"] == "file_share"
    assert seen[0]["channel_type"] == "im"
    assert seen[0]["files"][0]["pretty_type"] == "PDF"


async def test_a_command_is_answered_by_its_ack_and_then_through_its_response_url(
    ws: Workspace, app: AsyncApp, transport: Transport
) -> None:
    urls: list[str] = []

    @app.command("/ask")
    async def ask(ack: Any, command: dict[str, Any]) -> None:
        urls.append(command["response_url"])
        await ack(f"thinking about {command['text']}")

    elsewhere = ws.channel("elsewhere")
    async with connected(app, ws, transport), aiohttp.ClientSession() as session:
        await ws.command(ws.user("ada"), elsewhere, "/ask", "life")
        (first,) = await ws.until(lambda ws: ws.ephemerals(elsewhere, ws.user("ada")))
        await session.post(urls[0], json={"replace_original": True, "text": "42"})
    (last,) = ws.ephemerals()
    assert first["text"] == "thinking about life"
    assert (last["text"], last["ts"]) == ("42", first["ts"])
    assert ws.messages(elsewhere) == []


async def test_what_is_not_acknowledged_comes_again_with_the_same_event_id(
    ws: Workspace, app: AsyncApp, transport: Transport
) -> None:
    bodies: list[dict[str, Any]] = []
    headers: list[dict[str, Any]] = []

    @app.event("app_mention")
    async def fail_twice(body: dict[str, Any], request: Any) -> None:
        bodies.append(body)
        headers.append(request.headers)
        if len(bodies) < 3:
            raise RuntimeError("the database is away")

    async with connected(app, ws, transport):
        await ws.say(ws.user("ada"), ws.channel("general"), "@claude hello")
        (delivery,) = await ws.until(lambda ws: [delivery for delivery in ws.deliveries if delivery.over])
    assert delivery.acknowledged
    assert len({body["event_id"] for body in bodies}) == 1
    assert [header.get("x-slack-retry-num") for header in headers[1:]] == [["1"], ["2"]]


async def test_a_button_press_reaches_its_action(ws: Workspace, app: AsyncApp, transport: Transport) -> None:
    @app.action(re.compile("continue"))
    async def pressed(ack: Any, body: dict[str, Any], client: AsyncWebClient) -> None:
        await ack()
        value = body["actions"][0]["value"]
        channel, ts = body["channel"]["id"], body["message"]["ts"]
        await client.chat_update(channel=channel, ts=ts, text=f"pressed {value} by {body['user']['id']}")

    async with connected(app, ws, transport):
        button = {
            "type": "button",
            "action_id": "continue",
            "value": "v1",
            "text": {"type": "plain_text", "text": "Go"},
        }
        posted = await app.client.chat_postMessage(
            channel=ws.channel("general"), text="more?", blocks=[{"type": "actions", "elements": [button]}]
        )
        await ws.press(ws.user("ada"), ws.channel("general"), posted["ts"], "continue")
        await ws.until(lambda ws: "pressed v1" in ws.messages(ws.channel("general"))[0]["text"])
    assert "blocks" not in ws.messages(ws.channel("general"))[0]
