"""A whole answer loses its Stop button, if only after its turn: no edit was free for that in time."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.slack.buttons import STOP_LABEL
from playground.practice_model.script import HeldAnswer
from playground.practice_model.server import PracticeModel
from playground.workspace.workspace import Workspace
from tests.stage import Stage, TurnLog, bot_running, settings_for


@pytest.fixture
async def stage(workspace: Workspace, model: PracticeModel, tmp_path: Path, turn_log: TurnLog) -> AsyncIterator[Stage]:
    """Thumbs are off: they come with an edit of their own, which the end of every answer waits for."""
    settings = settings_for(workspace, model.url, tmp_path, "http", bot_feedback="off")
    async with bot_running(workspace, settings):
        yield Stage(workspace, model, settings, turn_log)


def buttons(stage: Stage, thread_ts: str) -> list[str]:
    blocks = [block for message in stage.answers(thread_ts) for block in message["blocks"]]
    return [element["text"]["text"] for block in blocks if block["type"] == "actions" for element in block["elements"]]


async def whole_with_its_button(stage: Stage) -> str:
    """An answer that is whole while Slack refuses an edit for some seconds; the ts of its question."""
    held = HeldAnswer()
    stage.model.script(held)
    ts = await stage.ask("@claude tell me a story")
    await held.write("Once upon a time ")
    await stage.workspace.until(lambda _: any("Once upon" in text for text in stage.words(ts)))
    await held.write("there was a bot. ")
    await stage.workspace.until(lambda _: buttons(stage, ts))
    stage.workspace.faults.rate_limit("chat.update", retry_after_s=5)
    await held.finish()
    assert await stage.outcome(ts) == "answered"
    assert buttons(stage, ts) == [STOP_LABEL]
    return ts


async def test_a_turn_ends_before_the_button_is_taken_off_and_then_it_is(stage: Stage) -> None:
    ts = await whole_with_its_button(stage)
    await stage.workspace.until(lambda _: buttons(stage, ts) == [])
    assert stage.words(ts) == ["Once upon a time there was a bot."]


async def test_a_button_goes_even_if_the_process_ends_meanwhile(
    workspace: Workspace, model: PracticeModel, tmp_path: Path, turn_log: TurnLog
) -> None:
    settings = settings_for(workspace, model.url, tmp_path, "http", bot_feedback="off")
    async with bot_running(workspace, settings):
        stage = Stage(workspace, model, settings, turn_log)
        ts = await whole_with_its_button(stage)
    assert buttons(stage, ts) == []
