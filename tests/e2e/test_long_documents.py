"""Documents that are longer than a request: read part by part, answered whole, and cheap to ask about again."""

from __future__ import annotations

import logging
import re
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from bot.citing.marks import mark
from playground.practice_model.received import Received, SeenPdf
from playground.practice_model.script import HeldAnswer, HttpError
from playground.practice_model.server import PracticeModel, ReceivedRequest
from playground.workspace.workspace import Workspace
from tests import made_files, made_office, made_pdfs
from tests.stage import Stage, TurnLog, bot_running, settings_for

StageWith = Callable[..., AbstractAsyncContextManager[Stage]]


@pytest.fixture
def stage_with(workspace: Workspace, model: PracticeModel, tmp_path: Path, turn_log: TurnLog) -> StageWith:
    """The stage with these settings."""

    @asynccontextmanager
    async def stage(**more: Any) -> AsyncIterator[Stage]:
        settings = settings_for(workspace, model.url, tmp_path, "socket", **more)
        async with bot_running(workspace, settings):
            yield Stage(workspace, model, settings, turn_log)
        logging.getLogger("bot").removeHandler(turn_log)
        assert turn_log.crashes == []

    return stage


def pdfs_of(request: ReceivedRequest) -> list[SeenPdf]:
    return [block for block in request.seen.blocks() if isinstance(block, SeenPdf)] if request.seen else []


def pages_sent(requests: list[ReceivedRequest]) -> list[str]:
    """The words of each page of each PDF in these requests."""
    return [words for request in requests for pdf in pdfs_of(request) for words in pdf.page_words]


def numbers(first: int, final: int) -> list[str]:
    return sorted(f"PAGE {number}" for number in range(first, final + 1))


def progress(stage: Stage) -> list[str]:
    """What readers saw before there were words, one after the other."""
    return [revision.text for revision in stage.workspace.revisions if revision.text.startswith("Reading ")]


def answer(stage: Stage, ts: str) -> str:
    return "\n".join(stage.words(ts))


def has_pages(words: str, *pages: int) -> bool:
    """Whether it says of each of these pages what the page says of itself."""
    return all(f"page {number}: PAGE {number}\n" in f"{words}\n" for number in pages)


def tokens_of(requests: list[ReceivedRequest]) -> int:
    return sum(request.seen.tokens for request in requests if request.seen)


def holding(words: str, refusal: HttpError) -> Callable[[Received], HttpError | None]:
    """Refuses requests with a PDF that has this page."""

    def refuses(received: Received) -> HttpError | None:
        pages = [page for block in received.blocks() if isinstance(block, SeenPdf) for page in block.page_words]
        return refusal if words in pages else None

    return refuses


async def test_a_long_pdf_gets_one_answer_and_a_further_question_costs_a_fraction(stage_with: StageWith) -> None:
    async with stage_with() as stage:
        contract = made_pdfs.numbered(812, size_bytes=20_000_000)
        ts = await stage.ask("@claude what does each page say?", files=[("contract.pdf", contract)])
        assert await stage.outcome(ts) == "answered"
        words, read = answer(stage, ts), list(stage.model.requests)
        more = await stage.ask("@claude and what does page 305 say?", thread_ts=ts)
        assert await stage.outcome(more) == "answered"
        asked = list(stage.model.requests)[len(read) :]

    assert sorted(pages_sent(read)) == numbers(1, 812)
    assert all(request.seen for request in [*read, *asked])
    assert len(read) == 10
    assert has_pages(words, *range(1, 813))
    assert words.count("contract.pdf is long (812 pages), so it was read in 9 parts") == 1
    assert f"begins on its page 1{mark(1)} and ends on page 812{mark(2)}." in words
    assert f"contract.pdf, pp. 1 {mark(1)}, 812 {mark(2)}" in words
    further = stage.words(ts)[-1]
    assert "contract.pdf was not read again" in further
    assert pages_sent(asked) == []
    assert tokens_of(asked) < tokens_of(read) / 20


