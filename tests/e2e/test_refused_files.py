"""Files that the model's API refuses by name: the answer goes on without them, and they break no later one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from bot.draft import REFUSED
from bot.errors import ModelRequestInvalid, ModelRequestTooLarge
from playground.practice_model.script import Answer, HttpError
from playground.practice_model.server import PracticeModel
from playground.workspace.workspace import Workspace
from tests import made_files
from tests.stage import Stage, TurnLog, bot_running, settings_for


@pytest.fixture
def transport() -> str:
    """Nothing here depends on how events arrive."""
    return "socket"


def not_valid(block: int) -> HttpError:
    """What the API says of a PDF, word for word."""
    path = f"messages.0.content.{block}.pdf.source.base64.data"
    return HttpError.api(400, "invalid_request_error", f"{path}: The PDF specified was not valid.")


def media(stage: Stage, number: int = -1) -> list[str]:
    """What a request held besides text."""
    kinds = [b["type"] for m in stage.model.requests[number].body["messages"] for b in m["content"]]
    return [kind for kind in kinds if kind != "text"]


async def test_the_question_is_asked_again_without_the_file_that_was_named(stage: Stage) -> None:
    stage.model.script(not_valid(3), Answer("It is red."))
    files = [("red.png", made_files.solid("PNG", "red")), ("plan.pdf", made_files.pdf())]
    ts = await stage.ask("@claude what is this?", files=files)

    assert await stage.outcome(ts) == "answered"
    assert [media(stage, number) for number in (0, 1)] == [["image", "document"], ["image"]]
    assert f"[File from ada: plan.pdf (not read: it {REFUSED})]" in stage.asked_texts()[0][1]
    assert "red.png" not in stage.words(ts)[0]
    assert stage.words(ts)[0].endswith(f"plan.pdf {REFUSED}")


async def test_a_file_that_was_refused_is_not_sent_again_after_a_restart_either(
    workspace: Workspace, model: PracticeModel, tmp_path: Path, turn_log: TurnLog
) -> None:
    settings = settings_for(workspace, model.url, tmp_path, "socket", bot_shutdown_grace_s=10)
    stage = Stage(workspace, model, settings, turn_log)
    async with bot_running(workspace, settings):
        ts = await stage.ask("@claude read this", files=[("odd.pdf", made_files.pdf_for_few_readers())])
        assert await stage.outcome(ts) == "answered"
    assert [media(stage, number) for number in range(len(model.requests))] == [["document"], []]
    assert f"odd.pdf {REFUSED}" in stage.words(ts)[0]

    async with bot_running(workspace, settings):
        model.script(Answer("As I said."))
        later = await stage.ask("@claude and now?", thread_ts=ts)
        assert await stage.outcome(later) == "answered"
    assert len(model.requests) == 3
    assert media(stage) == []
    assert f"[File from ada: odd.pdf (not read: it {REFUSED})]" in stage.asked_texts()[0][1]
    assert stage.words(ts)[1] == "As I said."


async def test_the_same_file_uploaded_anew_is_named_anew(stage: Stage) -> None:
    odd = ("odd.pdf", made_files.pdf_for_few_readers())
    ts = await stage.ask("@claude read this", files=[odd])
    await stage.outcome(ts)
    again = await stage.ask("@claude please", thread_ts=ts, files=[odd])

    assert await stage.outcome(again) == "answered"
    assert stage.words(ts)[1].count(f"odd.pdf {REFUSED}") == 1


async def test_files_that_are_refused_one_after_the_other_are_all_left_out(stage: Stage) -> None:
    files = [(f"{number}.pdf", made_files.pdf_for_few_readers()) for number in range(3)]
    ts = await stage.ask("@claude read these", files=files)

    assert await stage.outcome(ts) == "answered"
    assert [len(media(stage, number)) for number in range(4)] == [3, 2, 1, 0]
    assert all(f"{number}.pdf {REFUSED}" in stage.words(ts)[0] for number in range(3))


async def test_a_fourth_refusal_stands(stage: Stage) -> None:
    files = [(f"{number}.pdf", made_files.pdf_for_few_readers()) for number in range(4)]
    ts = await stage.ask("@claude read these", files=files)

    assert await stage.outcome(ts) == "failed"
    assert len(stage.model.requests) == 4
    [words] = stage.words(ts)
    assert words.startswith(ModelRequestInvalid.sentence)
    assert words.count(REFUSED) == 3

    later = await stage.ask("@claude and now?", thread_ts=ts)
    assert await stage.outcome(later) == "answered"


@pytest.mark.parametrize("block", [0, 2, 9], ids=["a label", "the question", "nothing"])
async def test_a_refusal_that_names_no_file_stands(stage: Stage, block: int) -> None:
    stage.model.script(not_valid(block))
    ts = await stage.ask("@claude read this", files=[("plan.pdf", made_files.pdf())])

    assert await stage.outcome(ts) == "failed"
    assert stage.words(ts) == [ModelRequestInvalid.sentence]
    assert len(stage.model.requests) == 1


class TestALimitOfTokens:
    @pytest.fixture
    async def stage(self, workspace: Workspace, model: PracticeModel, tmp_path: Path, turn_log: TurnLog) -> Any:
        """A bot that sends the model little."""
        settings = settings_for(workspace, model.url, tmp_path, "socket", bot_history_tokens_max=20_000)
        async with bot_running(workspace, settings):
            yield Stage(workspace, model, settings, turn_log)

    async def test_a_thread_that_is_too_long_for_the_model_is_halved_once(self, stage: Stage) -> None:
        too_long = "prompt is too long: 210000 tokens > 200000 maximum"
        stage.model.script(HttpError.api(400, "invalid_request_error", too_long), Answer("Half of it will do."))
        root = await stage.ask("Once upon a time there was a bot.")
        for number in range(6):
            await stage.ask(f"Chapter {number}. " * 300, thread_ts=root)
        ts = await stage.ask("@claude go on", thread_ts=root)

        assert await stage.outcome(ts) == "answered"
        whole, half = (stage.asked_texts(number)[0][1] for number in (0, 1))
        assert all(f"Chapter {number}." in whole for number in range(6))
        assert "Once upon a time" in half
        assert "[4 earlier messages of this thread are left out here: the thread is too long.]" in half
        assert "Chapter 5." in half

    async def test_it_is_halved_no_more_than_once(self, stage: Stage) -> None:
        stage.model.script(*[HttpError.api(413, "request_too_large")] * 2)
        root = await stage.ask("Once upon a time there was a bot.")
        ts = await stage.ask("@claude go on", thread_ts=root)

        assert await stage.outcome(ts) == "failed"
        assert stage.words(root) == [ModelRequestTooLarge.sentence]
        assert len(stage.model.requests) == 2

    async def test_a_file_that_makes_the_request_too_large_is_left_out_and_named(self, stage: Stage) -> None:
        stage.model.script(HttpError.api(413, "request_too_large"), Answer("I do not have it."))
        ts = await stage.ask("@claude read this", files=[("scan.pdf", made_files.pdf(page_bytes=5_000))])

        assert await stage.outcome(ts) == "answered"
        assert [media(stage, number) for number in (0, 1)] == [["document"], []]
        assert stage.words(ts) == [
            "I do not have it.\n:paperclip: scan.pdf was left out, because it is more than the model can read at once."
        ]

    async def test_a_pdf_of_more_pages_than_fit_is_shortened_and_said_to_be(self, stage: Stage) -> None:
        ts = await stage.ask("@claude read this", files=[("contract.pdf", made_files.pdf(12))])

        assert await stage.outcome(ts) == "answered"
        assert 'File "contract.pdf" (PDF, 5 pages)' in stage.asked_texts()[0][1]
        assert stage.words(ts)[0].endswith("contract.pdf has 12 pages, of which only the first 5 could be read.")
