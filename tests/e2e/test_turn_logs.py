"""Whose a line is: every line that is logged during a turn names its workspace, channel, message, person and model."""

from __future__ import annotations

import asyncio
import json
import logging
import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import structlog

from bot import store_patience
from bot.telemetry import logs
from playground.practice_model.script import HeldAnswer, HttpError
from playground.practice_model.server import PracticeModel
from playground.workspace.workspace import Workspace
from tests.e2e.test_database_troubles import rename
from tests.e2e.test_process import bot_process, environment
from tests.logged import Lines
from tests.stage import Stage

PROCESS_WIDE = (
    "bot.",
    "socket.",
    "http.",
    "confinement",
    "office.",
    "slack.limit",
    "model.described",
    "usage.",
    "loop.",
    "stop.",
    "inbox.store_failed",
)
"""Lines of what serves all turns."""
SAID = "the merger is on Friday"


@pytest.fixture
def transport() -> str:
    """Nothing here depends on how events arrive."""
    return "http"


@pytest.fixture
async def lines(stage: Stage) -> AsyncIterator[Lines]:
    """All that is logged once the bot is up, its libraries' words included."""
    caught = Lines()
    caught.addFilter(lambda record: isinstance(record.msg, dict))
    logging.getLogger("bot").addHandler(caught)
    yield caught
    logging.getLogger("bot").removeHandler(caught)


def of_turns(lines: Lines) -> list[dict[str, Any]]:
    return [line for line in lines.lines if not line["event"].startswith(PROCESS_WIDE)]


async def everything_is_bound(stage: Stage, lines: Lines, ts: str) -> set[str]:
    """The events; what people wrote is in none of the lines."""
    await stage.outcome(ts)
    workspace = stage.workspace
    whose = {"workspace": workspace.team_id, "channel": stage.general, "ts": ts, "user": workspace.user("ada")}
    of_turn = of_turns(lines)
    assert [line for line in of_turn if not whose.items() <= line.items()] == []
    whose["model"] = stage.settings.messages_model
    of_turn = [line for line in of_turn if line["event"] != "question.accepted"]  # the turn is still to come
    assert [line for line in of_turn if not whose.items() <= line.items()] == []
    assert SAID not in json.dumps(of_turn, default=str)
    return {line["event"] for line in of_turn}


async def test_a_turn_that_answers(stage: Stage, lines: Lines) -> None:
    ts = await stage.ask(f"@claude {SAID}", files=[("notes.txt", SAID.encode()), ("song.mp3", b"ID3" + bytes(99))])

    assert await everything_is_bound(stage, lines, ts) >= {"turn.done"}


async def test_a_turn_whose_model_fails(stage: Stage, lines: Lines) -> None:
    stage.model.script(
        HttpError.api(529, "overloaded_error", retry_after="0"), HttpError.api(401, "authentication_error")
    )
    ts = await stage.ask(f"@claude {SAID}")

    assert await everything_is_bound(stage, lines, ts) >= {"model.tried_again", "model.failed", "turn.done"}


async def test_a_turn_whose_post_is_refused(stage: Stage, lines: Lines) -> None:
    stage.workspace.faults.refuse("chat.postMessage", "is_archived", times=50)
    ts = await stage.ask(f"@claude {SAID}")

    assert len(await everything_is_bound(stage, lines, ts)) > 1


async def test_a_turn_that_slack_holds_up(stage: Stage, lines: Lines) -> None:
    stage.workspace.faults.rate_limit("conversations.history", retry_after_s=1)
    stage.workspace.faults.status("chat.postMessage", 503)
    ts = await stage.ask(f"@claude {SAID}")

    assert await everything_is_bound(stage, lines, ts) >= {"slack.waits", "turn.done"}


async def test_a_turn_with_a_fault_of_ours_in_it(stage: Stage, lines: Lines) -> None:
    """Nothing can be written where prepared files are kept."""
    kept = stage.settings.bot_data_dir / "files"
    shutil.rmtree(kept)
    kept.touch()
    ts = await stage.ask(f"@claude {SAID}", files=[("notes.txt", SAID.encode())])

    assert await everything_is_bound(stage, lines, ts) >= {"file.not_prepared", "turn.done"}
    kept.unlink()
    kept.mkdir()
    stage.log.crashes.clear()


async def test_a_turn_that_is_put_off_since_the_database_is_away(
    stage: Stage, lines: Lines, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store_patience, "STORE_PATIENCE_S", 0.0)
    rename(stage, "refused_files", "away")
    ts = await stage.ask(f"@claude {SAID}", files=[("notes.txt", SAID.encode())])
    await lines.until("inbox.turn_put_off")
    rename(stage, "away", "refused_files")

    assert await everything_is_bound(stage, lines, ts) >= {"inbox.turn_put_off", "turn.done"}


async def test_two_turns_at_once_keep_their_own(stage: Stage, lines: Lines) -> None:
    first, second = HeldAnswer(), HeldAnswer()
    stage.model.script(first, second)
    one = await stage.ask("@claude the first")
    await first.asked.wait()
    other = await stage.ask("@claude the second", who="grace")
    await second.asked.wait()
    await first.cut()
    await second.cut()
    await asyncio.gather(stage.outcome(one), stage.outcome(other))

    users = {"ada": stage.workspace.user("ada"), "grace": stage.workspace.user("grace")}
    assert {(line["ts"], line["user"]) for line in of_turns(lines)} == {(one, users["ada"]), (other, users["grace"])}


async def test_lines_for_machines_have_them_too(workspace: Workspace, model: PracticeModel, tmp_path: Path) -> None:
    env = environment(workspace, model, tmp_path)
    async with bot_process("run", **env) as process:
        await process.until_logged("bot.ready")
        ts = await workspace.say(workspace.user("ada"), workspace.channel("general"), f"@claude {SAID}")
        turn = await process.until_logged("turn.done")

    assert (turn["workspace"], turn["channel"], turn["ts"]) == (workspace.team_id, workspace.channel("general"), ts)
    assert (turn["user"], turn["model"]) == (workspace.user("ada"), "claude-sonnet-5-5")
    assert SAID not in "".join(process.lines)


async def test_a_task_of_nobody_s_is_bound_to_no_turn() -> None:
    async def named() -> dict[str, Any]:
        return dict(structlog.contextvars.get_contextvars())

    async def turn() -> tuple[dict[str, Any], dict[str, Any]]:
        logs.bind(ts="1.0")
        return await asyncio.create_task(named()), await asyncio.create_task(named(), context=logs.of_nobody())

    assert await asyncio.create_task(turn()) == ({"ts": "1.0"}, {})
