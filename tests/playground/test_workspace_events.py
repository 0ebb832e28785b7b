"""Which events an app gets for what happens, and what is in them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import aiohttp
import pytest

from playground.workspace.people import NotPossible
from playground.workspace.workspace import Workspace
from tests.manifests import EVERYTHING_SAID, MENTIONS
from tests.slack_client import web_client

GENERAL = "C0GENERAL1"
Json = dict[str, Any]


def events(ws: Workspace) -> list[Json]:
    return [delivery.payload["event"] for delivery in ws.deliveries]


def kinds(ws: Workspace) -> list[tuple[str, str | None]]:
    return [(event["type"], event.get("subtype")) for event in events(ws)]


async def test_only_what_is_subscribed_and_visible_is_delivered() -> None:
    async with Workspace(MENTIONS) as ws:
        ada = ws.user("ada")
        await ws.say(ada, GENERAL, "nothing for the bot")
        await ws.say(ada, ws.channel("elsewhere"), "@claude are you there?")
        await ws.say(ada, ws.channel("board-room"), "@claude here")
        await ws.say(ada, ws.direct_message(ada), "@claude hello")
        await ws.say(ada, ws.channel("mpdm-ada--grace--1"), "@claude hello")
        assert [(event["type"], event.get("channel_type")) for event in events(ws)] == [
            ("app_mention", None),
            ("message", "im"),
            ("app_mention", None),
            ("message", "mpim"),
        ]


async def test_somebody_who_is_invited_joins_and_reads_from_then_on() -> None:
    async with Workspace(EVERYTHING_SAID) as ws:
        ada, elsewhere = ws.user("ada"), ws.channel("elsewhere")
        await ws.say(ada, elsewhere, "@claude are you there?")
        assert events(ws) == []
        await ws.command(ada, elsewhere, "/invite", "@claude")
        assert kinds(ws) == [("message", "channel_join")]
        assert (events(ws)[0]["user"], events(ws)[0]["inviter"]) == (ws.bot_user_id, ada)
        await ws.say(ada, elsewhere, "@claude are you there?")
        assert [kind for kind, _ in kinds(ws)[1:]] == ["app_mention", "message"]


@pytest.mark.parametrize(
    ("channel", "text", "words"),
    [
        (GENERAL, "@claude", "<@U0BOT00001> is already in this channel."),
        (GENERAL, "@nobody", "Nobody of that name is here. Write @ and a name."),
        ("D0ADA00001", "@grace", "/invite works in channels."),
    ],
)
async def test_slackbot_says_why_nobody_joins(channel: str, text: str, words: str) -> None:
    async with Workspace(EVERYTHING_SAID) as ws:
        await ws.command(ws.user("ada"), channel, "/invite", text)
        [said] = ws.state.ephemerals
        assert (said["user"], said["text"]) == ("USLACKBOT", words)
        assert events(ws) == []


async def test_a_mention_may_arrive_as_a_message_too_with_another_event_id() -> None:
    async with Workspace(EVERYTHING_SAID) as ws:
        ts = await ws.say(ws.user("ada"), GENERAL, "@claude hi")
        assert [(event["type"], event["ts"]) for event in events(ws)] == [("app_mention", ts), ("message", ts)]
        assert len({delivery.event_id for delivery in ws.deliveries}) == 2
        assert events(ws)[1]["channel_type"] == "channel"


async def test_replies_and_files_are_told_in_the_event() -> None:
    async with Workspace(MENTIONS) as ws:
        root = ws.seed(ws.user("grace"), GENERAL, "root")
        await ws.say(ws.user("ada"), GENERAL, "@claude see", thread_ts=root, files=[("a.pdf", b"%PDF-1.7")])
        (event,) = events(ws)
        assert (event["thread_ts"], event["parent_user_id"], event["subtype"]) == (root, ws.user("grace"), "file_share")
        assert event["files"][0]["url_private_download"].startswith(ws.url)
        assert event["blocks"][0]["type"] == "rich_text"
        assert event["event_ts"] == event["ts"]


async def test_an_edited_mention_fires_again_marked_as_edited() -> None:
    async with Workspace(MENTIONS) as ws:
        ada = ws.user("ada")
        ts = await ws.say(ada, GENERAL, "@claude hi")
        await ws.edit(GENERAL, ts, "@claude hello")
        first, second = events(ws)
        assert ("edited" in first, second["edited"]["user"], second["ts"]) == (False, ada, ts)
        assert len({delivery.event_id for delivery in ws.deliveries}) == 2
        await ws.edit(GENERAL, ts, "never mind")
        assert len(events(ws)) == 2


async def test_edits_and_deletions_of_a_direct_message_are_delivered() -> None:
    async with Workspace(MENTIONS) as ws:
        ada = ws.user("ada")
        place = ws.direct_message(ada)
        ts = await ws.say(ada, place, "one")
        await ws.edit(place, ts, "two")
        await ws.delete(place, ts)
        assert kinds(ws) == [("message", None), ("message", "message_changed"), ("message", "message_deleted")]
        _, changed, deleted = events(ws)
        assert (changed["message"]["text"], changed["previous_message"]["text"]) == ("two", "one")
        assert (deleted["deleted_ts"], deleted["previous_message"]["text"]) == (ts, "two")
        assert changed["channel_type"] == deleted["channel_type"] == "im"


async def test_the_bots_own_messages_echo_where_messages_are_subscribed() -> None:
    async with Workspace(EVERYTHING_SAID) as ws, aiohttp.ClientSession() as session:
        client = web_client(ws, session)
        ts = (await client.chat_postMessage(channel=GENERAL, text="x"))["ts"]
        await client.chat_update(channel=GENERAL, ts=ts, text="y")
        await client.chat_delete(channel=GENERAL, ts=ts)
        assert kinds(ws) == [("message", None), ("message", "message_changed"), ("message", "message_deleted")]
        assert events(ws)[0]["bot_id"] == ws.bot_id


async def test_a_deleted_root_is_changed_into_a_tombstone() -> None:
    async with Workspace(EVERYTHING_SAID) as ws:
        root = ws.seed(ws.user("ada"), GENERAL, "root")
        ws.seed(ws.user("ada"), GENERAL, "reply", thread_ts=root)
        await ws.delete(GENERAL, root)
        (event,) = events(ws)
        assert (event["subtype"], event["message"]["subtype"]) == ("message_changed", "tombstone")


async def test_another_bot_that_mentions_the_bot_is_known_by_its_bot_id() -> None:
    async with Workspace(MENTIONS) as ws:
        await ws.say(ws.user("standup"), GENERAL, "@claude hello from a bot")
        (event,) = events(ws)
        assert (event["type"], "bot_id" in event) == ("app_mention", True)


async def test_what_people_cannot_do() -> None:
    async with Workspace(replace(MENTIONS, interactive=False)) as ws:
        ada = ws.user("ada")
        posted = ws.seed_bot_message(GENERAL, "build passed")
        with pytest.raises(NotPossible):
            await ws.edit(GENERAL, posted, "build failed")
        with pytest.raises(NotPossible):
            await ws.say(ws.user("lars"), ws.channel("mpdm-ada--grace--1"), "let me in")
        with pytest.raises(NotPossible):
            await ws.say(ada, GENERAL, "to nobody", thread_ts="1.0")
        with pytest.raises(NotPossible):
            await ws.command(ada, GENERAL, "/unknown", "")
        with pytest.raises(NotPossible):
            await ws.press(ada, GENERAL, posted, "go")
        button = {"type": "button", "action_id": "go", "text": {"type": "plain_text", "text": "Go"}}
        press_me = ws.seed(ada, GENERAL, "x", blocks=[{"type": "actions", "block_id": "b", "elements": [button]}])
        with pytest.raises(NotPossible, match="not configured"):
            await ws.press(ada, GENERAL, press_me, "go")
        assert ws.deliveries == []


async def test_direct_messages_can_be_turned_off() -> None:
    async with Workspace(replace(MENTIONS, direct_messages=False)) as ws:
        with pytest.raises(NotPossible, match="turned off"):
            await ws.say(ws.user("ada"), ws.direct_message(ws.user("ada")), "hello?")


async def test_a_reaction_is_told_once_a_person() -> None:
    async with Workspace(replace(MENTIONS, events=MENTIONS.events | {"reaction_added"})) as ws:
        ada, ts = ws.user("ada"), ws.seed(ws.user("grace"), GENERAL, "done")
        for who in (ada, ada, ws.user("grace")):
            await ws.react(who, GENERAL, ts, "tada")
        told = events(ws)
        assert [(event["type"], event["user"], event["reaction"]) for event in told] == [
            ("reaction_added", ada, "tada"),
            ("reaction_added", ws.user("grace"), "tada"),
        ]
        assert told[0]["item"] == {"type": "message", "channel": GENERAL, "ts": ts}
        (message,) = ws.thread(GENERAL, ts)
        assert message["reactions"] == [{"name": "tada", "users": [ada, ws.user("grace")], "count": 2}]