async def test_while_it_is_read_people_see_which_pages(stage_with: StageWith) -> None:
    def shows_pages(_: Workspace) -> bool:
        return any(re.fullmatch(r"Reading pages \d+–\d+ of 812…", seen) for seen in progress(stage))

    async with stage_with() as stage:
        stage.model.answers = lambda _: HeldAnswer()
        ts = await stage.ask("@claude what does each page say?", files=[("contract.pdf", made_pdfs.numbered(812))])
        await stage.workspace.until(shows_pages)
        await stage.workspace.delete(stage.general, ts)
        assert await stage.outcome(ts) == "deleted"


async def test_a_further_question_has_those_pages_read_again_that_it_needs(stage_with: StageWith) -> None:
    async with stage_with() as stage:
        ts = await stage.ask("@claude what is it?", files=[("contract.pdf", made_pdfs.numbered(300))])
        await stage.outcome(ts)
        before = len(stage.model.requests)
        more = await stage.ask("@claude please read pages 95-104 again: who signs?", thread_ts=ts)
        assert await stage.outcome(more) == "answered"
        asked = list(stage.model.requests)[before:]

    assert sorted(pages_sent(asked)) == numbers(95, 104)
    assert [len(pdf.page_words) for request in asked for pdf in pdfs_of(request)] in ([6, 4], [4, 6])
    assert "contract.pdf was read again in part (pages 95–104)" in stage.words(ts)[-1]


@pytest.mark.long
async def test_a_small_window_gets_smaller_parts(stage_with: StageWith) -> None:
    async with stage_with(messages_model="claude-haiku-4-5") as stage:
        ts = await stage.ask("@claude what does each page say?", files=[("contract.pdf", made_pdfs.numbered(812))])
        assert await stage.outcome(ts) == "answered"
        requests = list(stage.model.requests)

    assert sorted(pages_sent(requests)) == numbers(1, 812)
    assert all(request.seen and request.seen.tokens <= 200_000 for request in requests)
    assert has_pages(answer(stage, ts), *range(1, 813))


async def test_a_part_that_fails_twice_is_named_and_read_when_people_ask_again(stage_with: StageWith) -> None:
    async with stage_with() as stage:
        stage.model.refuses = holding("PAGE 150", HttpError.api(400, "invalid_request_error", "Could not process PDF"))
        ts = await stage.ask("@claude what does it say?", files=[("contract.pdf", made_pdfs.numbered(300))])
        assert await stage.outcome(ts) == "answered"
        words, tried = answer(stage, ts), pages_sent(list(stage.model.requests)).count("PAGE 150")
        stage.model.refuses = lambda _: None
        again = await stage.ask("@claude please try again", thread_ts=ts)
        assert await stage.outcome(again) == "answered"
        asked = list(stage.model.requests)[4:]

    assert tried == 2
    assert "contract.pdf was not read on pages 101–200, because the model failed there twice." in words
    assert has_pages(words, 1, 100, 201, 300)
    assert sorted(pages_sent(asked)) == numbers(101, 200)
    assert has_pages(stage.words(ts)[-1], 1, 150, 300)


async def test_a_key_that_is_refused_ends_the_reading_at_once(stage_with: StageWith) -> None:
    async with stage_with() as stage:
        stage.model.refuses = lambda _: HttpError.api(401, "authentication_error", "invalid x-api-key")
        ts = await stage.ask("@claude what does it say?", files=[("contract.pdf", made_pdfs.numbered(812))])
        assert await stage.outcome(ts) == "failed"

    assert len(stage.model.requests) <= 3
    assert "its API refused my key" in answer(stage, ts)


