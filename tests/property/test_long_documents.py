"""Whatever a document is like, its parts are all of it, once, and each within what a request takes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from bot.estimates import bytes_json
from bot.file_ports import BatchNotes, Span
from bot.messages import FileBytes, ImageBlock, PdfBlock, PreparedFile, TextBlock
from bot.prompt.batch_words import notes_blocks
from bot.prompt.budget import Allowance, Load
from bot.prompt.long_documents import (
    Document,
    found,
    halves,
    joined,
    notes_chars_max,
    page_spans,
    to_read_again,
    up_to,
    within,
    without,
)
from bot.prompt.spoken import in_file

ALLOWANCES = st.builds(
    Allowance,
    bytes_max=st.integers(1_000_000, 30_000_000),
    pages_max=st.integers(1, 600),
    tokens_max=st.integers(10_000, 800_000),
)
PDFS = st.builds(
    lambda pages, size: PdfBlock("a.pdf", FileBytes(Path("a"), size), pages),
    st.integers(1, 3_000),
    st.integers(1_000, 100_000_000),
)
SPANS = st.lists(st.tuples(st.integers(1, 60), st.integers(0, 20)), max_size=6).map(
    lambda pairs: [Span(first, first + more, more + 1) for first, more in pairs]
)


def numbers(spans: list[Span]) -> list[int]:
    return [number for span in spans for number in range(span.first, span.final + 1)]


def consecutive(count: int, sizes: list[int]) -> list[Span]:
    """Spans of these sizes, one after the other, of one token a page."""
    spans: list[Span] = []
    first = 1
    while first <= count:
        final = min(first + sizes[len(spans) % len(sizes)] - 1, count)
        spans.append(Span(first, final, final - first + 1))
        first = final + 1
    return spans


@given(PDFS, ALLOWANCES)
def test_every_page_is_in_one_part_that_fits_a_request(pdf: PdfBlock, allowance: Allowance) -> None:
    spans = page_spans(pdf, allowance)
    assert numbers(spans) == list(range(1, pdf.pages + 1))
    for span in spans:
        pages = span.final - span.first + 1
        size = pdf.data.size_bytes * pages // pdf.pages
        part = PdfBlock("a.pdf", FileBytes(Path("a"), size), pages)
        assert pages == 1 or Load(allowance).lack_for([part]) is None


@given(st.integers(1, 80), st.lists(st.integers(1, 15), min_size=1, max_size=4), SPANS)
def test_what_is_covered_and_what_is_not_are_all_there_is(count: int, sizes: list[int], cover: list[Span]) -> None:
    spans = consecutive(count, sizes)
    left, kept = without(spans, cover), within(spans, cover)
    assert sorted([*numbers(left), *numbers(kept)]) == list(range(1, count + 1))
    assert set(numbers(kept)) == set(numbers(cover)) & set(range(1, count + 1))
    for part in (*left, *kept):
        assert any(span.first <= part.first <= part.final <= span.final for span in spans)
        assert part.tokens >= part.final - part.first + 1


@given(st.integers(1, 80), st.lists(st.integers(1, 15), min_size=1, max_size=4), st.integers(0, 90), st.integers(1, 90))
def test_what_is_over_the_bounds_is_named(count: int, sizes: list[int], tokens: int, final: int) -> None:
    kept, beyond = up_to(consecutive(count, sizes), tokens, final)
    assert sum(span.tokens for span in kept) <= tokens
    assert max(numbers(kept), default=0) <= final
    assert sorted([*numbers(kept), *numbers(beyond)]) == list(range(1, count + 1))
    assert numbers(kept) == list(range(1, len(numbers(kept)) + 1))


@given(st.integers(1, 1_000), st.integers(0, 1_000))
def test_both_halves_of_a_span_are_the_whole_span(first: int, more: int) -> None:
    span = Span(first, first + more, more)
    assert numbers(halves(span)) == ([] if more == 0 else numbers([span]))


@given(SPANS)
def test_neighbouring_spans_are_joined(spans: list[Span]) -> None:
    assert numbers(joined(spans)) == sorted(set(numbers(spans)))


@given(st.text())
def test_whatever_the_model_says_the_pages_are_those_that_there_are(said: str) -> None:
    assert set(numbers(to_read_again(f"READ AGAIN: {said}", 50))) <= set(range(1, 51))


def test_what_the_model_wants_to_read_again_is_understood() -> None:
    wanted = to_read_again("I have looked.\n**READ AGAIN: 12–14, 30, 1,201-1,300**", 1_250)
    assert wanted == [Span(12, 14), Span(30, 30), Span(1_201, 1_250)]
    assert to_read_again("READ AGAIN: none", 50) == []
    assert to_read_again("I was sent 1 PDF of 50 pages.", 50) == []


@given(st.integers(0, 300), ALLOWANCES)
def test_the_notes_on_all_parts_fit_one_request(parts: int, allowance: Allowance) -> None:
    chars = notes_chars_max(parts, allowance)
    assert chars == 400 or chars * parts <= allowance.tokens_max * 2.5 * 0.4


@given(st.lists(st.one_of(PDFS, st.just(TextBlock("words")), st.just("image")), max_size=6), ALLOWANCES, st.booleans())
def test_what_is_not_too_long_fits_beside_the_notes(
    blocks: list[PdfBlock | TextBlock | str], allowance: Allowance, fresh: bool
) -> None:
    allowance = replace(allowance, images_max=100)
    image = ImageBlock("image/png", FileBytes(Path("p"), 1_000), 100, 100)
    files = [
        PreparedFile(str(number), (image if isinstance(block, str) else block,)) for number, block in enumerate(blocks)
    ]
    ids = {file.attachment_id for file in files} if fresh else set()
    documents = found(files, ids, set(), allowance)
    long = {(one.file, one.block) for one in documents}
    rest = [
        block
        for number, file in enumerate(files)
        for place, block in enumerate(file.blocks)
        if (number, place) not in long
    ]
    if fresh:
        assert sum(block.pages for block in rest if isinstance(block, PdfBlock)) <= allowance.pages_max
        assert sum(map(bytes_json, (block for block in rest if isinstance(block, PdfBlock)))) <= allowance.bytes_max
    for number, file in enumerate(files):
        alone = Load(allowance).lack_for(list(file.blocks)) is not None
        assert not (alone and isinstance(file.blocks[0], PdfBlock)) or (number, 0) in long


@given(st.text(st.sampled_from('`\n"F:[]() Ada')))
def test_notes_stay_where_they_are_whatever_a_file_made_the_model_write(text: str) -> None:
    document = Document(0, 0, PdfBlock("a.pdf", FileBytes(Path("a"), 9), 800), fresh=True)
    head, notes = notes_blocks(document, [BatchNotes("key", 1, 100, text)])
    assert isinstance(head, TextBlock)
    assert isinstance(notes, TextBlock)
    label, fence, *inside, end = notes.text.split("\n")
    assert label == 'File "a.pdf" (notes on pages 1–100 of 800):'
    assert fence == end
    assert fence not in inside
    assert [in_file(block.text) for block in (head, notes)] == [head.text, notes.text]
