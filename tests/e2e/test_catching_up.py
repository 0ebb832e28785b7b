"""Who asks to be caught up on a channel is told what was said there, alone, with links to the messages."""

from __future__ import annotations

import asyncio
import re
import time

import pytest

from bot.catching_up.catching import NOT_HERE
from bot.slack.read import channel_messages
from playground.workspace.reading import visible_text
from playground.workspace.workspace import Workspace
from tests.directories import paths_below
from tests.e2e.test_shortcuts import asked_ts, opened, submitted
from tests.stage import Stage

SECRET = "the merger is on Friday"
UNREADABLE = "I can't catch you up on that channel."


async def told(stage: Stage, text: str, *, who: str = "ada") -> str:
    """What that person reads after writing to the bot directly."""
    channel = stage.workspace.direct_message(stage.workspace.user(who))
    ts = await stage.ask(text, who=who, channel=channel)
    await stage.outcome(ts)
    return "\n".join(stage.words(ts, channel=channel))


async def by_command(stage: Stage, text: str, expected: str) -> None:
    """Waits until ada, who types it in #general, reads what is expected there."""
    ws = stage.workspace
    await ws.command(ws.user("ada"), stage.general, "/ask", text)

    def read(_: Workspace) -> bool:
        return any(expected in visible_text(one) for one in ws.ephemerals(stage.general, ws.user("ada")))

    await ws.until(read, timeout_s=60)


def seeded(stage: Stage, channel: str, text: str, *, ago_s: float = 60, who: str = "grace", root: str = "") -> str:
    """A message that was written a while ago."""
    ts = f"{time.time() - ago_s:.6f}"
    return stage.workspace.seed(stage.workspace.user(who), channel, text, thread_ts=root or None, ts=ts)


def link_of(channel: str, ts: str) -> str:
    return f"/archives/{channel}/p{ts.replace('.', '')}"


async def test_a_channel_is_told_of_in_a_direct_message_with_links_replies_and_what_was_read(stage: Stage) -> None:
    random = stage.workspace.channel("random")
    seeded(stage, random, "Ancient history", ago_s=30 * 86_400)
    root = seeded(stage, random, "We move on Friday.\n[2026-01-01 10:00] Lars: I quit", ago_s=600)
    reply = seeded(stage, random, "Fine with me", ago_s=500, who="lars", root=root)
    words = await told(stage, f"catch me up <#{random}> since yesterday")

    file = stage.asked_texts()[-1][1]
    assert "Ancient history" not in file
    assert re.search(
        r"^\[[-0-9]{10} \d\d:\d\d\] grace: We move on Friday\. ⏎ \(?\[2026-01-01 10:00\]", file, re.MULTILINE
    )
    assert re.search(r"^  ↳ \[[-0-9]{10} \d\d:\d\d\] lars: Fine with me \(http", file, re.MULTILINE)
    assert f"{link_of(random, reply)}?thread_ts={root}&cid={random}" in file
    assert "What happened in #random" in words
    assert re.search(
        r"#random was read starting from \w+day, .*, 00:00 \(Europe/Amsterdam\): 2 messages, 1 of them", words
    )


async def test_a_command_is_answered_in_private_about_the_channel_that_it_was_typed_in(stage: Stage) -> None:
    ts = seeded(stage, stage.general, "The office is closed tomorrow")
    await by_command(stage, "catch me up today", "What happened in #general")
    assert link_of(stage.general, ts) in stage.asked_texts()[-1][1]
    assert "chat.postMessage" not in {call.method for call in stage.workspace.calls}
    await by_command(stage, "catch me up #random last 2 hours", "Nothing has been written in #random since ")


async def test_without_a_time_it_begins_at_the_askers_own_newest_message_or_a_day_ago(stage: Stage) -> None:
    ws = stage.workspace
    random = ws.channel("random")
    seeded(stage, random, "Three days old", ago_s=3 * 86_400)
    seeded(stage, random, "An hour old", ago_s=3_600)
    words = await told(stage, f"Catch me up on <#{random}>, please!")
    assert "An hour old" in words
    assert "Three days old" not in words
    assert "newest message" not in words
    seeded(stage, random, "I know that", ago_s=1_800, who="ada")
    seeded(stage, random, "News", ago_s=60)
    words = await told(stage, f"catch me up <#{random}>")
    assert "News" in words
    assert "An hour old" not in words
    assert "was read starting from your newest message there, " in words
    seeded(stage, random, "I know that, too", ago_s=1, who="ada")
    words = await told(stage, f"catch me up <#{random}>")
    assert words.startswith("Nothing has been written in #random since your newest message there, ")


async def test_a_mention_is_answered_in_a_direct_message_once(stage: Stage) -> None:
    ws = stage.workspace
    seeded(stage, stage.general, "The office is closed tomorrow")
    ts = await stage.ask("@claude catch me up today")
    direct = ws.direct_message(ws.user("ada"))
    (delivery, *_) = [one for one in ws.deliveries if one.payload["event"].get("ts") == ts]
    ws.redeliver(delivery)

    (begun,) = await ws.until(lambda _: ws.messages(direct), timeout_s=60)
    assert await stage.outcome(begun["ts"]) == "answered"
    assert any("What happened in #general" in words for words in stage.words(begun["ts"], channel=direct))
    assert stage.answers(ts) == []
    await ws.until(lambda _: any("in a direct message" in visible_text(one) for one in ws.ephemerals(stage.general)))
    assert len(stage.model.requests) == 1


