"""With ``BOT_STREAMING=native`` direct messages grow as Slack's own streams, and nothing is lost where those fail."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from bot.answering.endings import REFUSED
from bot.closing import Button
from bot.errors import ModelNotFound
from bot.slack.own_messages import press_ts
from playground.practice_model.script import Answer, HeldAnswer, HttpError
from playground.practice_model.server import PracticeModel
from playground.workspace.workspace import Workspace
from tests.clocks import RunningClock
from tests.stage import Stage, TurnLog, bot_running, settings_for

STREAMING = ("chat.startStream", "chat.appendStream", "chat.stopStream")
WRITING = (*STREAMING, "chat.postMessage", "chat.update", "chat.delete")


@dataclass
class DirectMessages:
    """Ada's, with the bot; an answer that she waits for is written step by step."""

    stage: Stage
    channel: str

    async def ask(self, text: str = "Tell me.", *, thread_ts: str | None = None) -> str:
        return await self.stage.ask(text, channel=self.channel, thread_ts=thread_ts)

    async def ask_held(self) -> tuple[str, HeldAnswer]:
        held = HeldAnswer()
        self.stage.model.script(held)
        ts = await self.ask()
        await held.asked.wait()
        return ts, held

    def words(self, ts: str) -> list[str]:
        return self.stage.words(ts, channel=self.channel)

    async def until_shown(self, ts: str, *words: str) -> None:
        await self.stage.workspace.until(lambda _: self.words(ts) == list(words))

    async def until_sent(self, ts: str, word: str) -> None:
        await self.stage.workspace.until(lambda _: any(word in source for source in self.sources(ts)))

    def sources(self, ts: str) -> list[str]:
        """The Markdown that the bot sent for each of its messages."""
        workspace = self.stage.workspace
        return [
            workspace.origin(self.channel, message["ts"]).source
            for message in self.stage.answers(ts, channel=self.channel)
        ]

    def calls(self) -> list[str]:
        return [call.method for call in self.stage.workspace.calls if call.method in WRITING]

    def refused(self) -> list[tuple[str, str | None]]:
        return [(call.method, call.error) for call in self.stage.workspace.calls if not call.ok]

    def took_back_nothing(self, ts: str) -> bool:
        """Whether every sight of each message began with the one before."""
        revisions = [
            revision
            for revision in self.stage.workspace.revisions
            if revision.thread_ts == ts and revision.kind in ("post", "edit")
        ]
        by_message = [
            [revision.text for revision in revisions if revision.ts == message]
            for message in {revision.ts for revision in revisions}
        ]
        return all(later.startswith(earlier) for texts in by_message for earlier, later in pairwise(texts))


@pytest.fixture
def clock() -> RunningClock:
    """The workspace's; the bot goes by its own."""
    return RunningClock()


@pytest.fixture
def workspace_options(clock: RunningClock) -> dict[str, Any]:
    return {"clock": clock}


@pytest.fixture
async def stage(workspace: Workspace, model: PracticeModel, tmp_path: Path, turn_log: TurnLog) -> AsyncIterator[Stage]:
    many = {"bot_turns_per_user_max": 50, "bot_turns_per_channel_max": 50}
    settings = settings_for(workspace, model.url, tmp_path, "http", bot_streaming="native", **many)
    async with bot_running(workspace, settings):
        yield Stage(workspace, model, settings, turn_log)
    logging.getLogger("bot").removeHandler(turn_log)
    assert turn_log.crashes == []


@pytest.fixture
def direct(stage: Stage) -> DirectMessages:
    return DirectMessages(stage, stage.workspace.direct_message(stage.workspace.user("ada")))


