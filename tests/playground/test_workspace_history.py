"""Threads and channels are read back page by page, as Slack gives them."""

from __future__ import annotations

from typing import Any

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from playground.workspace.workspace import Workspace

GENERAL = "C0GENERAL1"


@pytest.fixture
def workspace_options() -> dict[str, Any]:
    return {"rate_limits": False}


def seeded_thread(ws: Workspace, replies: int) -> list[str]:
    """The ts of the root and of every reply."""
    root = ws.seed(ws.user("ada"), GENERAL, "root")
    return [root, *(ws.seed(ws.user("grace"), GENERAL, f"r{n}", thread_ts=root) for n in range(replies))]


def texts(answer: Any) -> list[str]:
    return [message["text"] for message in answer["messages"]]


async def error(client: AsyncWebClient, method: str, **arguments: Any) -> str:
    with pytest.raises(SlackApiError) as caught:
        await client.api_call(method, params=arguments)
    return str(caught.value.response["error"])


async def test_a_thread_of_a_thousand_replies_takes_one_page_and_one_more_reply_two(
    ws: Workspace, client: AsyncWebClient
) -> None:
    thread = seeded_thread(ws, 1000)
    first = await client.conversations_replies(channel=GENERAL, ts=thread[0])
    assert [message["ts"] for message in first["messages"]] == thread
    assert first["has_more"] is False
    thread.append(ws.seed(ws.user("ada"), GENERAL, "last", thread_ts=thread[0]))
    first = await client.conversations_replies(channel=GENERAL, ts=thread[0])
    assert first["has_more"] is True
    cursor = first["response_metadata"]["next_cursor"]
    second = await client.conversations_replies(channel=GENERAL, ts=thread[0], cursor=cursor)
    assert texts(second) == ["root", "last"]
    assert not second.get("response_metadata")
    assert ws.deliveries == []
    assert ws.revisions == []


async def test_every_page_begins_with_the_root(ws: Workspace, client: AsyncWebClient) -> None:
    thread = seeded_thread(ws, 5)
    cursor = ""
    pages: list[list[str]] = []
    while not pages or cursor:
        answer = await client.conversations_replies(channel=GENERAL, ts=thread[0], limit=2, cursor=cursor)
        pages.append(texts(answer))
        cursor = (answer.get("response_metadata") or {}).get("next_cursor", "")
    assert pages == [["root", "r0", "r1"], ["root", "r2", "r3"], ["root", "r4"]]


async def test_a_server_may_give_smaller_pages_than_asked_for(ws: Workspace, client: AsyncWebClient) -> None:
    ws.dialect.page_max = 15
    thread = seeded_thread(ws, 20)
    answer = await client.conversations_replies(channel=GENERAL, ts=thread[0], limit=1000)
    assert len(answer["messages"]) == 16
    assert answer["has_more"] is True


async def test_bounds_leave_their_edge_out_unless_it_is_included(ws: Workspace, client: AsyncWebClient) -> None:
    thread = seeded_thread(ws, 4)
    bounds = {"channel": GENERAL, "ts": thread[0], "oldest": thread[1], "latest": thread[3]}
    answer = await client.api_call("conversations.replies", params=bounds)
    assert texts(answer) == ["root", "r1"]
    answer = await client.api_call("conversations.replies", params={**bounds, "inclusive": "true"})
    assert texts(answer) == ["root", "r0", "r1", "r2"]


async def test_the_ts_of_a_reply_gives_that_reply_alone(ws: Workspace, client: AsyncWebClient) -> None:
    thread = seeded_thread(ws, 3)
    answer = await client.conversations_replies(channel=GENERAL, ts=thread[2])
    assert texts(answer) == ["r1"]
    assert answer["messages"][0]["thread_ts"] == thread[0]


