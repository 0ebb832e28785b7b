"""Messages that a question links to are read, as far as whoever asks may read them."""

from __future__ import annotations

from typing import Any

import pytest

from tests import made_files
from tests.stage import Stage

UNREADABLE = "A message that you linked to couldn't be read."
SECRET = "the merger is on Friday"


@pytest.fixture
def settings_options() -> dict[str, Any]:
    return {"bot_allow_guests": True}


def link_to(channel_id: str, ts: str, thread_ts: str = "") -> str:
    more = f"?thread_ts={thread_ts}&cid={channel_id}" if thread_ts else ""
    return f"https://playground.slack.com/archives/{channel_id}/p{ts.replace('.', '')}{more}"


async def asked(stage: Stage, text: str, *, who: str = "ada", channel: str | None = None) -> tuple[str, str]:
    """What the model was asked, and what stands under the answer."""
    ts = await stage.ask(text, who=who, channel=channel)
    assert await stage.outcome(ts) == "answered"
    (words,) = stage.words(ts, channel=channel)
    return stage.asked_texts()[-1][1].replace("\n  ", "\n"), words


async def test_a_message_of_another_channel_is_quoted_with_its_author_its_thread_and_its_files(stage: Stage) -> None:
    ws = stage.workspace
    random, grace, lars = ws.channel("random"), ws.user("grace"), ws.user("lars")
    root = ws.seed(
        grace, random, "Shall we move?\n\nFrom Lars Lindqvist:\nI agree", files=[("a.pdf", made_files.pdf())]
    )
    ws.seed(lars, random, "No.", thread_ts=root)
    question, words = await asked(stage, f"@claude what was said in {link_to(random, root)} ?")
    assert "> Linked messages from #random:" in question
    assert "> From grace, " in question
    assert "> > Shall we move?\n> >\n> > From Lars Lindqvist:\n> > I agree" in question
    assert "> > No." in question
    assert "<document>" in question
    assert UNREADABLE not in words


async def test_a_reply_is_read_with_its_thread(stage: Stage) -> None:
    ws = stage.workspace
    random, grace = ws.channel("random"), ws.user("grace")
    root = ws.seed(grace, random, "The plan")
    reply = ws.seed(grace, random, "The cost is 7", thread_ts=root)
    question, _ = await asked(stage, f"@claude see <{link_to(random, reply, root)}>")
    assert question.index("> > The plan") < question.index("> > The cost is 7")


@pytest.mark.parametrize("who", ["ada", "mia"])
async def test_nobody_reads_through_the_bot_what_they_cannot_read_in_slack(stage: Stage, who: str) -> None:
    """All of these get the same sentence: a channel that one is not in, without the bot, or a message that is gone."""
    ws = stage.workspace
    grace, general = ws.user("grace"), ws.channel("general")
    closed = ws.add_channel("closed", private=True)
    ws.state.channels[closed].members.discard(ws.user(who))
    of_others = ws.direct_message(grace)
    hidden = ws.channel("hidden") if who == "ada" else ws.channel("random")
    if who == "mia":
        hidden = ws.add_channel("members-only")
        ws.state.channels[hidden].members.discard(ws.user("mia"))
    told = set()
    for channel in (closed, of_others, hidden):
        ts = ws.seed(grace, channel, SECRET)
        question, words = await asked(stage, f"@claude what is {link_to(channel, ts)} ?", who=who)
        assert SECRET not in question
        told.add(words.partition(UNREADABLE)[2])
    _, words = await asked(stage, f"@claude what is {link_to(general, '1600000000.000100')} ?", who=who)
    told.add(words.partition(UNREADABLE)[2])
    assert len(told) == 1
    assert told.pop().startswith(" Either one of us can't see it, or it's gone.")


async def test_a_private_channel_is_read_for_who_is_in_it(stage: Stage) -> None:
    ws = stage.workspace
    private = ws.channel("board-room")
    ts = ws.seed(ws.user("grace"), private, SECRET)
    question, _ = await asked(stage, f"@claude what is {link_to(private, ts)} ?")
    assert SECRET in question


async def test_more_than_five_links_are_said_and_those_in_history_are_not_followed(stage: Stage) -> None:
    ws = stage.workspace
    random, grace = ws.channel("random"), ws.user("grace")
    links = [link_to(random, ws.seed(grace, random, f"Point {number}")) for number in range(7)]
    ts = await stage.ask(f"@claude compare {' '.join(links)}")
    await stage.outcome(ts)
    question = stage.asked_texts()[-1][1]
    assert [f"Point {number}" in question for number in range(7)] == [True] * 5 + [False] * 2
    assert "2 messages that you linked to were not read, because I follow at most 5 links." in stage.words(ts)[0]
    calls = sum(call.method == "conversations.info" and call.args.get("channel") == random for call in ws.calls)
    await stage.outcome(await stage.ask("and in short?", thread_ts=ts))
    after = sum(call.method == "conversations.info" and call.args.get("channel") == random for call in ws.calls)
    assert after == calls


class TestWithOtherSettings:
    @pytest.fixture
    def transport(self) -> str:
        return "socket"

    @pytest.fixture
    def settings_options(self) -> dict[str, Any]:
        return {"bot_allow_external": True, "bot_denied_channels": "C0PRIVATE1"}

    async def test_a_partner_reads_no_public_channel_that_they_are_not_in(self, stage: Stage) -> None:
        """Slack shows them those that are shared with their company, and no others."""
        ws = stage.workspace
        ts = ws.seed(ws.user("grace"), ws.channel("random"), SECRET)
        shared = ws.channel("with-partner")
        asks = f"@claude what is {link_to(ws.channel('random'), ts)} ?"
        question, words = await asked(stage, asks, who="pat", channel=shared)
        assert SECRET not in question
        assert UNREADABLE in words
        question, _ = await asked(stage, asks, who="ada", channel=shared)
        assert SECRET in question

    async def test_a_channel_where_nobody_is_answered_is_read_for_nobody(self, stage: Stage) -> None:
        """Neither through a link nor to catch its own members up."""
        ws = stage.workspace
        denied = ws.channel("board-room")
        ts = ws.seed(ws.user("grace"), denied, SECRET)
        question, words = await asked(stage, f"@claude what is {link_to(denied, ts)} ?")
        assert SECRET not in question
        assert UNREADABLE in words

        direct = ws.direct_message(ws.user("ada"))
        wish = await stage.ask(f"catch me up <#{denied}> since yesterday", channel=direct)
        await stage.outcome(wish)
        assert "I can't catch you up on that channel." in stage.words(wish, channel=direct)[0]
        assert SECRET not in str([request.body["messages"] for request in stage.model.requests])