async def test_a_direct_message_is_answered_by_a_stream(stage: Stage, direct: DirectMessages) -> None:
    ts, held = await direct.ask_held()
    await stage.workspace.until(lambda ws: ws.statuses())
    await held.write("Once")
    await direct.until_shown(ts, "Once")
    await held.write(" upon a <!channel>")
    await held.write(" &a")
    await direct.until_shown(ts, "Once upon a <!channel>")
    await held.write("mp; time.")
    await direct.until_shown(ts, "Once upon a <!channel> &amp; time.")
    await held.finish()

    assert await stage.outcome(ts) == "answered"
    assert direct.words(ts) == ["Once upon a <!channel> &amp; time."]
    assert direct.calls() == [STREAMING[0], STREAMING[1], STREAMING[1], STREAMING[2]]
    assert stage.workspace.pings == []
    assert stage.workspace.statuses() == []
    assert direct.refused() == []
    [start] = [call for call in stage.workspace.calls if call.method == "chat.startStream"]
    assert start.args["recipient_user_id"] == stage.workspace.user("ada")
    assert start.args["recipient_team_id"] == stage.workspace.team_id


async def test_channels_are_answered_by_edits(stage: Stage, direct: DirectMessages) -> None:
    held = HeldAnswer()
    stage.model.script(held)
    ts = await stage.ask("@claude tell me")
    await held.write("Once")
    await stage.workspace.until(lambda _: stage.words(ts) == ["Once"])
    await held.finish()

    assert await stage.outcome(ts) == "answered"
    assert direct.calls() == ["chat.postMessage", "chat.update"]  # the status first: nobody has posted here before


async def test_notes_stand_below_the_stream_and_are_not_read_back(stage: Stage, direct: DirectMessages) -> None:
    held = HeldAnswer()
    stage.model.script(held)
    song = ("song.xyz", bytes(range(256)) * 8)
    ts = await stage.ask("What is this?", channel=direct.channel, files=[song])
    await held.write("I see no file.")
    await direct.until_shown(ts, "I see no file.")
    await held.finish("max_tokens")
    assert await stage.outcome(ts) == "cut"
    [message] = stage.answers(ts, channel=direct.channel)
    assert [block["type"] for block in message["blocks"]] == ["rich_text", "context", "actions"]
    limit, note = message["blocks"][1]["elements"]
    assert "length limit" in limit["text"]
    assert "song.xyz is a" in note["text"]

    later = await direct.ask("And now?", thread_ts=ts)
    assert await stage.outcome(later) == "answered"
    assert ("assistant", "I see no file.") in stage.asked_texts()


async def test_a_long_answer_goes_on_in_further_streams_and_loses_nothing(stage: Stage, direct: DirectMessages) -> None:
    prose = "\n\n".join(f"Paragraph {number}: " + "mots écrits « là » " * 15 for number in range(25))
    code = "```python\n" + "\n".join(f"line_{number} = {number} < 5 & 3" for number in range(250)) + "\n```\n\n"
    table = "| n | square |\n|---|---|\n" + "\n".join(f"| {n} | {n * n} |" for n in range(60)) + "\n\n"
    chunks = [prose[:4000], prose[4000:] + "\n\n", code[:5000], code[5000:] + table[:300], table[300:], "The end."]
    ts, held = await direct.ask_held()
    for chunk in chunks:
        await held.write(chunk)
        await direct.until_sent(ts, chunk.split()[-1])
    await held.finish()

    assert await stage.outcome(ts) == "answered"
    assert len(direct.words(ts)) >= 3
    assert all(len(source.encode()) <= 9_000 for source in direct.sources(ts))
    shown = "\n".join(direct.words(ts))
    assert [number for number in range(25) if f"Paragraph {number}: " not in shown] == []
    assert [number for number in range(250) if f"line_{number} = {number} < 5 & 3" not in shown] == []
    assert [number for number in range(60) if f"{number} | {number * number}" not in shown] == []
    assert all(source.count("```") % 2 == 0 for source in direct.sources(ts))
    assert "chat.update" not in direct.calls()
    assert direct.refused() == []
    marks = [message["metadata"]["event_payload"] for message in stage.answers(ts, channel=direct.channel)]
    assert marks == [{"question_ts": ts, "part": part} for part in range(len(marks))]


