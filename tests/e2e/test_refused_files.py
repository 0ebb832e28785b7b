"""Files that the model's API refuses by name: the answer goes on without them, and they break no later one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bot.errors import ModelNotFound, ModelRequestInvalid, ModelRequestTooLarge
from bot.prompt.draft import REFUSED, SET_ASIDE, SUSPECTED
from playground.practice_model.received import Received, SeenImage
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


# --- a refusal that names no block ---------------------------------------------------------------------------------


def has(received: Received, width_px: int) -> bool:
    return any(isinstance(block, SeenImage) and block.width_px == width_px for block in received.blocks())


def takes_none_of(width_px: int, refusal: HttpError) -> Callable[[Received], HttpError | None]:
    """An API that cannot read images of that width, and does not say which of them it means."""
    return lambda received: refusal if has(received, width_px) else None


def noted(name: str, reason: str) -> str:
    """As people read it."""
    return f"{name} {reason}"


BAD_PX = 77
COULD_NOT = HttpError.api(400, "invalid_request_error", "Could not process image")
BAD = made_files.solid("PNG", "red", (BAD_PX, 50))
GOOD = made_files.solid("PNG", "blue", (60, 40))


async def test_one_image_that_the_api_cannot_process_no_longer_poisons_a_thread(stage: Stage) -> None:
    stage.model.refuses = takes_none_of(BAD_PX, COULD_NOT)
    stage.model.script(Answer("I can't see it."), Answer("Nor now."))
    ts = await stage.ask("@claude what is this?", files=[("scan.png", BAD)])

    assert await stage.outcome(ts) == "answered"
    assert [media(stage, number) for number in range(len(stage.model.requests))] == [["image"], []]
    assert f"[File from ada: scan.png (not read: it {REFUSED})]" in stage.asked_texts()[0][1]
    assert stage.words(ts) == ["I can't see it.\n📎 " + noted("scan.png", REFUSED)]

    later = await stage.ask("@claude and now?", thread_ts=ts)
    assert await stage.outcome(later) == "answered"
    assert len(stage.model.requests) == 3, "it is remembered, so that nothing has to be tried again"
    assert stage.words(ts)[1] == "Nor now."


async def test_the_newest_image_is_tried_first_and_older_ones_stay(stage: Stage) -> None:
    stage.model.refuses = takes_none_of(BAD_PX, COULD_NOT)
    stage.model.script(Answer("A chart."), Answer("A plan."))
    ts = await stage.ask("@claude what is this?", files=[("chart.png", GOOD)])
    await stage.outcome(ts)
    later = await stage.ask(
        "@claude and this?", thread_ts=ts, files=[("scan.png", BAD), ("plan.pdf", made_files.pdf())]
    )

    assert await stage.outcome(later) == "answered"
    assert [media(stage, number) for number in (1, 2)] == [["image", "image", "document"], ["image", "document"]]
    assert stage.words(ts)[1] == "A plan.\n📎 " + noted("scan.png", REFUSED)


async def test_an_older_image_that_is_refused_is_found_although_a_newer_one_is_good(stage: Stage) -> None:
    ts = await stage.ask("Look at this.", files=[("scan.png", BAD)])
    stage.model.refuses = takes_none_of(BAD_PX, COULD_NOT)
    question = await stage.ask("@claude and this?", thread_ts=ts, files=[("chart.png", GOOD)])

    assert await stage.outcome(question) == "answered"
    assert [media(stage, number) for number in range(3)] == [["image", "image"], ["image"], []]
    [words] = stage.words(ts)
    assert noted("scan.png", REFUSED) in words
    assert noted("chart.png", SET_ASIDE) in words

    later = await stage.ask("@claude please look again", thread_ts=ts)
    assert await stage.outcome(later) == "answered"
    assert len(stage.model.requests) == 4
    assert media(stage) == ["image"], "the good one was never to blame"


async def test_files_that_were_left_out_together_are_named_together(stage: Stage) -> None:
    stage.model.refuses = takes_none_of(BAD_PX, COULD_NOT)
    ts = await stage.ask("@claude these", files=[("scan.png", BAD), ("chart.png", GOOD)])

    assert await stage.outcome(ts) == "answered"
    assert len(stage.model.requests) == 2
    assert all(noted(name, SUSPECTED) in stage.words(ts)[0] for name in ("scan.png", "chart.png"))


@pytest.mark.parametrize(
    "refusal",
    [
        HttpError.in_openais_shape(
            500, "image input is not supported - hint: provide the mmproj", error_type="server_error"
        ),
        HttpError.in_openais_shape(404, "No endpoints found that support image input", code=404),
        HttpError.in_openais_shape(400, "this model does not support image input"),
    ],
    ids=["500", "404", "400"],
)
async def test_a_model_without_eyes_answers_without_the_pictures_and_says_so(stage: Stage, refusal: HttpError) -> None:
    stage.model.refuses = lambda received: refusal if has(received, BAD_PX) or has(received, 60) else None
    ts = await stage.ask("Look.", files=[("chart.png", GOOD)])
    question = await stage.ask(
        "@claude and this?", thread_ts=ts, files=[("scan.png", BAD), ("plan.pdf", made_files.pdf())]
    )

    assert await stage.outcome(question) == "answered"
    assert [media(stage, number) for number in range(len(stage.model.requests))] == [
        ["image", "image", "document"],
        ["document"],
    ]
    assert all(noted(name, REFUSED) in stage.words(ts)[0] for name in ("scan.png", "chart.png"))


async def test_a_refusal_that_stays_without_any_file_is_told_and_no_file_is_blamed(stage: Stage) -> None:
    wrong = HttpError.api(400, "invalid_request_error", "Something is wrong with this request")
    stage.model.refuses = lambda _: wrong
    ts = await stage.ask("@claude what is this?", files=[("chart.png", GOOD)])

    assert await stage.outcome(ts) == "failed"
    assert stage.words(ts) == [ModelRequestInvalid.sentence]
    assert len(stage.model.requests) == 2

    stage.model.refuses = lambda _: None
    later = await stage.ask("@claude and now?", thread_ts=ts)
    assert await stage.outcome(later) == "answered"
    assert media(stage) == ["image"]


async def test_a_wrong_model_is_not_blamed_on_the_files(stage: Stage) -> None:
    stage.model.refuses = lambda _: HttpError.in_openais_shape(400, "claude-9 is not a valid model ID", code=400)
    ts = await stage.ask("@claude what is this?", files=[("chart.png", GOOD)])

    assert await stage.outcome(ts) == "failed"
    assert stage.words(ts) == [ModelNotFound.sentence]
    assert len(stage.model.requests) == 1


async def test_a_host_that_takes_fewer_files_is_sent_the_newest_and_nothing_is_held_against_the_others(
    stage: Stage,
) -> None:
    def two_at_most(received: Received) -> HttpError | None:
        count = sum(isinstance(block, SeenImage) for message in received.messages for block in message.blocks)
        words = f"too many images and documents: {count} + 0 > 2"
        return HttpError.api(400, "invalid_request_error", words) if count > 2 else None

    stage.model.refuses = two_at_most
    root = await stage.ask("Here they are.", files=[("red.png", made_files.solid("PNG", "red"))])
    blue = [("blue.png", made_files.solid("PNG", "blue")), ("green.png", made_files.solid("PNG", "green"))]
    ts = await stage.ask("@claude what is this?", files=blue, thread_ts=root)

    assert await stage.outcome(ts) == "answered"
    assert [len(media(stage, number)) for number in range(len(stage.model.requests))] == [3, 2]
    assert "red.png was left out, because together with this thread's newer files" in stage.words(root)[0]
    assert "blue.png" not in stage.words(root)[0].partition("📎")[2]

    stage.model.refuses = lambda _: None
    later = await stage.ask("@claude and now?", thread_ts=root)
    assert await stage.outcome(later) == "answered"
    assert len(media(stage)) == 3


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

    async def test_a_window_that_is_far_smaller_than_ours_is_met_at_once(self, stage: Stage) -> None:
        """The API says how much it was and how much may be, as llama.cpp does."""

        def small(received: Received) -> HttpError | None:
            if received.tokens <= 1_000:
                return None
            words = f"request ({received.tokens} tokens) exceeds the available context size (1000 tokens)"
            return HttpError.in_openais_shape(400, words, error_type="exceed_context_size_error", code=400)

        stage.model.refuses = small
        root = await stage.ask("Once upon a time there was a bot.")
        for number in range(6):
            await stage.ask(f"Chapter {number}. " * 150, thread_ts=root)
        ts = await stage.ask("@claude go on", thread_ts=root)

        assert await stage.outcome(ts) == "answered"
        assert len(stage.model.requests) == 2
        assert "go on" in stage.asked_texts()[0][1]

    async def test_a_file_that_makes_the_request_too_large_is_left_out_and_named(self, stage: Stage) -> None:
        stage.model.script(HttpError.api(413, "request_too_large"), Answer("I do not have it."))
        ts = await stage.ask("@claude read this", files=[("scan.pdf", made_files.pdf(page_bytes=5_000))])

        assert await stage.outcome(ts) == "answered"
        assert [media(stage, number) for number in (0, 1)] == [["document"], []]
        assert stage.words(ts) == [
            "I do not have it.\n📎 scan.pdf was left out, because it is more than the model can read at once."
        ]

    async def test_a_pdf_of_more_pages_than_fit_is_read_in_parts_and_said_to_be(self, stage: Stage) -> None:
        ts = await stage.ask("@claude read this", files=[("contract.pdf", made_files.pdf(12))])

        assert await stage.outcome(ts) == "answered"
        assert 'File "contract.pdf" (notes on pages 1–5 of 12)' in stage.asked_texts()[0][1]
        assert stage.words(ts)[0].endswith(
            "contract.pdf is long (12 pages), so it was read in 3 parts, and this answer is based on notes on each of "
            "them."
        )