async def test_a_root_counts_its_replies(ws: Workspace, client: AsyncWebClient) -> None:
    thread = seeded_thread(ws, 2)
    root, reply, _ = (await client.conversations_replies(channel=GENERAL, ts=thread[0]))["messages"]
    assert (root["reply_count"], root["latest_reply"], root["reply_users"]) == (2, thread[2], [ws.user("grace")])
    assert (reply["thread_ts"], reply["parent_user_id"]) == (thread[0], ws.user("ada"))


async def test_another_apps_message_may_have_no_user(ws: Workspace, client: AsyncWebClient) -> None:
    thread = seeded_thread(ws, 1)
    ws.seed_bot_message(GENERAL, "build passed", thread_ts=thread[0])
    root, _, message = (await client.conversations_replies(channel=GENERAL, ts=thread[0]))["messages"]
    assert (message["subtype"], "user" in message, root["reply_count"]) == ("bot_message", False, 2)


async def test_metadata_is_returned_only_when_asked_for(ws: Workspace, client: AsyncWebClient) -> None:
    metadata = {"event_type": "answer", "event_payload": {"n": 1}}
    ts = (await client.chat_postMessage(channel=GENERAL, text="x", metadata=metadata))["ts"]
    without = await client.conversations_replies(channel=GENERAL, ts=ts)
    assert "metadata" not in without["messages"][0]
    with_it = await client.conversations_replies(channel=GENERAL, ts=ts, include_all_metadata=True)
    assert with_it["messages"][0]["metadata"] == metadata


async def test_a_deleted_root_stays_as_a_tombstone(ws: Workspace, client: AsyncWebClient) -> None:
    thread = seeded_thread(ws, 1)
    await ws.delete(GENERAL, thread[0])
    root, reply = (await client.conversations_replies(channel=GENERAL, ts=thread[0]))["messages"]
    assert (root["subtype"], root["user"], root["hidden"]) == ("tombstone", "USLACKBOT", True)
    assert reply["text"] == "r0"
    posted = await client.chat_postMessage(channel=GENERAL, thread_ts=thread[0], text="still here")
    assert posted["message"]["thread_ts"] == thread[0]


async def test_history_is_newest_first_and_leaves_replies_out(ws: Workspace, client: AsyncWebClient) -> None:
    seeded_thread(ws, 2)
    ws.seed_bot_message(GENERAL, "build passed")
    answer = await client.conversations_history(channel=GENERAL)
    assert texts(answer) == ["build passed", "root"]
    assert (answer["messages"][0]["subtype"], answer["messages"][0]["username"]) == ("bot_message", "CI")


async def test_another_apps_bot_user_writes_with_its_bot_id(ws: Workspace, client: AsyncWebClient) -> None:
    ts = ws.seed(ws.user("standup"), GENERAL, "time to stand up")
    (message,) = (await client.conversations_replies(channel=GENERAL, ts=ts))["messages"]
    assert message["bot_id"] != ws.bot_id
    assert message["bot_profile"]["name"] == "Standup Reminder"


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ({"ts": "1.0"}, "thread_not_found"),
        ({}, "thread_not_found"),
        ({"channel": "C404"}, "channel_not_found"),
        ({"limit": 0}, "invalid_limit"),
        ({"limit": "many"}, "invalid_limit"),
        ({"cursor": "nonsense"}, "invalid_cursor"),
        ({"oldest": "yesterday"}, "invalid_ts_oldest"),
        ({"latest": "now"}, "invalid_ts_latest"),
    ],
)
async def test_what_cannot_be_read(ws: Workspace, client: AsyncWebClient, arguments: dict[str, Any], code: str) -> None:
    known = {"channel": GENERAL} | ({} if code == "thread_not_found" else {"ts": ws.seed(ws.user("ada"), GENERAL, "x")})
    assert await error(client, "conversations.replies", **(known | arguments)) == code


async def test_a_public_channel_without_the_bot_is_not_read(ws: Workspace, client: AsyncWebClient) -> None:
    ts = ws.seed(ws.user("ada"), ws.channel("elsewhere"), "x")
    assert await error(client, "conversations.replies", channel=ws.channel("elsewhere"), ts=ts) == "not_in_channel"
