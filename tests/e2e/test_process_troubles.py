"""What happens to the bot's process, its disk and its database: each question is answered once, and nobody is left
without a word about what is wrong."""

from __future__ import annotations

import asyncio
import os
import resource
import shutil
import signal
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing, suppress
from pathlib import Path

import pytest
from aiohttp import web

from bot.operations import health
from playground.practice_model.script import Answer, HeldAnswer
from playground.practice_model.server import PracticeModel
from playground.workspace.web_api import Moment
from playground.workspace.workspace import Workspace
from tests.e2e.test_process import Process, bot_process, environment, run_to_end
from tests.postgres import postgres, run_in_postgres
from tests.repository import MANIFEST
from tests.stage import Stage, TurnLog, settings_for

pytestmark = pytest.mark.long
GRACE_S = "0.1"


@pytest.fixture
async def workspace() -> AsyncIterator[Workspace]:
    """Slack tries again soon enough for a test."""
    async with Workspace(MANIFEST, retry_delays_s=(0.2,) * 200) as workspace:
        yield workspace


@pytest.fixture
def stage(workspace: Workspace, model: PracticeModel, tmp_path: Path, turn_log: TurnLog) -> Stage:
    return Stage(workspace, model, settings_for(workspace, model.url, tmp_path, "socket"), turn_log)


def quiet(process: Process) -> bool:
    return not any("Traceback" in line or "Unclosed" in line for line in process.lines)


# --- processes that are paused, killed and stopped ------------------------------------------------------------------


async def test_a_process_that_was_paused_for_longer_than_its_lease_writes_nothing_more(
    stage: Stage, model: PracticeModel, tmp_path: Path
) -> None:
    """Another one has finished its answer meanwhile, and the model goes on giving the old one."""
    old = HeldAnswer()
    model.script(old, Answer("Once upon a time there was a bot, and it lived happily ever after."))
    with postgres() as server:
        env = environment(
            stage.workspace, model, tmp_path, DATABASE_URL=server.format(name="postgres"), BOT_LEASE_S="3"
        )
        async with bot_process("run", **env) as paused, bot_process("run", **env) as other:
            await asyncio.gather(paused.until_logged("bot.ready"), other.until_logged("bot.ready"))
            ts = await stage.ask("@claude tell me a story")
            await old.asked.wait()
            await old.write("Once upon a time")
            await stage.workspace.until(lambda _: stage.words(ts) == ["Once upon a time"])
            owner = str(await run_in_postgres(env["DATABASE_URL"], "SELECT lease_owner FROM questions"))
            first, second = (paused, other) if f":{paused.process.pid}:" in owner else (other, paused)
            first.process.send_signal(signal.SIGSTOP)
            turn = await second.until_logged("turn.done")
            whole = stage.words(ts)
            first.process.send_signal(signal.SIGCONT)
            await old.write(" there was nobody.")
            await first.until_logged("inbox.lease_lost")
            assert (await first.terminate(), await second.terminate()) == (0, 0)

    assert (turn["outcome"], turn["crashes"]) == ("answered", 1)
    assert whole == stage.words(ts) == ["Once upon a time there was a bot, and it lived happily ever after."]


async def test_a_question_survives_any_number_of_kills_while_the_bot_starts(
    stage: Stage, model: PracticeModel, tmp_path: Path
) -> None:
    env = environment(stage.workspace, model, tmp_path)
    held = [HeldAnswer() for _ in range(3)]
    model.script(*held, Answer("After all."))
    ts = ""
    for number, one in enumerate(held):
        async with bot_process("run", **env) as killed:
            if not number:
                await killed.until_logged("bot.ready")
                ts = await stage.ask("@claude hello")
            await one.asked.wait()
            await killed.kill()
    async with bot_process("run", **env) as last:
        turn = await last.until_logged("turn.done")

    assert (turn["outcome"], turn["crashes"], stage.words(ts)) == ("answered", len(held), ["After all."])


