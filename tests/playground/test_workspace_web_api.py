"""Slack's own client calls the workspace; every refusal has Slack's code, and what is written is what is read back."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from playground.workspace.manifest import Manifest
from playground.workspace.records import Kind
from playground.workspace.workspace import Workspace
from tests.repository import MANIFEST
from tests.slack_client import web_client

GENERAL = "C0GENERAL1"


@pytest.fixture
def workspace_options() -> dict[str, Any]:
    return {"rate_limits": False}


async def refused(client: AsyncWebClient, method: str, **arguments: Any) -> dict[str, Any]:
    """The body of the error that a call gets."""
    with pytest.raises(SlackApiError) as error:
        await client.api_call(method, json=arguments)
    assert error.value.response.status_code == 200
    body = error.value.response.data
    assert isinstance(body, dict)
    return body


async def code(client: AsyncWebClient, method: str, **arguments: Any) -> str:
    return str((await refused(client, method, **arguments))["error"])


# --- tokens and scopes ---------------------------------------------------------------------------------------------


async def test_auth_test_says_who_the_bot_is(ws: Workspace, client: AsyncWebClient) -> None:
    answer = await client.auth_test()
    assert (answer["user_id"], answer["bot_id"], answer["team_id"]) == (ws.bot_user_id, ws.bot_id, ws.team_id)
    assert "chat:write" in answer.headers["x-oauth-scopes"]


async def test_tokens_are_checked(ws: Workspace, session: aiohttp.ClientSession) -> None:
    async def error(token: str | None, method: str) -> str:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        async with session.post(ws.api_url + method, headers=headers) as response:
            return str((await response.json())["error"])

    assert await error(None, "chat.postMessage") == "not_authed"
    assert await error("xoxb-wrong", "chat.postMessage") == "invalid_auth"
    assert await error(ws.app_token, "chat.postMessage") == "not_allowed_token_type"
    assert await error(ws.bot_token, "apps.connections.open") == "not_allowed_token_type"
    assert await error(ws.bot_token, "chat.shout") == "unknown_method"


async def test_a_scope_that_the_manifest_does_not_ask_for_is_missing(session: aiohttp.ClientSession) -> None:
    manifest = replace(Manifest.read(MANIFEST), scopes=frozenset({"channels:history"}))
    async with Workspace(manifest) as ws:
        client = web_client(ws, session)
        body = await refused(client, "chat.postMessage", channel=GENERAL, text="x")
        assert (body["error"], body["needed"], body["provided"]) == ("missing_scope", "chat:write", "channels:history")
        ts = ws.seed(ws.user("ada"), ws.channel("board-room"), "x")
        arguments = {"channel": ws.channel("board-room"), "ts": ts}
        assert (await refused(client, "conversations.replies", **arguments))["needed"] == "groups:history"


async def test_an_app_without_a_messages_tab_cannot_write_there(session: aiohttp.ClientSession) -> None:
    async with Workspace(replace(Manifest.read(MANIFEST), messages_tab=False)) as ws:
        client = web_client(ws, session)
        assert await code(client, "chat.postMessage", channel=ws.user("ada"), text="x") == "messages_tab_disabled"


async def test_arguments_come_as_json_form_or_query(ws: Workspace, session: aiohttp.ClientSession) -> None:
    headers = {"Authorization": f"Bearer {ws.bot_token}"}
    url = ws.api_url + "chat.postMessage"
    await session.post(url, json={"channel": GENERAL, "text": "json"}, headers=headers)
    await session.post(url, data={"channel": GENERAL, "text": "form", "token": ws.bot_token})
    await session.get(url, params={"channel": GENERAL, "text": "query"}, headers=headers)
    blocks = '[{"type": "divider"}]'
    await session.post(url, data={"channel": GENERAL, "blocks": blocks, "text": "blocks"}, headers=headers)
    async with session.post(url, data=b"{", headers={**headers, "Content-Type": "application/json"}) as response:
        assert (await response.json())["error"] == "invalid_json"
    assert [message["text"] for message in ws.messages(GENERAL)] == ["json", "form", "query", "blocks"]
    assert ws.messages(GENERAL)[3]["blocks"][0]["type"] == "divider"


# --- chat.postMessage ----------------------------------------------------------------------------------------------


async def test_where_the_bot_cannot_post(ws: Workspace, client: AsyncWebClient) -> None:
    async def error(channel: str) -> str:
        return await code(client, "chat.postMessage", channel=channel, text="x")

    assert await error("C404") == "channel_not_found"
    assert await error("") == "channel_not_found"
    assert await error(ws.channel("elsewhere")) == "not_in_channel"
    assert await error(ws.channel("hidden")) == "channel_not_found"
    ws.archive(GENERAL)
    assert await error(GENERAL) == "is_archived"


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ({}, "no_text"),
        ({"text": ""}, "no_text"),
        ({"text": "a", "markdown_text": "b"}, "markdown_text_conflict"),
        ({"blocks": [{"type": "divider"}], "markdown_text": "b"}, "markdown_text_conflict"),
        ({"markdown_text": "x" * 12_001}, "msg_too_long"),
        ({"text": "a", "blocks": "{"}, "invalid_blocks_format"),
        ({"text": "a", "blocks": {"type": "divider"}}, "invalid_blocks_format"),
        ({"text": "a", "blocks": [{"type": "markdown", "text": "x" * 12_001}]}, "invalid_blocks"),
        ({"text": "a", "blocks": [{"type": "markdown", "text": "x" * 6001}] * 2}, "msg_blocks_too_long"),
        ({"text": "a", "blocks": [{"type": "markdown", "text": "a\n\n---\n\n" * 26}]}, "invalid_blocks"),
        ({"text": "a", "blocks": [{"type": "markdown", "text": "|a|\n|-|\n|1|\n\nx\n\n" * 2}]}, "invalid_attachments"),
        ({"text": "a", "metadata": "{"}, "invalid_metadata_format"),
        ({"text": "a", "metadata": {"event_type": "x"}}, "invalid_metadata_schema"),
        ({"text": 1, "blocks": 3}, "invalid_blocks_format"),
        ({"text": ["a"]}, "invalid_arguments"),
    ],
)
async def test_what_cannot_be_posted(client: AsyncWebClient, arguments: dict[str, Any], expected: str) -> None:
    assert await code(client, "chat.postMessage", channel=GENERAL, **arguments) == expected


async def test_a_post_is_stored_as_slack_stores_it(ws: Workspace, client: AsyncWebClient) -> None:
    metadata = {"event_type": "answer", "event_payload": {"n": 1}}
    posted = await client.chat_postMessage(
        channel=GENERAL,
        text="short",
        blocks=[{"type": "markdown", "text": "# T\n\n**b**"}],
        metadata=metadata,
        unfurl_links=False,
        unfurl_media=False,
    )
    (message,) = ws.messages(GENERAL)
    assert posted["ts"] == message["ts"]
    assert (message["user"], message["bot_id"], message["text"]) == (ws.bot_user_id, ws.bot_id, "short")
    assert [block["type"] for block in message["blocks"]] == ["header", "rich_text"]
    assert all(block["block_id"] for block in message["blocks"])
    assert message["metadata"] == metadata
    origin = ws.origin(GENERAL, message["ts"])
    assert (origin.source, origin.unfurl_links, origin.unfurl_media) == ("# T\n\n**b**", False, False)
    assert [(revision.kind, revision.text, revision.source) for revision in ws.revisions] == [
        ("post", "T\nb", "# T\n\n**b**")
    ]


async def test_a_server_that_keeps_markdown_as_it_is(ws: Workspace, client: AsyncWebClient) -> None:
    ws.dialect.expand_markdown = False
    await client.chat_postMessage(channel=GENERAL, text="t", blocks=[{"type": "markdown", "text": "# T"}])
    assert [(block["type"], block["text"]) for block in ws.messages(GENERAL)[0]["blocks"]] == [("markdown", "# T")]


async def test_a_server_that_takes_several_tables(ws: Workspace, client: AsyncWebClient) -> None:
    ws.dialect.tables_max = 2
    two = [{"type": "markdown", "text": "|a|\n|-|\n|1|\n\nx\n\n" * 2}]
    await client.chat_postMessage(channel=GENERAL, text="t", blocks=two)
    kinds = [block["type"] for block in ws.messages(GENERAL)[0]["blocks"]]
    assert kinds == ["table", "rich_text", "table", "rich_text"]


async def test_text_beyond_40000_is_cut_with_a_warning(ws: Workspace, client: AsyncWebClient) -> None:
    posted = await client.chat_postMessage(channel=GENERAL, text="x" * 40_001)
    assert posted["warning"] == "message_truncated"
    assert len(ws.messages(GENERAL)[0]["text"]) == 40_000


async def test_a_user_id_stands_for_the_direct_message(ws: Workspace, client: AsyncWebClient) -> None:
    posted = await client.chat_postMessage(channel=ws.user("ada"), text="hi")
    assert posted["channel"] == ws.direct_message(ws.user("ada"))


async def test_a_reply_to_a_reply_hangs_under_the_root(ws: Workspace, client: AsyncWebClient) -> None:
    root = ws.seed(ws.user("ada"), GENERAL, "root")
    reply = ws.seed(ws.user("grace"), GENERAL, "reply", thread_ts=root)
    posted = await client.chat_postMessage(channel=GENERAL, text="x", thread_ts=reply)
    assert posted["message"]["thread_ts"] == root
    assert [message["text"] for message in ws.thread(GENERAL, root)] == ["root", "reply", "x"]


async def test_a_reply_whose_parent_is_gone_lands_in_the_channel(ws: Workspace, client: AsyncWebClient) -> None:
    root = ws.seed(ws.user("ada"), GENERAL, "root")
    await ws.delete(GENERAL, root)
    posted = await client.chat_postMessage(channel=GENERAL, text="x", thread_ts=root)
    assert "thread_ts" not in posted["message"]


async def test_unescaped_tokens_ping_and_escaped_ones_do_not(ws: Workspace, client: AsyncWebClient) -> None:
    await client.chat_postMessage(channel=GENERAL, text="&lt;!channel&gt; &lt;@U1&gt;")
    assert ws.pings == []
    await client.chat_postMessage(channel=GENERAL, text="t", blocks=[{"type": "markdown", "text": "<!channel> <@U1>"}])
    assert [ping.target for ping in ws.pings] == ["channel", "U1"]


# --- chat.update and chat.delete -----------------------------------------------------------------------------------


async def test_update_replaces_what_it_names(ws: Workspace, client: AsyncWebClient) -> None:
    metadata = {"event_type": "answer", "event_payload": {}}
    divider = [{"type": "divider"}]
    ts = (await client.chat_postMessage(channel=GENERAL, text="1", blocks=divider, metadata=metadata))["ts"]

    await client.chat_update(channel=GENERAL, ts=ts, text="2", blocks=[{"type": "markdown", "text": "two"}])
    (message,) = ws.messages(GENERAL)
    assert (message["text"], message["blocks"][0]["type"], message["metadata"]) == ("2", "rich_text", metadata)
    assert "edited" not in message

    only_metadata = {"channel": GENERAL, "ts": ts, "metadata": {"event_type": "b", "event_payload": {}}}
    await client.api_call("chat.update", json=only_metadata)
    assert ws.messages(GENERAL)[0]["blocks"] == message["blocks"]

    await client.chat_update(channel=GENERAL, ts=ts, text="3", metadata={})
    (message,) = ws.messages(GENERAL)
    assert message["text"] == "3"
    assert not {"blocks", "metadata"} & message.keys()
    assert message["edited"]["user"] == ws.bot_user_id
    assert [revision.text for revision in ws.revisions] == ["---", "two", "two", "3"]


async def test_update_refuses_a_text_over_4000(ws: Workspace, client: AsyncWebClient) -> None:
    ts = (await client.chat_postMessage(channel=GENERAL, text="x"))["ts"]
    await client.chat_update(channel=GENERAL, ts=ts, text="x" * 4000)
    assert await code(client, "chat.update", channel=GENERAL, ts=ts, text="x" * 4001) == "msg_too_long"
    ws.dialect.truncates_long_updates = True
    await client.chat_update(channel=GENERAL, ts=ts, text="x" * 4001)


@pytest.mark.parametrize(
    ("method", "forbidden"), [("chat.update", "cant_update_message"), ("chat.delete", "cant_delete_message")]
)
async def test_only_own_messages_that_exist_can_be_changed(
    ws: Workspace, client: AsyncWebClient, method: str, forbidden: str
) -> None:
    other = ws.seed(ws.user("ada"), GENERAL, "mine")
    assert await code(client, method, channel=GENERAL, ts=other, text="x") == forbidden
    assert await code(client, method, channel=GENERAL, ts="1.0", text="x") == "message_not_found"
    assert await code(client, method, channel=GENERAL, text="x") == "message_not_found"
    assert await code(client, method, channel="C404", ts=other, text="x") == "channel_not_found"
    assert await code(client, method, channel=ws.user("ada"), ts=other, text="x") == "channel_not_found"


async def test_a_deleted_message_is_gone_and_cannot_be_updated(ws: Workspace, client: AsyncWebClient) -> None:
    ts = (await client.chat_postMessage(channel=GENERAL, text="x"))["ts"]
    await client.chat_delete(channel=GENERAL, ts=ts)
    assert ws.messages(GENERAL) == []
    assert await code(client, "chat.update", channel=GENERAL, ts=ts, text="y") == "message_not_found"
    assert [revision.kind for revision in ws.revisions] == ["post", "delete"]


async def test_an_archived_channel_is_closed_to_updates(ws: Workspace, client: AsyncWebClient) -> None:
    ts = (await client.chat_postMessage(channel=GENERAL, text="x"))["ts"]
    ws.archive(GENERAL)
    assert await code(client, "chat.update", channel=GENERAL, ts=ts, text="y") == "is_inactive"


# --- the rest ------------------------------------------------------------------------------------------------------


async def test_an_ephemeral_message_is_for_one_member(ws: Workspace, client: AsyncWebClient) -> None:
    await client.chat_postEphemeral(channel=GENERAL, user=ws.user("ada"), text="psst")
    (message,) = ws.ephemerals(GENERAL, ws.user("ada"))
    assert message["text"] == "psst"
    assert ws.ephemerals(GENERAL, ws.user("grace")) == ws.messages(GENERAL) == []
    mpim = next(channel.id for channel in ws.state.channels.values() if channel.kind is Kind.GROUP)
    outsider = ws.user("lars")
    assert await code(client, "chat.postEphemeral", channel=mpim, user=outsider, text="x") == "user_not_in_channel"


async def test_names_of_people_and_places(ws: Workspace, client: AsyncWebClient) -> None:
    user = (await client.users_info(user=ws.user("grace")))["user"]
    assert (user["name"], user["profile"]["display_name"], user["is_bot"]) == ("grace", "grace", False)
    assert (await client.users_info(user=ws.bot_user_id))["user"]["profile"]["bot_id"] == ws.bot_id
    assert await code(client, "users.info", user="U404") == "user_not_found"
    channel = (await client.conversations_info(channel=GENERAL))["channel"]
    assert (channel["name"], channel["is_member"], channel["is_private"]) == ("general", True, False)
    assert await code(client, "conversations.info", channel=ws.channel("hidden")) == "channel_not_found"
    # The manifest asks for no im:read, but for im:write.
    assert await code(client, "conversations.info", channel=ws.direct_message(ws.user("ada"))) == "missing_scope"
    opened = await client.conversations_open(users=ws.user("ada"))
    assert opened["channel"]["id"] == ws.direct_message(ws.user("ada"))


async def test_a_status_stays_until_the_bot_answers(ws: Workspace, client: AsyncWebClient) -> None:
    ts = ws.seed(ws.user("ada"), GENERAL, "question")
    for status in ("is thinking", "is reading"):
        await client.assistant_threads_setStatus(channel_id=GENERAL, thread_ts=ts, status=status)
    assert [shown.status for shown in ws.statuses()] == ["is reading"]
    await client.chat_postMessage(channel=GENERAL, thread_ts=ts, text="answer")
    assert ws.statuses() == []
    assert [(revision.kind, revision.text) for revision in ws.revisions] == [
        ("status", "is thinking"),
        ("status", "is reading"),
        ("post", "answer"),
        ("status", ""),
    ]
    assert await code(client, "assistant.threads.setStatus", channel_id=GENERAL, status="x") == "invalid_thread_ts"
    arguments = {"channel_id": GENERAL, "thread_ts": ts, "status": "x", "loading_messages": ["x" * 51]}
    assert await code(client, "assistant.threads.setStatus", **arguments) == "invalid_arguments"


async def test_listing_the_apps_channels_takes_a_scope_for_each_kind(client: AsyncWebClient, ws: Workspace) -> None:
    ws.add_channel("elsewhere", with_bot=False)
    listed = (await client.users_conversations(types="public_channel,private_channel"))["channels"]
    lacking = replace(ws.state.manifest, scopes=ws.state.manifest.scopes - {"groups:read"})
    ws.state.manifest = lacking

    assert {channel["name"] for channel in listed} == {"general", "random", "with-partner", "board-room"}
    assert (await refused(client, "users.conversations", types="private_channel"))["needed"] == "groups:read"
    assert await code(client, "users.conversations", types="rooms") == "invalid_types"


async def test_an_app_level_token_has_scopes_of_its_own(client: AsyncWebClient, ws: Workspace) -> None:
    ws.tokens.app_scopes = frozenset()
    with pytest.raises(SlackApiError) as error:
        await client.apps_connections_open(app_token=ws.app_token)

    assert error.value.response["needed"] == "connections:write"