async def test_where_no_part_could_be_read_people_are_told_why(stage_with: StageWith) -> None:
    async with stage_with() as stage:
        stage.model.refuses = lambda _: HttpError.api(529, "overloaded_error", retry_after="3600")
        ts = await stage.ask("@claude what does it say?", files=[("contract.pdf", made_pdfs.numbered(250))])
        assert await stage.outcome(ts) == "failed"

    assert answer(stage, ts).startswith("The model is overloaded right now.")


async def test_nothing_more_is_read_for_an_answer_that_was_deleted(stage_with: StageWith) -> None:
    held: list[HeldAnswer] = []

    def hold(_: Received) -> HeldAnswer:
        held.append(HeldAnswer())
        return held[-1]

    async with stage_with() as stage:
        stage.model.answers = hold
        ts = await stage.ask("@claude what does it say?", files=[("contract.pdf", made_pdfs.numbered(812))])
        await stage.model.wait_for_requests(3)
        await stage.workspace.until(lambda _: progress(stage))
        await stage.workspace.delete(stage.general, stage.answers(ts)[0]["ts"])
        await held[0].write("Notes.")
        await held[0].finish()
        assert await stage.outcome(ts) == "gone"
        for answer in held[1:3]:
            await answer.hung_up.wait()

    assert len(stage.model.requests) <= 4


async def test_a_part_that_is_too_much_for_the_model_is_read_in_halves(stage_with: StageWith) -> None:
    def too_much(received: Received) -> HttpError | None:
        pages = sum(block.pages for block in received.blocks() if isinstance(block, SeenPdf))
        reason = "prompt is too long: 1200000 tokens > 1000000 maximum"
        return HttpError.api(400, "invalid_request_error", reason) if pages > 30 else None

    async with stage_with() as stage:
        stage.model.refuses = too_much
        ts = await stage.ask("@claude what does it say?", files=[("dense.pdf", made_pdfs.numbered(250))])
        assert await stage.outcome(ts) == "answered"

    assert has_pages(answer(stage, ts), *range(1, 251))
    assert "failed" not in answer(stage, ts)


async def test_before_it_becomes_expensive_people_are_told_and_press_a_button(stage_with: StageWith) -> None:
    async with stage_with(bot_document_confirm_tokens=500_000) as stage:
        ts = await stage.ask("@claude what does it say?", files=[("contract.pdf", made_pdfs.numbered(300))])
        assert await stage.outcome(ts) == "estimated"
        assert list(stage.model.requests) == []
        assert "Reading contract.pdf (300 pages) would take about 900,000 tokens, in 3 requests" in answer(stage, ts)
        message = stage.answers(ts)[-1]
        await stage.workspace.press(stage.workspace.user("ada"), stage.general, message["ts"], "read_all")
        assert await stage.outcome(f"{message['ts']}3") == "answered"

    assert has_pages(answer(stage, ts), *range(1, 301))


async def test_people_who_do_not_press_the_button_can_ask_something_else(stage_with: StageWith) -> None:
    async with stage_with(bot_document_confirm_tokens=500_000) as stage:
        ts = await stage.ask("@claude what does it say?", files=[("contract.pdf", made_pdfs.numbered(300))])
        await stage.outcome(ts)
        other = await stage.ask("@claude never mind: what is 2 + 2?", thread_ts=ts)
        assert await stage.outcome(other) == "answered"

    assert pages_sent(list(stage.model.requests)) == []


async def test_several_long_pdfs_and_short_files_are_all_read(stage_with: StageWith) -> None:
    files = [
        ("first.pdf", made_pdfs.numbered(300)),
        ("second.pdf", made_pdfs.numbered(150, first=1001)),
        ("third.pdf", made_pdfs.numbered(150, first=2001)),
        ("dot.png", made_files.solid("PNG", (1, 2, 3))),
        ("notes.txt", b"Not to be forgotten.\n"),
    ]
    async with stage_with() as stage:
        ts = await stage.ask("@claude what do they say?", files=files)
        assert await stage.outcome(ts) == "answered"
        requests = list(stage.model.requests)

    assert sorted(pages_sent(requests)) == sorted([*numbers(1, 300), *numbers(1001, 1150), *numbers(2001, 2150)])
    final = stage.asked_texts()[-1][1]
    assert "Not to be forgotten." in final
    assert final.count("<image>") == 1
    assert "was left out" not in answer(stage, ts)