@pytest.mark.parametrize("dies_at", ["conversations.open", "chat.postMessage"])
async def test_a_wish_that_moves_to_a_direct_message_is_not_lost_with_a_killed_process_nor_moved_twice(
    stage: Stage, model: PracticeModel, tmp_path: Path, dies_at: str
) -> None:
    ws, env = stage.workspace, environment(stage.workspace, model, tmp_path)
    ws.seed(ws.user("grace"), stage.general, "The office is closed tomorrow")
    async with bot_process("run", **env) as killed:
        await killed.until_logged("bot.ready")

        def watch(moment: Moment, method: str, _request: web.Request) -> bool:
            dies = moment is Moment.DONE and method == dies_at and killed.process.returncode is None
            if dies:
                killed.process.kill()
            return dies

        ws.web_api.watch = watch
        await stage.ask("@claude catch me up today")
        await killed.process.wait()
    async with bot_process("run", **env) as second:
        turns = [await second.until_logged("turn.done") for _ in range(2)]

    direct = ws.direct_message(ws.user("ada"))
    begun = [one for one in ws.messages(direct) if one.get("thread_ts", one["ts"]) == one["ts"]]
    assert ([turn["outcome"] for turn in turns], len(begun)) == (["no_question", "answered"], 1)
    assert any("What happened in #general" in words for words in stage.words(begun[0]["ts"], channel=direct))


@pytest.mark.parametrize("shown", ["beside the thread", "as a message"])
async def test_no_status_of_a_killed_process_stays_where_the_next_turns_the_asker_away(
    stage: Stage, model: PracticeModel, tmp_path: Path, shown: str
) -> None:
    """It is a message while nobody knows whether the bot may post in that channel."""
    ws, held, known = stage.workspace, HeldAnswer(), shown == "beside the thread"
    model.script(*([Answer("Hello.")] if known else []), held)
    env = environment(ws, model, tmp_path)
    async with bot_process("run", **env) as killed:
        await killed.until_logged("bot.ready")
        if known:
            await stage.ask("@claude hello")
            await killed.until_logged("turn.done")
        ts = await stage.ask("@claude tell me a story")
        await held.asked.wait()
        await ws.until(lambda _: bool(ws.statuses()) == known and bool(stage.answers(ts)) != known)
        killed.process.kill()
        await killed.process.wait()
    async with bot_process("run", **env, BOT_DENIED_USERS=ws.user("ada")) as second:
        turn = await second.until_logged("turn.done")

    assert (turn["outcome"], ws.statuses(), stage.answers(ts)) == ("denied", [], [])


async def test_a_post_that_a_killed_process_made_is_found_though_looking_for_it_fails_in_every_way(
    stage: Stage, model: PracticeModel, tmp_path: Path
) -> None:
    env = environment(stage.workspace, model, tmp_path)
    ts = await asked_of_one_that_dies_while_it_posts(stage, env)
    faults = stage.workspace.faults
    faults.refuse("conversations.replies", "internal_error")
    faults.rate_limit("conversations.replies", retry_after_s=1)
    faults.status("conversations.replies", 503)
    faults.drop_before("conversations.replies")
    async with bot_process("run", **env) as second:
        turn = await second.until_logged("turn.done")

    assert (turn["outcome"], stage.words(ts)) == ("answered", ["Only once."])


async def test_one_that_slack_lists_only_when_the_next_process_has_looked_is_taken_away_after_the_answer(
    stage: Stage, model: PracticeModel, tmp_path: Path
) -> None:
    env = environment(stage.workspace, model, tmp_path)
    ts = await asked_of_one_that_dies_while_it_posts(stage, env)
    stage.workspace.dialect.listed_after_s = 8.0
    async with bot_process("run", **env) as second:
        await second.until_logged("turn.done")
        assert len(stage.words(ts)) == 2
        await stage.workspace.until(lambda _: stage.words(ts) == ["Only once."], timeout_s=60.0)