async def test_an_answer_that_is_there_at_once_is_simply_posted(stage: Stage, direct: DirectMessages) -> None:
    stage.model.script(HttpError.api(404, "not_found_error"))
    ts = await direct.ask()

    assert await stage.outcome(ts) == "failed"
    assert direct.words(ts) == [ModelNotFound.sentence]
    assert direct.calls() == ["chat.postMessage"]


async def test_a_stream_that_slack_ends_after_five_minutes_goes_on_by_edits(
    stage: Stage, direct: DirectMessages, clock: RunningClock
) -> None:
    ts, held = await direct.ask_held()
    await held.write("```\nBefore")
    await direct.until_shown(ts, "Before")
    clock.ahead_s = 301.0
    await held.write(" and after")
    await direct.until_shown(ts, "Before and after")
    await held.write("\n```\nAnd more.")
    await direct.until_shown(ts, "Before and after\nAnd more.")
    await held.finish("max_tokens")

    assert await stage.outcome(ts) == "cut"
    [words] = direct.words(ts)
    assert words.startswith("Before and after\nAnd more.\nThe answer reached its length limit.")
    assert direct.refused() == [("chat.appendStream", "message_not_in_streaming_state")]
    assert direct.took_back_nothing(ts)
    [message] = stage.answers(ts, channel=direct.channel)
    assert message["metadata"]["event_payload"].items() >= {"question_ts": ts, "part": 0}.items()


async def test_a_stream_that_died_before_its_end_was_said_is_whole_all_the_same(
    stage: Stage, direct: DirectMessages, clock: RunningClock
) -> None:
    ts, held = await direct.ask_held()
    await held.write("All of it.")
    await direct.until_shown(ts, "All of it.")
    clock.ahead_s = 301.0
    await held.finish()

    assert await stage.outcome(ts) == "answered"
    assert direct.words(ts) == ["All of it."]
    assert direct.refused() == [("chat.stopStream", "message_not_in_streaming_state")]


@pytest.mark.parametrize("code", ["channel_type_not_supported", "missing_recipient_team_id", "invalid_thread_ts"])
async def test_where_slack_starts_no_stream_the_answer_is_posted_and_edited(
    stage: Stage, direct: DirectMessages, code: str
) -> None:
    stage.workspace.faults.refuse("chat.startStream", code)
    ts, held = await direct.ask_held()
    await held.write("One.")
    await direct.until_shown(ts, "One.")
    await held.write(" Two.")
    await held.finish()

    assert await stage.outcome(ts) == "answered"
    assert direct.words(ts) == ["One. Two."]
    assert stage.workspace.statuses() == []


async def test_a_workspace_that_takes_no_streams_is_not_asked_again(stage: Stage, direct: DirectMessages) -> None:
    stage.workspace.faults.refuse("chat.startStream", "channel_type_not_supported", times=2)
    for _ in range(2):
        ts, held = await direct.ask_held()
        await held.write("Words.")
        await direct.until_shown(ts, "Words.")
        await held.finish()
        assert await stage.outcome(ts) == "answered"

    assert direct.calls().count("chat.startStream") == 1


async def test_a_start_that_slack_has_no_time_for_is_no_reason_to_wait(stage: Stage, direct: DirectMessages) -> None:
    stage.workspace.faults.rate_limit("chat.startStream", retry_after_s=60)
    for number in range(2):
        ts, held = await direct.ask_held()
        await held.write(f"Answer {number}. ")
        await direct.until_shown(ts, f"Answer {number}.")
        await held.finish()
        assert await stage.outcome(ts) == "answered"

    assert direct.calls() == ["chat.startStream", "chat.postMessage", "chat.postMessage"]


