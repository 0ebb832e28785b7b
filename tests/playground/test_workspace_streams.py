"""Native streaming keeps its documented rules, towards Slack's own streaming helper too."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from playground.workspace.workspace import Workspace
from tests.clocks import StandingClock

GENERAL = "C0GENERAL1"


@pytest.fixture
def workspace_options(clock: StandingClock) -> dict[str, Any]:
    return {"rate_limits": False, "clock": clock}


@pytest.fixture
def start(ws: Workspace) -> dict[str, str]:
    """What starts a stream under a question of Ada's."""
    ts = ws.seed(ws.user("ada"), GENERAL, "question")
    recipient = {"recipient_user_id": ws.user("ada"), "recipient_team_id": ws.team_id}
    return {"channel": GENERAL, "thread_ts": ts, **recipient}


async def error(client: AsyncWebClient, method: str, **arguments: Any) -> str:
    with pytest.raises(SlackApiError) as caught:
        await client.api_call(method, json=arguments)
    return str(caught.value.response["error"])


async def test_the_sdks_helper_streams_an_answer(ws: Workspace, client: AsyncWebClient, start: dict[str, str]) -> None:
    stream = await client.chat_stream(**start, buffer_size=4)
    for piece in ("# He", "ad\n\n", "some **bo", "ld** text"):
        await stream.append(markdown_text=piece)
    await stream.stop()
    message = ws.thread(GENERAL, start["thread_ts"])[1]
    assert [block["type"] for block in message["blocks"]] == ["header", "rich_text"]
    assert ws.origin(GENERAL, message["ts"]).source == "# Head\n\nsome **bold** text"
    shown = [revision.source for revision in ws.revisions]
    assert all(later.startswith(earlier) for earlier, later in pairwise(shown))


async def test_a_running_stream_cannot_be_updated_and_a_stopped_one_can(
    client: AsyncWebClient, start: dict[str, str]
) -> None:
    ts = (await client.api_call("chat.startStream", json={**start, "markdown_text": "a"}))["ts"]
    assert await error(client, "chat.update", channel=GENERAL, ts=ts, text="b") == "streaming_state_conflict"
    await client.api_call("chat.stopStream", json={"channel": GENERAL, "ts": ts})
    await client.chat_update(channel=GENERAL, ts=ts, text="b")
    again = {"channel": GENERAL, "ts": ts, "markdown_text": "c"}
    assert await error(client, "chat.appendStream", **again) == "message_not_in_streaming_state"


async def test_a_stream_dies_after_five_minutes_and_its_message_can_be_saved(
    ws: Workspace, clock: StandingClock, client: AsyncWebClient, start: dict[str, str]
) -> None:
    ts = (await client.api_call("chat.startStream", json={**start, "markdown_text": "a"}))["ts"]
    clock.now = 299.9
    await client.api_call("chat.appendStream", json={"channel": GENERAL, "ts": ts, "markdown_text": "b"})
    clock.now = 300.0
    late = {"channel": GENERAL, "ts": ts, "markdown_text": "c"}
    assert await error(client, "chat.appendStream", **late) == "message_not_in_streaming_state"
    assert await error(client, "chat.stopStream", **late) == "message_not_in_streaming_state"
    await client.chat_update(channel=GENERAL, ts=ts, text="abc")
    assert ws.thread(GENERAL, start["thread_ts"])[1]["text"] == "abc"


async def test_a_stream_holds_12000_characters_and_what_is_refused_is_not_shown(
    ws: Workspace, client: AsyncWebClient, start: dict[str, str]
) -> None:
    ts = (await client.api_call("chat.startStream", json={**start, "markdown_text": "x" * 11_990}))["ts"]
    place = {"channel": GENERAL, "ts": ts}
    assert await error(client, "chat.appendStream", **place, markdown_text="x" * 11) == "msg_too_long"
    await client.api_call("chat.appendStream", json={**place, "markdown_text": "x" * 10})
    assert len(ws.origin(GENERAL, ts).source) == 12_000


@pytest.mark.parametrize(
    ("missing", "code"),
    [
        ("thread_ts", "invalid_thread_ts"),
        ("recipient_user_id", "missing_recipient_user_id"),
        ("recipient_team_id", "missing_recipient_team_id"),
        ("channel", "channel_not_found"),
    ],
)
async def test_what_a_stream_needs(client: AsyncWebClient, start: dict[str, str], missing: str, code: str) -> None:
    del start[missing]
    assert await error(client, "chat.startStream", **start) == code


async def test_arguments_that_slack_refuses_are_refused(
    ws: Workspace, client: AsyncWebClient, start: dict[str, str]
) -> None:
    assert await error(client, "chat.startStream", **{**start, "recipient_user_id": "U404"}) == "user_not_found"
    assert await error(client, "chat.startStream", **{**start, "recipient_team_id": "T404"}) == "team_not_found"
    ts = (await client.api_call("chat.startStream", json={**start, "markdown_text": "a"}))["ts"]
    chunks = [{"type": "markdown_text", "text": "b"}]
    place = {"channel": GENERAL, "ts": ts}
    assert await error(client, "chat.appendStream", **place) == "markdown_text_or_chunks_required"
    assert await error(client, "chat.appendStream", **place, chunks=chunks) == "streaming_mode_mismatch"
    assert await error(client, "chat.appendStream", **place, chunks="{") == "invalid_chunks"
    both = await error(client, "chat.appendStream", **place, markdown_text="c", chunks=chunks)
    assert both == "cannot_provide_both_markdown_text_and_chunks"
    of_ada = {"channel": GENERAL, "ts": start["thread_ts"], "markdown_text": "x"}
    assert await error(client, "chat.appendStream", **of_ada) == "message_not_owned_by_app"
    assert await error(client, "chat.appendStream", channel=GENERAL, ts="1.0", markdown_text="x") == "message_not_found"


async def test_blocks_at_the_end_stand_below_the_text(
    ws: Workspace, client: AsyncWebClient, start: dict[str, str]
) -> None:
    ts = (await client.api_call("chat.startStream", json={**start, "markdown_text": "a"}))["ts"]
    metadata = {"event_type": "answer", "event_payload": {}}
    ending = {"channel": GENERAL, "ts": ts, "blocks": [{"type": "divider"}], "metadata": metadata}
    await client.api_call("chat.stopStream", json=ending)
    message = ws.thread(GENERAL, start["thread_ts"])[1]
    assert [block["type"] for block in message["blocks"]] == ["rich_text", "divider"]
    assert message["metadata"] == metadata
