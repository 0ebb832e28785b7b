"""A thread that is larger than the model's window is answered from its beginning, its files and its newest messages."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from playground.practice_model.prompt_cache import PromptCache
from playground.practice_model.script import Answer, HttpError
from playground.practice_model.server import PracticeModel
from playground.workspace.workspace import Workspace
from tests import made_files
from tests.stage import Stage, TurnLog, bot_running, settings_for

MESSAGES, FILES = 3_000, 40
WORDS = "We talked about the supplier, the notice period and the price of the delivery. " * 3


@pytest.fixture
def transport() -> str:
    """Nothing here depends on how events arrive."""
    return "socket"


@pytest.fixture
async def stage(workspace: Workspace, model: PracticeModel, tmp_path: Path, turn_log: TurnLog) -> AsyncIterator[Stage]:
    """With a model that takes 200,000 tokens."""
    settings = settings_for(workspace, model.url, tmp_path, "socket", messages_model="claude-haiku-4-5")
    async with bot_running(workspace, settings):
        yield Stage(workspace, model, settings, turn_log)
    assert turn_log.crashes == []


def long_thread(stage: Stage) -> str:
    ada, lars = stage.workspace.user("ada"), stage.workspace.user("lars")
    root = stage.workspace.seed(ada, stage.general, "This thread is about the harbour contract.")
    for number in range(2, MESSAGES):
        files = [(f"plan {number}.pdf", made_files.pdf(page_bytes=1_000 + number))] if number % 74 == 0 else []
        stage.workspace.seed(
            lars if number % 2 else ada, stage.general, f"Message {number}. {WORDS}", thread_ts=root, files=files
        )
    return root


async def test_a_long_thread_keeps_its_beginning_and_says_what_is_missing_and_a_follow_up_reads_the_cache(
    stage: Stage,
) -> None:
    root = long_thread(stage)
    stage.model.script(Answer("It is deep enough. " * 100), Answer("It is fair."))
    ts = await stage.ask("@claude what about the harbour?", thread_ts=root)
    assert await stage.outcome(ts) == "answered"

    [(role, asked)] = stage.asked_texts()
    assert role == "user"
    assert asked.startswith("ada: This thread is about the harbour contract.")
    assert asked.endswith("ada: what about the harbour?")
    assert " earlier messages of this thread are left out here: the thread is too long.]" in asked
    assert f"Message {MESSAGES - 1}. " in asked
    fetched = len(stage.workspace.files.authorizations_seen)
    assert 28 < asked.count("<document>") <= fetched <= FILES
    assert "older files were left out, because together with" in " ".join(stage.words(root))
    newest = asked.count(WORDS.strip()) + 1
    assert newest > 100
    assert f"This thread has {MESSAGES:,} messages, " in " ".join(stage.words(root))
    assert f"It was given the first one and the last {newest:,}." in " ".join(stage.words(root))

    later = await stage.ask("@claude and the price?", thread_ts=root)
    assert await stage.outcome(later) == "answered"
    first, second = stage.model.counted
    assert first.written_5m > 100_000
    assert second.read == first.written_5m
    assert second.plain == 0
    assert second.written_1h < 2_000
    assert len(stage.workspace.files.authorizations_seen) == fetched, "nothing is fetched again"


async def test_a_host_that_refuses_markers_is_asked_at_once_without_and_no_more_with(stage: Stage) -> None:
    refused = HttpError.api(
        400, "invalid_request_error", "messages.0.content.1.document.cache_control: Extra inputs are not permitted"
    )
    stage.model.script(refused)
    ts = await stage.ask("@claude read", files=[("plan.pdf", made_files.pdf(3))])
    assert await stage.outcome(ts) == "answered"
    later = await stage.ask("@claude again", thread_ts=ts)
    assert await stage.outcome(later) == "answered"

    marked = ["cache_control" in str(request.body) for request in stage.model.requests]
    assert marked == [True, False, False]
    assert all("<document>" in stage.asked_texts(number)[0][1] for number in range(3))


async def test_a_host_that_keeps_nothing_is_noticed(stage: Stage) -> None:
    stage.model.cache = PromptCache(keeps=False)
    root = await stage.ask("@claude read", files=[("plan.pdf", made_files.pdf(5))])
    assert await stage.outcome(root) == "answered"
    for _ in range(5):
        assert await stage.outcome(await stage.ask("@claude go on", thread_ts=root)) == "answered"
    marked = ["cache_control" in str(request.body) for request in stage.model.requests]
    assert marked == [True, True, True, True, False, False]
