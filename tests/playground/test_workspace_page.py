"""The web page's interface: the state, a push of every change, what the person does, and nobody else's pages."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient

from playground.workspace.workspace import Workspace
from tests.manifests import MENTIONS

GENERAL = "C0GENERAL1"


@pytest.fixture
async def page(ws: Workspace) -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(ws.url, headers={"Origin": ws.url}) as session:
        yield session


async def state(page: aiohttp.ClientSession) -> dict[str, Any]:
    async with page.get("/ui/state") as response:
        body = await response.json()
    assert isinstance(body, dict)
    return body


async def test_the_state_shows_what_the_person_may_see(ws: Workspace, page: aiohttp.ClientSession) -> None:
    ws.seed(ws.user("grace"), GENERAL, "hello")
    ws.seed(ws.user("grace"), ws.direct_message(ws.user("grace")), "secret")
    shown = await state(page)
    assert shown["me"] == {"id": ws.user("ada"), "name": "ada"}
    assert shown["bot"]["id"] == ws.bot_user_id
    assert {"id": ws.bot_user_id, "name": "claude", "is_bot": True} in shown["users"]
    assert {user["name"]: user["standing"] for user in shown["users"] if "standing" in user} == {
        "remy": "bought.example", "mia": "guest", "sol": "guest in one channel", "dex": "deactivated",
        "pat": "other company", "stan": "stranger",
    }  # fmt: skip
    assert {"id": GENERAL, "name": "general", "kind": "channel", "is_member": True} in shown["channels"]
    assert [channel["kind"] for channel in shown["channels"]].count("im") == 1
    assert [(message["text"], message["channel"]) for message in shown["messages"]] == [("hello", GENERAL)]


async def test_a_message_with_files_is_sent_and_its_file_shown(ws: Workspace, page: aiohttp.ClientSession) -> None:
    form = aiohttp.FormData(quote_fields=False)
    form.add_field("channel", GENERAL)
    form.add_field("text", "@claude see")
    form.add_field("files", b"%PDF-1.7 x", filename="ü.pdf", content_type="application/pdf")
    form.add_field("files", b"two", filename="b.txt")
    async with page.post("/ui/messages", data=form) as response:
        ts = (await response.json())["ts"]
    (message,) = ws.thread(GENERAL, ts)
    assert [file["name"] for file in message["files"]] == ["ü.pdf", "b.txt"]
    assert message["text"] == f"<@{ws.bot_user_id}> see"
    async with page.get(f"/ui/files/{message['files'][0]['id']}") as response:
        assert (await response.read(), response.content_type) == (b"%PDF-1.7 x", "application/pdf")
    reply = {"channel": GENERAL, "text": "more", "thread_ts": ts}
    with aiohttp.MultipartWriter("form-data") as multipart:
        for name, value in reply.items():
            multipart.append(value).set_content_disposition("form-data", name=name)
    async with page.post("/ui/messages", data=multipart) as response:
        assert response.status == 200
    assert [reply["text"] for reply in ws.thread(GENERAL, ts)][1:] == ["more"]


async def test_every_change_is_pushed_in_order(
    ws: Workspace, page: aiohttp.ClientSession, client: AsyncWebClient
) -> None:
    async with page.ws_connect("/ui/events") as pushes:
        await ws.until(lambda ws: ws.state.changes.pages)
        ts = await ws.say(ws.user("grace"), GENERAL, "question")
        await client.assistant_threads_setStatus(channel_id=GENERAL, thread_ts=ts, status="is thinking")
        reply = (await client.chat_postMessage(channel=GENERAL, thread_ts=ts, text="ans"))["ts"]
        await client.chat_update(channel=GENERAL, ts=reply, text="answer")
        await client.chat_delete(channel=GENERAL, ts=reply)
        await client.chat_postEphemeral(channel=GENERAL, user=ws.user("grace"), text="not for ada")
        await client.chat_postEphemeral(channel=GENERAL, user=ws.user("ada"), text="for ada")
        seen: list[tuple[str, str, str | None]] = []
        while not seen or seen[-1][1:] != ("message", "for ada"):
            push = await pushes.receive_json(timeout=5)
            message = push.get("message", {})
            seen.append((push.get("ts") or message.get("ts"), push["type"], message.get("text", push.get("status"))))
    own = [(kind, text) for at, kind, text in seen if at != ts]
    assert own == [
        ("status", "is thinking"),
        ("status", ""),
        ("message", "ans"),
        ("message", "answer"),
        ("message_deleted", None),
        ("message", "for ada"),
    ]
    assert next(kind for at, kind, _ in seen if at == ts) == "message"


async def test_an_open_page_does_not_hold_the_workspace_up() -> None:
    async with aiohttp.ClientSession() as browser:
        async with Workspace(MENTIONS) as ws:
            pushes = await browser.ws_connect(f"{ws.url}/ui/events")
            async with asyncio.timeout(0.9):
                await ws.__aexit__(None, None, None)
        assert (await pushes.receive()).type is aiohttp.WSMsgType.CLOSE


async def test_commands_presses_edits_and_deletions_are_carried_out(
    ws: Workspace, page: aiohttp.ClientSession, client: AsyncWebClient
) -> None:
    button = {"type": "button", "action_id": "go", "value": "v", "text": {"type": "plain_text", "text": "Go"}}
    blocks = [{"type": "actions", "block_id": "b", "elements": [button]}]
    bot_ts = (await client.chat_postMessage(channel=GENERAL, text="x", blocks=blocks))["ts"]
    ts = await ws.say(ws.user("ada"), GENERAL, "one")
    action = {"channel": GENERAL, "ts": bot_ts, "block_id": "b", "action_id": "go", "value": "v"}
    for path, body in (
        ("/ui/commands", {"channel": GENERAL, "command": "/ask", "text": "why"}),
        ("/ui/actions", action),
        ("/ui/edits", {"channel": GENERAL, "ts": ts, "text": "two"}),
    ):
        async with page.post(path, json=body) as response:
            assert response.status == 200, await response.text()
    assert [delivery.sort.value for delivery in ws.deliveries] == ["slash_commands", "interactive"]
    assert ws.messages(GENERAL)[1]["text"] == "two"
    async with page.post("/ui/deletions", json={"channel": GENERAL, "ts": bot_ts}) as response:
        assert response.status == 200
    assert [message["ts"] for message in ws.messages(GENERAL)] == [ts]


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/ui/edits", {"channel": GENERAL, "ts": "1.0", "text": "x"}),
        ("/ui/edits", {"channel": GENERAL}),
        ("/ui/edits", []),
        ("/ui/commands", {"channel": GENERAL, "command": "/nothing"}),
        ("/ui/commands", {"channel": "C404", "command": "/ask"}),
        ("/ui/actions", {"channel": "C404", "ts": "1.0", "action_id": "go"}),
        ("/ui/messages", {"channel": GENERAL, "text": "x"}),
    ],
)
async def test_what_cannot_be_done_is_said_in_a_sentence(page: aiohttp.ClientSession, path: str, body: object) -> None:
    async with page.post(path, json=body) as response:
        assert response.status == 400
        assert (await response.json())["error"].endswith(".")


async def test_pages_of_other_sites_and_names_are_kept_out(ws: Workspace) -> None:
    for headers in ({"Origin": "https://evil.example"}, {"Host": "evil.example"}, {"Origin": "null"}):
        async with aiohttp.ClientSession(ws.url, headers=headers) as stranger:
            async with stranger.get("/ui/state") as response:
                assert response.status == 403
            with pytest.raises(aiohttp.WSServerHandshakeError):
                await stranger.ws_connect("/ui/events")


@pytest.mark.parametrize("path", ["/page/..%2Fworkspace%2F__init__.py", "/page/none.js", "/ui/files/F404"])
async def test_nothing_else_is_served(page: aiohttp.ClientSession, path: str) -> None:
    async with page.get(path) as response:
        assert response.status == 404
