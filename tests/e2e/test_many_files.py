"""A thread with more files than a request can hold, and questions that ask for files at the same time."""

from __future__ import annotations

from pathlib import Path

import pytest

from playground.practice_model.server import PracticeModel
from playground.workspace.workspace import Workspace
from tests import made_files
from tests.stage import Stage, TurnLog, bot_running, settings_for


@pytest.fixture
def transport() -> str:
    """Nothing here depends on how events arrive."""
    return "socket"


def plan(number: int) -> tuple[str, bytes]:
    return f"plan {number}.pdf", made_files.pdf(page_bytes=35_000 + number)


async def test_the_newest_files_are_fetched_and_no_more_than_the_model_can_read(
    workspace: Workspace, model: PracticeModel, tmp_path: Path, turn_log: TurnLog
) -> None:
    settings = settings_for(workspace, model.url, tmp_path, "socket", messages_request_bytes_max=2_000_000)
    stage = Stage(workspace, model, settings, turn_log)
    async with bot_running(workspace, settings):
        root = await stage.ask("Here are the plans.", files=[plan(number) for number in range(80)])
        ts = await stage.ask("@claude what do they say?", thread_ts=root, files=[plan(80)])
        assert await stage.outcome(ts) == "answered"

    sent = [number for number in range(81) if f'File "plan {number}.pdf" (PDF' in stage.asked_texts()[0][1]]
    assert sent == list(range(81 - len(sent), 81))
    assert 15 < len(sent) < 25
    fetched = len(workspace.files.authorizations_seen)
    assert len(sent) <= fetched <= 4 / 3 * len(sent) + 1
    assert f"plan {80 - fetched}.pdf and {80 - fetched} older files were not fetched" in stage.words(root)[-1]