@pytest.mark.parametrize("method", STREAMING)
@pytest.mark.parametrize("fault", ["drop_before", "drop_after", "status"])
async def test_a_call_whose_connection_breaks_neither_loses_nor_doubles_a_word(
    stage: Stage, direct: DirectMessages, method: str, fault: str
) -> None:
    getattr(stage.workspace.faults, fault)(method)
    ts, held = await direct.ask_held()
    await held.write("One. ")
    await direct.until_shown(ts, "One.")
    await held.write("Two. ")
    await direct.until_shown(ts, "One. Two.")
    await held.write("Three.")
    await held.finish()

    assert await stage.outcome(ts) == "answered"
    assert direct.words(ts) == ["One. Two. Three."]
    assert direct.took_back_nothing(ts)


async def test_a_rate_limit_on_appends_is_obeyed(stage: Stage, direct: DirectMessages) -> None:
    stage.workspace.faults.rate_limit("chat.appendStream", retry_after_s=1)
    ts, held = await direct.ask_held()
    await held.write("One.")
    await direct.until_shown(ts, "One.")
    await held.write(" Two.")
    await direct.until_shown(ts, "One. Two.")
    await held.finish()

    assert await stage.outcome(ts) == "answered"
    appends = [call for call in stage.workspace.calls if call.method == "chat.appendStream"]
    assert [call.status for call in appends] == [429, 200]
    assert appends[1].at - appends[0].at >= 1


async def test_blocks_that_slack_refuses_below_a_stream_do_not_cost_its_words(
    stage: Stage, direct: DirectMessages
) -> None:
    stage.workspace.faults.refuse("chat.stopStream", "invalid_blocks")
    ts, held = await direct.ask_held()
    await held.write("So far.")
    await direct.until_shown(ts, "So far.")
    await held.finish("max_tokens")

    assert await stage.outcome(ts) == "cut"
    [words] = direct.words(ts)
    assert words.startswith("So far.\nThe answer reached its length limit.")


async def test_an_outage_in_the_middle_of_a_stream_ends_with_the_whole_text(
    stage: Stage, direct: DirectMessages
) -> None:
    ts, held = await direct.ask_held()
    await held.write("Before. ")
    await direct.until_shown(ts, "Before.")
    stage.workspace.faults.outage = True
    await held.write("Meanwhile. ")
    await stage.workspace.until(lambda ws: any(call.status == 503 for call in ws.calls))
    await held.write("After.")
    await held.finish()
    stage.workspace.faults.outage = False

    assert await stage.outcome(ts) == "answered"
    assert direct.words(ts) == ["Before. Meanwhile. After."]


async def test_a_refusal_withdraws_what_was_streamed(stage: Stage, direct: DirectMessages) -> None:
    ts, held = await direct.ask_held()
    await held.write("Well, first")
    await direct.until_shown(ts, "Well, first")
    await held.finish("refusal")

    assert await stage.outcome(ts) == "refused"
    assert direct.words(ts) == [REFUSED]


async def test_a_stream_that_a_person_deletes_is_not_written_again(stage: Stage, direct: DirectMessages) -> None:
    ts, held = await direct.ask_held()
    await held.write("You do not want this.")
    [reply] = await stage.workspace.until(lambda _: stage.answers(ts, channel=direct.channel))
    await stage.workspace.delete(direct.channel, reply["ts"])
    await held.write(" More.")
    await held.hung_up.wait()

    assert await stage.outcome(ts) == "gone"
    assert direct.words(ts) == []


async def test_where_slack_knows_no_status_a_message_says_what_goes_on(stage: Stage, direct: DirectMessages) -> None:
    stage.workspace.faults.refuse("assistant.threads.setStatus", "unknown_method")
    ts, held = await direct.ask_held()
    await direct.until_shown(ts, "Thinking…")
    await held.write("Here.")
    await held.finish()

    assert await stage.outcome(ts) == "answered"
    assert direct.words(ts) == ["Here."]


