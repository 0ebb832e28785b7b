"""A wish to end an answer outlives whatever happens meanwhile, and takes nothing from what people have read."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from bot.answering.endings import STOPPED_BY
from playground.practice_model.received import Received
from playground.practice_model.script import Answer, HeldAnswer, HttpError
from playground.practice_model.server import PracticeModel
from playground.workspace.workspace import Workspace
from tests import made_pdfs
from tests.e2e.test_process import bot_process, environment
from tests.stage import Stage, TurnLog, bot_running, settings_for


def wished_before(data_dir: Path, ts: str, user: str) -> None:
    """As a process leaves it that is killed when it has written the wish down."""
    with closing(sqlite3.connect(data_dir / "bot.sqlite3")) as connection, connection:
        changed = connection.execute("UPDATE questions SET stopped_by = ? WHERE ts = ?", (user, ts)).rowcount
    assert changed == 1


async def begun_story(stage: Stage, held: HeldAnswer) -> str:
    """The ts of a question whose answer people can read half of and stop."""
    ts = await stage.ask("@claude tell me a story")
    await held.asked.wait()
    await held.write("Once upon a time there was a bot. ")
    await stage.workspace.until(lambda _: any("there was a bot" in words for words in stage.words(ts)))
    await held.write("It had a friend. ")
    await stage.workspace.until(lambda _: any(block["type"] == "actions" for block in stage.answers(ts)[0]["blocks"]))
    return ts


@pytest.mark.parametrize("shown", ["Once upon a time there was a bot. ", ""])
async def test_a_process_that_dies_when_an_answer_was_to_end_leaves_its_words_and_the_next_one_says_who_ended_it(
    workspace: Workspace, model: PracticeModel, tmp_path: Path, turn_log: TurnLog, shown: str
) -> None:
    stage = Stage(workspace, model, settings_for(workspace, model.url, tmp_path, "socket"), turn_log)
    held = HeldAnswer()
    model.script(held)
    env = environment(workspace, model, tmp_path)
    async with bot_process("run", **env) as first:
        await first.until_logged("bot.ready")
        ts = await stage.ask("@claude tell me a story")
        await held.asked.wait()
        if shown:
            await held.write(shown)
            await workspace.until(lambda _: any("there was a bot" in words for words in stage.words(ts)))
        await first.kill()
    wished_before(tmp_path, ts, workspace.user("grace"))
    requests = len(model.requests)
    async with bot_process("run", **env) as second:
        turn = await second.until_logged("turn.done")

    assert turn["outcome"] == "stopped"
    assert len(model.requests) == requests
    stopped = STOPPED_BY.format(name="grace")
    assert stage.words(ts) == [f"{shown.strip()}\n{stopped}" if shown else stopped]


async def test_a_bot_that_is_shut_down_while_an_answer_is_to_end_leaves_that_to_the_next_one(
    workspace: Workspace, model: PracticeModel, tmp_path: Path, turn_log: TurnLog
) -> None:
    stage = Stage(workspace, model, settings_for(workspace, model.url, tmp_path, "socket"), turn_log)
    held = HeldAnswer()
    model.script(held)
    env = environment(workspace, model, tmp_path, BOT_SHUTDOWN_GRACE_S="0")
    async with bot_process("run", **env) as first:
        await first.until_logged("bot.ready")
        ts = await begun_story(stage, held)
        pressed = await workspace.press(workspace.user("grace"), stage.general, stage.answers(ts)[0]["ts"], "stop")
        await workspace.until(lambda ws: ws.delivery(pressed).acknowledged)  # Slack delivers a press once
        assert await first.terminate() == 0
    model.script(Answer("Once upon a time there was a bot. It was asked again, though nobody wanted that."))
    async with bot_process("run", **env) as second:
        await second.until_logged("bot.ready")
        await workspace.until(lambda _: STOPPED_BY.format(name="grace") in stage.words(ts)[0], timeout_s=20)

    assert stage.words(ts) == ["Once upon a time there was a bot. It had a friend.\n" + STOPPED_BY.format(name="grace")]


async def test_words_that_people_have_read_stay_where_the_model_cannot_be_asked_again_after_a_crash(
    workspace: Workspace, model: PracticeModel, tmp_path: Path, turn_log: TurnLog
) -> None:
    stage = Stage(workspace, model, settings_for(workspace, model.url, tmp_path, "socket"), turn_log)
    held = HeldAnswer()
    model.script(held)
    env = environment(workspace, model, tmp_path)
    async with bot_process("run", **env) as first:
        await first.until_logged("bot.ready")
        ts = await stage.ask("@claude tell me a story")
        await held.asked.wait()
        await held.write("Once upon a time there was a bot. ")
        await workspace.until(lambda _: any("there was a bot" in words for words in stage.words(ts)))
        await first.kill()
    model.script(HttpError.api(401, "authentication_error"))
    async with bot_process("run", **env) as second:
        turn = await second.until_logged("turn.done")

    (words,) = stage.words(ts)
    assert turn["outcome"] == "failed"
    assert words.startswith("Once upon a time there was a bot.\n")
    assert "\n" in words.strip()


async def test_an_answer_that_streams_by_itself_ends_with_its_words_and_who_ended_it(
    workspace: Workspace, model: PracticeModel, tmp_path: Path, turn_log: TurnLog
) -> None:
    settings = settings_for(workspace, model.url, tmp_path, "socket", bot_streaming="native")
    async with bot_running(workspace, settings):
        stage = Stage(workspace, model, settings, turn_log)
        channel = workspace.direct_message(workspace.user("ada"))
        held = HeldAnswer()
        model.script(held)
        ts = await stage.ask("Tell me a long story", channel=channel)
        await held.asked.wait()
        await held.write("Once upon a time there was a bot. ")
        await workspace.until(lambda _: any("there was a bot" in one for one in stage.words(ts, channel=channel)))
        await stage.ask("stop", channel=channel, thread_ts=ts)
        assert await stage.outcome(ts) == "stopped"
        await asyncio.wait_for(held.hung_up.wait(), 5)
    logging.getLogger("bot").removeHandler(turn_log)

    assert stage.words(ts, channel=channel) == ["Once upon a time there was a bot.\n" + STOPPED_BY.format(name="ada")]
    assert workspace.origin(channel, stage.answers(ts, channel=channel)[0]["ts"]) is not None
    assert turn_log.crashes == []


async def test_a_long_document_is_read_no_further_when_its_answer_is_to_end(
    workspace: Workspace, model: PracticeModel, tmp_path: Path, turn_log: TurnLog
) -> None:
    held = HeldAnswer()
    batches: list[str] = []

    def read(received: Received) -> Answer | HeldAnswer:
        batches.append("batch")
        return Answer("Page 1 says PAGE 1.") if len(batches) == 1 else held

    settings = settings_for(workspace, model.url, tmp_path, "socket")
    async with bot_running(workspace, settings):
        stage = Stage(workspace, model, settings, turn_log)
        model.answers = read
        ts = await stage.ask("@claude what is it?", files=[("contract.pdf", made_pdfs.numbered(300))])
        await held.asked.wait()
        await workspace.react(workspace.user("ada"), stage.general, ts, "octagonal_sign")
        assert await stage.outcome(ts) == "stopped"
        await asyncio.wait_for(held.hung_up.wait(), 5)
    logging.getLogger("bot").removeHandler(turn_log)

    assert stage.words(ts) == [STOPPED_BY.format(name="ada")]
    assert len(batches) < 4, "three batches, and the answer from their notes"
    assert turn_log.crashes == []


@pytest.mark.parametrize(
    "when", ["while its messages are looked for", "while it is asked again", "while new words are written"]
)
async def test_a_button_that_a_crash_left_behind_stops_the_answer_that_is_taken_up_again(
    workspace: Workspace, model: PracticeModel, tmp_path: Path, turn_log: TurnLog, when: str
) -> None:
    stage = Stage(workspace, model, settings_for(workspace, model.url, tmp_path, "socket"), turn_log)
    held, again = HeldAnswer(), HeldAnswer()
    model.script(held, again)
    env = environment(workspace, model, tmp_path)
    async with bot_process("run", **env) as first:
        await first.until_logged("bot.ready")
        ts = await begun_story(stage, held)
        await first.kill()
    grace, button = workspace.user("grace"), stage.answers(ts)[0]["ts"]
    if when == "while its messages are looked for":
        workspace.faults.hang("conversations.replies", 2.0)
    async with bot_process("run", **env) as second:
        await second.until_logged("bot.ready")
        if when != "while its messages are looked for":
            await again.asked.wait()
        if when == "while words come":
            await again.write("Once upon a time")
        await workspace.press(grace, stage.general, button, "stop")
        turn = await second.until_logged("turn.done")

    assert turn["outcome"] == "stopped"
    assert stage.words(ts) == ["Once upon a time there was a bot. It had a friend.\n" + STOPPED_BY.format(name="grace")]