async def asked_of_one_that_dies_while_it_posts(stage: Stage, env: dict[str, str]) -> str:
    """The ts of the question. The process dies between Slack's doing and Slack's answer, so that nobody knows of the
    message."""
    stage.model.script(Answer("Only once."))
    async with bot_process("run", **env) as killed:
        await killed.until_logged("bot.ready")

        def watch(moment: Moment, method: str, _request: web.Request) -> bool:
            dies = moment is Moment.DONE and method == "chat.postMessage" and killed.process.returncode is None
            if dies:
                killed.process.kill()
            return dies

        stage.workspace.web_api.watch = watch
        ts = await stage.ask("@claude hello")
        await killed.process.wait()
        assert len(stage.words(ts)) == 1
    return ts


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=lambda number: number.name)
async def test_signals_end_it_quietly_whenever_they_come(
    stage: Stage, model: PracticeModel, tmp_path: Path, number: signal.Signals
) -> None:
    """While it starts, and again and again while it ends."""
    env = environment(stage.workspace, model, tmp_path)
    async with bot_process("run", **env) as starting:
        await starting.until_logged("confinement")
        starting.process.send_signal(number)
        assert await starting.terminate() == 0
        assert quiet(starting)
    async with bot_process("run", **env) as ending:
        await ending.until_logged("bot.ready")
        while ending.process.returncode is None:
            with suppress(ProcessLookupError):
                os.kill(ending.process.pid, number)
            await asyncio.sleep(0.005)  # until it has ended, however long that takes
        assert await ending.until_ended() == 0
        assert quiet(ending)


async def test_a_button_works_whichever_process_gets_the_press(
    stage: Stage, model: PracticeModel, tmp_path: Path
) -> None:
    env = environment(stage.workspace, model, tmp_path, BOT_SHUTDOWN_GRACE_S=GRACE_S)
    model.script(Answer("One, two", stop_reason="max_tokens"), Answer(", three, four."))
    async with bot_process("run", **env) as first:
        await first.until_logged("bot.ready")
        ts = await stage.ask("@claude count")
        await first.until_logged("turn.done")
        assert await first.terminate() == 0
    async with bot_process("run", **env) as second:
        await second.until_logged("bot.ready")
        [message] = stage.answers(ts)
        await stage.workspace.press(stage.workspace.user("grace"), stage.general, message["ts"], "continue")
        turn = await second.until_logged("turn.done")
        await stage.workspace.until(lambda _: not _buttons(stage, ts))

    assert (turn["outcome"], stage.words(ts)[-1]) == ("answered", ", three, four.")


def _buttons(stage: Stage, ts: str) -> list[str]:
    blocks = [block for message in stage.answers(ts) for block in message["blocks"]]
    return [block["block_id"] for block in blocks if block["type"] == "actions"]


# --- the disk and the file ------------------------------------------------------------------------------------------


async def test_while_the_disk_is_full_nothing_is_acknowledged_that_is_not_stored_and_health_is_red(
    stage: Stage, model: PracticeModel, tmp_path: Path
) -> None:
    env = environment(stage.workspace, model, tmp_path)
    model.script(Answer("There is room again."))
    async with bot_process("run", **env) as process:
        await process.until_logged("bot.ready")
        pid = process.process.pid
        limits = resource.prlimit(pid, resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))
        ts = await stage.ask("@claude are you there?")
        [delivery] = [one for one in stage.workspace.deliveries if one.payload["event"]["type"] == "app_mention"]
        await stage.workspace.until(lambda _: len(delivery.outcomes) >= 2)
        assert not any(outcome.acknowledged for outcome in delivery.outcomes)
        made_old = health.AGE_MAX_S + 1
        beat = (tmp_path / health.FILE).stat().st_mtime - made_old
        os.utime(tmp_path / health.FILE, (beat, beat))
        await process.until_logged("inbox.store_failed")
        await process.until_logged("inbox.store_failed")
        assert (await run_to_end("health", **env))[0] == 1
        resource.prlimit(pid, resource.RLIMIT_FSIZE, limits)
        turn = await process.until_logged("turn.done")
        await _until_alive(tmp_path)

    assert (turn["outcome"], stage.words(ts)) == ("answered", ["There is room again."])