async def test_pages_that_are_not_read_are_named(stage_with: StageWith) -> None:
    async with stage_with(bot_document_pages_max=250) as stage:
        ts = await stage.ask("@claude what does it say?", files=[("contract.pdf", made_pdfs.numbered(300))])
        assert await stage.outcome(ts) == "answered"

    assert sorted(pages_sent(list(stage.model.requests))) == numbers(1, 250)
    assert "contract.pdf is longer than what I read for one question, so pages 251–300 of 300 were not read." in answer(
        stage, ts
    )


async def test_a_long_text_is_read_by_lines(stage_with: StageWith) -> None:
    lines = "".join(f"line {number:06} says nothing of note\n" for number in range(1, 20_001))
    async with stage_with() as stage:
        ts = await stage.ask("@claude what is in the log?", files=[("app.log", lines.encode())])
        assert await stage.outcome(ts) == "answered"
        texts = [text for request in stage.model.requests if request.seen for text in request.seen.messages[-1].texts]

    sent = re.findall(r"^line (\d{6}) says nothing of note$", "\n".join(texts[:-1]), re.MULTILINE)
    assert sent == [f"{number:06}" for number in range(1, 20_001)] or sorted(sent) == sorted(set(sent))
    assert len(set(sent)) == 20_000
    assert "app.log is long (20,000 lines), so it was read in " in answer(stage, ts)
    assert "left out" not in answer(stage, ts)


def sheet(rows: int) -> bytes:
    cells = "".join(made_office.cells(row, f"customer {row}", "Bergen", f"last{row}") for row in range(2, rows + 1))
    return made_office.workbook(made_office.cells(1, "name", "city", "note") + cells)


async def test_a_long_sheet_is_read_by_rows_with_its_head_in_each_part(stage_with: StageWith) -> None:
    async with stage_with() as stage:
        ts = await stage.ask("@claude which customers?", files=[("export.xlsx", sheet(12_000))])
        assert await stage.outcome(ts) == "answered"
        parts = [request.seen.messages[-1].texts[0] for request in list(stage.model.requests)[:-1] if request.seen]

    rows = [row for part in parts for row in re.findall(r"^(\d+),customer \1,Bergen,last\1$", part, re.MULTILINE)]
    assert sorted(map(int, rows)) == list(range(2, 12_001))
    assert len(parts) > 1
    assert all("```csv\nrow,A,B,C\n1,name,city,note\n" in part for part in parts)
    assert "export.xlsx is long (12,001 lines), so it was read in" in answer(stage, ts)
    assert "left out" not in answer(stage, ts)


@pytest.mark.long
async def test_two_hundred_thousand_rows_and_twenty_megabytes_of_text_are_read_to_the_end(
    stage_with: StageWith,
) -> None:
    lines = "".join(f"line {number:07} of a log that goes on and on\n" for number in range(1, 480_001)).encode()
    assert len(lines) > 20_000_000
    async with stage_with(bot_document_tokens_max=20_000_000, bot_document_confirm_tokens=20_000_000) as stage:
        files = [("export.xlsx", sheet(200_000)), ("app.log", lines)]
        ts = await stage.ask("@claude what do they hold?", files=files)
        assert await stage.outcome(ts) == "answered"
        texts = [text for request in stage.model.requests if request.seen for text in request.seen.messages[-1].texts]

    said = "\n".join(texts)
    assert set(map(int, re.findall(r"^(\d+),customer \1,", said, re.MULTILINE))) == set(range(2, 200_001))
    assert len(set(re.findall(r"^line (\d{7}) of a log", said, re.MULTILINE))) == 480_000
    assert "not read" not in answer(stage, ts)
