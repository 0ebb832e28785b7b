"""What goes wrong at the database's end while answers are written, and what people see of it."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest

from bot import store_patience
from playground.practice_model.script import Answer, HeldAnswer
from tests.logged import logged
from tests.stage import Stage

TEXT = ("notes.txt", b"The meeting is on Friday.")


@pytest.fixture
def transport() -> str:
    """Nothing here depends on how events arrive."""
    return "http"


def rename(stage: Stage, old: str, new: str) -> None:
    """What the bot wants of the table ``old`` fails from now on."""
    with closing(sqlite3.connect(stage.settings.bot_data_dir / "bot.sqlite3")) as connection:
        connection.execute(f"ALTER TABLE {old} RENAME TO {new}")


async def test_a_failure_within_a_turn_is_waited_out(stage: Stage) -> None:
    stage.model.script(Answer("It is on Friday."))
    with logged() as lines:
        rename(stage, "refused_files", "away")
        ts = await stage.ask("@claude when is the meeting?", files=[TEXT])
        await lines.until("turn.waits_for_database", 2)
        rename(stage, "away", "refused_files")
        outcome = await stage.outcome(ts)

    assert (outcome, stage.words(ts)) == ("answered", ["It is on Friday."])


async def test_a_failure_that_lasts_longer_has_the_question_answered_later(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store_patience, "STORE_PATIENCE_S", 0.0)
    stage.model.script(Answer("It is on Friday."))
    with logged() as lines:
        rename(stage, "refused_files", "away")
        ts = await stage.ask("@claude when is the meeting?", files=[TEXT])
        await lines.until("inbox.store_failed")
        rename(stage, "away", "refused_files")
        outcome = await stage.outcome(ts)

    assert (outcome, stage.words(ts)) == ("answered", ["It is on Friday."])


async def test_a_failure_while_the_answer_is_written_is_not_seen(stage: Stage) -> None:
    held = HeldAnswer()
    stage.model.script(held)
    ts = await stage.ask("@claude tell me a story")
    await held.asked.wait()
    with logged() as lines:
        rename(stage, "questions", "away")
        await held.write("Once upon a time ")
        await stage.workspace.until(lambda _: stage.words(ts) == ["Once upon a time"])
        await held.write("there was a bot.")
        await held.finish()
        await lines.until("turn.done")
        await lines.until("inbox.store_failed")
        rename(stage, "away", "questions")
        later = await stage.ask("@claude and then?", thread_ts=ts)
        outcome = await stage.outcome(later)

    assert (outcome, stage.words(ts)[0]) == ("answered", "Once upon a time there was a bot.")
