"""A response_url answers a command where the bot is no member, five times within half an hour."""

from __future__ import annotations

from typing import Any

import aiohttp
import pytest
from slack_sdk.webhook.async_client import AsyncWebhookClient

from playground.workspace.workspace import Workspace
from tests.clocks import StandingClock
from tests.slack_client import web_client


@pytest.fixture
def workspace_options(clock: StandingClock) -> dict[str, Any]:
    return {"clock": clock}


async def invoked(ws: Workspace, session: aiohttp.ClientSession) -> AsyncWebhookClient:
    """The client of the response_url of a command that ada typed where the bot is no member."""
    await ws.command(ws.user("ada"), ws.channel("elsewhere"), "/ask", "x")
    return AsyncWebhookClient(ws.deliveries[-1].payload["response_url"], session=session)


def shown(ws: Workspace) -> list[str]:
    """What the bot said to ada alone."""
    return [message["text"] for message in ws.ephemerals() if message.get("bot_id") == ws.bot_id]


async def test_answers_are_for_one_person_unless_they_are_for_the_channel(
    ws: Workspace, session: aiohttp.ClientSession
) -> None:
    url = await invoked(ws, session)
    assert (await url.send(text="for you")).body == "ok"
    await url.send(text="for all", response_type="in_channel")
    assert shown(ws) == ["for you"]
    assert [message["text"] for message in ws.messages(ws.channel("elsewhere"))] == ["for all"]


async def test_an_answer_is_replaced_and_deleted_in_place(ws: Workspace, session: aiohttp.ClientSession) -> None:
    url = await invoked(ws, session)
    await url.send(text="thinking")
    (first,) = [message for message in ws.ephemerals() if message["text"] == "thinking"]
    blocks = [{"type": "markdown", "text": "# Answer"}]
    await url.send(text="answer", blocks=blocks, replace_original=True)
    (second,) = [message for message in ws.ephemerals() if message["text"] == "answer"]
    assert (second["ts"], second["blocks"][0]["type"]) == (first["ts"], "header")
    await url.send(text="plain", replace_original=True)
    assert shown(ws) == ["plain"]
    assert all("blocks" not in message for message in ws.ephemerals() if message["text"] == "plain")
    await url.send(delete_original=True)
    assert shown(ws) == []
    answers = [revision for revision in ws.revisions if revision.user == ws.bot_user_id]
    assert [(revision.kind, revision.text) for revision in answers] == [
        ("post", "thinking"),
        ("edit", "Answer"),
        ("edit", "plain"),
        ("delete", ""),
    ]
    assert all(revision.ephemeral for revision in answers)


async def test_the_sixth_use_is_refused(ws: Workspace, session: aiohttp.ClientSession) -> None:
    url = await invoked(ws, session)
    for number in range(5):
        assert (await url.send(text=str(number))).status_code == 200
    sixth = await url.send(text="5")
    assert (sixth.status_code, "used_url" in sixth.body) == (404, True)
    assert shown(ws) == ["0", "1", "2", "3", "4"]


async def test_half_an_hour_is_the_end(ws: Workspace, clock: StandingClock, session: aiohttp.ClientSession) -> None:
    url = await invoked(ws, session)
    clock.now = 30 * 60 - 0.1
    assert (await url.send(text="just in time")).status_code == 200
    clock.now = 30 * 60
    late = await url.send(text="late")
    assert (late.status_code, "expired_url" in late.body) == (404, True)


@pytest.mark.parametrize(
    ("payload", "code"),
    [
        ({}, "no_text"),
        ({"text": "t", "blocks": [{"type": "nonsense"}]}, "invalid_blocks"),
        ({"delete_original": True}, "message_not_found"),
    ],
)
async def test_what_is_refused(
    ws: Workspace, session: aiohttp.ClientSession, payload: dict[str, Any], code: str
) -> None:
    url = await invoked(ws, session)
    response = await url.send_dict(payload)
    assert (response.status_code, code in response.body) == (400, True)
    assert [(call.method, call.error) for call in ws.calls] == [("response_url", code)]


async def test_a_button_of_a_message_replaces_that_message(ws: Workspace, session: aiohttp.ClientSession) -> None:
    client = web_client(ws, session)
    general = ws.channel("general")
    button = {"type": "button", "action_id": "go", "text": {"type": "plain_text", "text": "Go"}}
    blocks = [{"type": "actions", "elements": [button]}]
    await client.chat_postMessage(channel=general, text="press", blocks=blocks)
    await ws.press(ws.user("ada"), general, ws.messages(general)[0]["ts"], "go")
    url = AsyncWebhookClient(ws.deliveries[-1].payload["response_url"], session=session)
    await url.send(text="pressed", replace_original=True)
    assert [message["text"] for message in ws.messages(general)] == ["pressed"]


async def test_a_response_url_fails_in_every_way_that_is_scripted(
    ws: Workspace, session: aiohttp.ClientSession
) -> None:
    url = await invoked(ws, session)
    ws.faults.status("response_url", 500)
    assert (await url.send(text="a")).status_code == 500
    ws.faults.rate_limit("response_url", retry_after_s=3)
    assert (await url.send(text="a")).headers["Retry-After"] == "3"
    ws.faults.refuse("response_url", "invalid_blocks")
    assert "invalid_blocks" in (await url.send(text="a")).body
    ws.faults.drop_after("response_url")
    with pytest.raises(aiohttp.ClientConnectionError):
        await AsyncWebhookClient(url.url, session=session, retry_handlers=[]).send(text="b")
    assert shown(ws) == ["b"]