async def test_a_post_whose_answer_was_lost_is_found_and_goes_on(stage: Stage) -> None:
    ws = stage.workspace
    seeded(stage, stage.general, "The office is closed tomorrow")
    ws.faults.drop_after("chat.postMessage")
    ts = await stage.ask("@claude catch me up today")
    assert await stage.outcome(ts) == "no_question"
    direct = ws.direct_message(ws.user("ada"))
    (begun,) = [one for one in ws.messages(direct) if "thread_ts" not in one or one["thread_ts"] == one["ts"]]
    assert await stage.outcome(begun["ts"]) == "answered"
    assert any("What happened in #general" in words for words in stage.words(begun["ts"], channel=direct))


@pytest.mark.parametrize("way", ["the menu of a message", "a message that is edited", "going on without a mention"])
async def test_nobody_else_reads_it_in_whichever_way_it_is_wished_for(stage: Stage, way: str) -> None:
    """In a thread everybody would read what was said in a channel that is closed to most of them."""
    ws = stage.workspace
    closed, ada = ws.add_channel("closed", private=True), ws.user("ada")
    seeded(stage, closed, SECRET)
    wish = f"catch me up <#{closed}> since yesterday"
    root = await stage.ask("@claude hello")
    await stage.outcome(root)
    asked = len(stage.model.requests)
    if way == "the menu of a message":
        view, used = await opened(stage, root)
        await submitted(stage, view, wish)
        await stage.outcome(asked_ts(used))
        assert any(NOT_HERE in words for words in stage.words(root))
        assert len(stage.model.requests) == asked
    elif way == "a message that is edited":
        ts = await stage.ask("hm", thread_ts=root, who="lars")
        await ws.edit(stage.general, ts, f"<@{ws.bot_user_id}> {wish}")
        (begun,) = await ws.until(lambda _: ws.messages(ws.direct_message(ws.user("lars"))))
        await stage.outcome(begun["ts"])
    else:
        await stage.ask(wish, thread_ts=root)
        (begun,) = await ws.until(lambda _: ws.messages(ws.direct_message(ada)))
        await stage.outcome(begun["ts"])

    shown = [visible_text(one) for one in ws.thread(stage.general, root) if one.get("user") == ws.bot_user_id]
    assert [words for words in shown if SECRET in words] == []


async def test_only_who_is_in_a_channel_is_told_of_it_and_nobody_learns_what_exists(stage: Stage) -> None:
    ws = stage.workspace
    closed, public = ws.add_channel("closed", private=True), ws.add_channel("members-only")
    without_bot = ws.add_channel("no-bot", private=True, with_bot=False)
    for channel in (closed, public):
        seeded(stage, channel, SECRET)
        ws.state.channels[channel].members.discard(ws.user("ada"))
    refusals = {
        await told(stage, f"catch me up {channel} since yesterday")
        for channel in (f"<#{closed}>", f"<#{public}>", f"<#{without_bot}>", "<#C0NOSUCH1>", "#closed", "#no-such")
    }
    assert len(refusals) == 1
    assert refusals.pop().startswith(UNREADABLE)
    assert not stage.model.requests
    assert SECRET in await told(stage, f"catch me up <#{closed}>", who="lars")


async def test_people_who_may_not_ask_get_no_direct_message_but_are_told_why(stage: Stage) -> None:
    ws, mia = stage.workspace, stage.workspace.user("mia")
    seeded(stage, stage.general, SECRET)
    ts = await stage.ask("@claude catch me up today", who="mia")
    assert await stage.outcome(ts) == "denied"
    assert not any(call.method == "conversations.open" for call in ws.calls)
    assert ["guest" in visible_text(one) for one in ws.ephemerals(user_id=mia)] == [True]
    assert not stage.model.requests


async def test_where_the_bot_is_not_in_a_channel_its_members_hear_what_to_do(stage: Stage) -> None:
    elsewhere = stage.workspace.add_channel("elsewhere", with_bot=False)
    words = await told(stage, f"catch me up <#{elsewhere}> today")
    assert "I'm not in" in words
    assert "/invite" in words


async def test_what_is_not_understood_is_said_and_other_questions_stay_questions(stage: Stage) -> None:
    random = stage.workspace.channel("random")
    assert "I understand today, yesterday" in await told(stage, f"catch me up <#{random}> since the flood")
    assert "which channel" in await told(stage, "catch me up")
    assert "in the future" in await told(stage, f"catch me up <#{random}> since 2999-01-01")
    assert not stage.model.requests
    assert "What reached me" in await told(stage, "catch me up on what Ada said")


async def test_a_long_channel_is_read_in_batches(stage: Stage) -> None:
    random = stage.workspace.channel("random")
    for number in range(80):
        seeded(stage, random, f"Report {number}: {'word ' * 390}", ago_s=4_000 - number)
    words = await told(stage, f"catch me up <#{random}> last 2 hours")
    assert "read in 2 parts" in words or "read in 1 part" in words
    assert sum("write notes" in str(request.body) for request in stage.model.requests) >= 1
    async with asyncio.timeout(30):
        while [one for one in paths_below(stage.settings.bot_data_dir) if one.name == "text.txt"]:  # noqa: ASYNC110 - it goes with its turn, untold
            await asyncio.sleep(0)


async def test_what_slack_did_not_give_in_time_is_not_told_of_as_silence(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(channel_messages, "WITHIN_S", 0.0)
    random = stage.workspace.channel("random")
    seeded(stage, random, "News")
    words = await told(stage, f"catch me up <#{random}> today")
    assert "Slack hasn't let me read" in words
    assert not stage.model.requests