async def _until_alive(data_dir: Path) -> None:
    async with asyncio.timeout(20):
        while not health.is_alive(data_dir):  # noqa: ASYNC110 - a file tells nobody
            await asyncio.sleep(0.02)


@pytest.mark.parametrize("what", ["directory", "file"])
async def test_a_database_that_was_deleted_ends_the_bot_with_one_clear_line_and_no_question_is_lost(
    stage: Stage, model: PracticeModel, tmp_path: Path, what: str
) -> None:
    data_dir = tmp_path / "data"
    env = environment(stage.workspace, model, data_dir, BOT_SHUTDOWN_GRACE_S=GRACE_S)
    model.script(Answer("Here I am again."))
    async with bot_process("run", **env) as process:
        await process.until_logged("bot.ready")
        if what == "directory":
            shutil.rmtree(data_dir)
        else:
            (data_dir / "bot.sqlite3").unlink()
        ts = await stage.ask("@claude are you there?")
        code = await process.until_ended()
    lost = f"DATABASE_URL: {data_dir / 'bot.sqlite3'} was deleted or replaced while it was in use\n"
    assert (code, process.lines[-1]) == (2, lost)
    assert quiet(process)
    async with bot_process("run", **env) as second:
        turn = await second.until_logged("turn.done")

    assert (turn["outcome"], stage.words(ts)) == ("answered", ["Here I am again."])


async def test_a_database_that_is_damaged_ends_the_bot_with_one_clear_line(
    stage: Stage, model: PracticeModel, tmp_path: Path
) -> None:
    env = environment(stage.workspace, model, tmp_path, BOT_SHUTDOWN_GRACE_S=GRACE_S)
    file = tmp_path / "bot.sqlite3"
    async with bot_process("run", **env) as process:
        await process.until_logged("bot.ready")
        assert await process.terminate() == 0
    whole = file.read_bytes()
    file.write_bytes(whole[:4096] + b"\xff" * (len(whole) - 4096))
    code, _, err = await run_to_end("run", **env)
    damaged = f"DATABASE_URL: {file} is damaged or not a database (database disk image is malformed); "
    assert (code, err.splitlines()[-1].startswith(damaged)) == (2, True), err
    file.write_bytes(whole)
    async with bot_process("run", **env) as process:
        await process.until_logged("bot.ready")
        with file.open("r+b") as opened:
            opened.seek(4096)
            opened.write(b"\xff" * (len(whole) - 4096))
        (tmp_path / "bot.sqlite3-wal").write_bytes(b"")
        await stage.ask("@claude are you there?")
        code = await process.until_ended()

    assert (code, process.lines[-1].startswith(damaged)) == (2, True), process.lines[-1]
    assert quiet(process)


async def test_a_file_that_another_program_holds_is_waited_for(
    stage: Stage, model: PracticeModel, tmp_path: Path
) -> None:
    env = environment(stage.workspace, model, tmp_path)
    model.script(Answer("Here I am."))
    async with bot_process("run", **env) as process:
        await process.until_logged("bot.ready")
        with closing(sqlite3.connect(tmp_path / "bot.sqlite3", isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            ts = await stage.ask("@claude are you there?")
            await process.until_logged("inbox.store_failed")
            assert not any(one.acknowledged for one in stage.workspace.deliveries)
            other.execute("ROLLBACK")
        turn = await process.until_logged("turn.done")

    assert (turn["outcome"], stage.words(ts)) == ("answered", ["Here I am."])