async def test_a_queued_question_is_answered_in_the_message_that_said_so(stage: Stage, direct: DirectMessages) -> None:
    ts, held = await direct.ask_held()
    later = await direct.ask("And that?", thread_ts=ts)
    await stage.workspace.until(lambda _: "Queued behind 1 question…" in direct.words(ts))
    stage.model.script(Answer("That too."))
    await held.write("Slow answer.")
    await held.finish()

    assert await stage.outcome(later) == "answered"
    assert sorted(direct.words(ts)) == ["Slow answer.", "That too."]


@pytest.mark.parametrize("slack_is_away", [False, True])
async def test_a_restart_goes_on_in_the_message_that_was_streamed(
    workspace: Workspace, model: PracticeModel, tmp_path: Path, turn_log: TurnLog, *, slack_is_away: bool
) -> None:
    values: dict[str, Any] = {"bot_streaming": "native"}
    settings = settings_for(workspace, model.url, tmp_path, "http", **values)
    stage = Stage(workspace, model, settings, turn_log)
    direct = DirectMessages(stage, workspace.direct_message(workspace.user("ada")))
    async with bot_running(workspace, settings):
        ts, held = await direct.ask_held()
        await held.write("Once upon a time")
        await direct.until_shown(ts, "Once upon a time")
        workspace.faults.outage = slack_is_away  # so that the stream cannot be stopped
    workspace.faults.outage = False
    again = HeldAnswer()
    model.script(again)
    async with bot_running(workspace, settings):
        await again.write("Once upon")
        await again.write(" a time there was a king.")
        await direct.until_shown(ts, "Once upon a time there was a king.")
        await again.finish()
        assert await stage.outcome(ts) == "answered"
    logging.getLogger("bot").removeHandler(turn_log)

    assert direct.words(ts) == ["Once upon a time there was a king."]
    assert direct.took_back_nothing(ts)
    [message] = stage.answers(ts, channel=direct.channel)
    assert message["metadata"]["event_payload"].items() >= {"question_ts": ts, "part": 0}.items()


async def test_more_answers_than_streams_may_be_started_are_shown_without_waiting(
    stage: Stage, direct: DirectMessages
) -> None:
    answers = [await direct.ask_held() for _ in range(22)]
    for number, (_, held) in enumerate(answers):
        await held.write(f"Answer {number}")
    for number, (ts, _) in enumerate(answers):
        await direct.until_shown(ts, f"Answer {number}")
    for _, held in answers:
        await held.write(" is whole.")
        await held.finish()

    assert {await stage.outcome(ts) for ts, _ in answers} == {"answered"}
    assert [direct.words(ts) for ts, _ in answers] == [[f"Answer {number} is whole."] for number in range(22)]
    assert direct.calls().count("chat.startStream") == 20
    assert direct.refused() == []


async def test_an_answer_that_ends_in_a_stream_is_given_as_a_file(stage: Stage, direct: DirectMessages) -> None:
    chunks = [" ".join(f"word{number}" for number in range(start, start + 400)) + " " for start in range(0, 2_000, 400)]
    ts, held = await direct.ask_held()
    for chunk in chunks:
        await held.write(chunk)
        await direct.until_sent(ts, chunk.split()[-1])
    await held.write("The end.")
    await held.finish()
    assert await stage.outcome(ts) == "answered"
    assert direct.calls()[-1] == "chat.stopStream"

    message_ts = str(stage.answers(ts, channel=direct.channel)[-1]["ts"])
    await stage.workspace.press(stage.workspace.user("ada"), direct.channel, message_ts, "as_file")
    assert await stage.outcome(press_ts(message_ts, Button.AS_FILE)) == "uploaded"
    (file,) = (file for message in stage.answers(ts, channel=direct.channel) for file in message.get("files", []))
    given = stage.workspace.files.stored[file["id"]].content.decode()
    assert given.split() == [*"".join(chunks).split(), "The", "end."]
