"""Pages that the model itself writes, since it answers from notes, become marks and a list of sources."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.citing.citations import Citing
from bot.citing.marks import mark, without_marks
from bot.citing.page_references import PageReference, PageReferences, wanted
from bot.messages import FileBytes, PdfBlock, Source


def pdf(name: str, pages: int) -> PdfBlock:
    return PdfBlock(name, FileBytes(Path(name), pages), pages)


CONTRACT, ANNEX = pdf("contract.pdf", 812), pdf("annex [v2].pdf", 3)


def shown(*pieces: str, marks: bool = True) -> tuple[str, tuple[Source, ...]]:
    citing = Citing((), (CONTRACT, ANNEX), marks=marks)
    text = "".join(map(citing.text, pieces)) + citing.close()
    return text, citing.sources()


def test_a_reference_becomes_a_mark_after_the_words() -> None:
    text, sources = shown("It ends in May [[contract.pdf, p. 305]]. So it does [[contract.pdf, pp. 3–5, 305]].")

    assert text == f"It ends in May{mark(1)}. So it does{mark(2)}{mark(1)}."
    assert sources == (Source("contract.pdf", f"pp. 3–5 {mark(2)}, 305 {mark(1)}"),)
    assert without_marks(text) == "It ends in May. So it does."


def test_the_form_that_the_model_is_shown_is_read_for_any_name() -> None:
    text, sources = shown(f"Yes {wanted(ANNEX.title).partition(' or ')[0].replace('12', '2')}.")

    assert (text, [source.file_name for source in sources]) == (f"Yes{mark(1)}.", [ANNEX.title])


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("[[other.pdf, p. 3]]", " (other.pdf, p. 3)"),
        ("[[contract.pdf, p. 813]]", " (contract.pdf, p. 813)"),
        ("[[a list]] of [[lists", "[[a list]] of [[lists"),
        ("array[[0]] and x[", "array[[0]] and x["),
    ],
)
def test_what_is_no_page_of_the_file_stays_words(written: str, read: str) -> None:
    assert shown(written) == (read, ())


def test_without_marks_a_reference_is_words() -> None:
    assert shown("May [[contract.pdf, pp. 3-5]].", marks=False) == ("May (contract.pdf, pp. 3–5).", ())


PARTS = ["[[", "[", "]]", "]", "contract.pdf, p. 3", ", pp. 3–5, 12", " ", "\n", "words", "`"]


@given(
    st.lists(st.sampled_from(PARTS), max_size=12),
    st.lists(st.integers(0, 80), max_size=6),
)  # fmt: skip
def test_in_any_pieces_it_is_the_same(parts: list[str], cuts: list[int]) -> None:
    text = "".join(parts)
    places = sorted({0, *(min(cut, len(text)) for cut in cuts), len(text)})
    pieces = [text[start:end] for start, end in pairwise(places)]

    assert shown(*pieces) == shown(text)


def test_nothing_is_held_for_long() -> None:
    references = PageReferences()
    assert list(references.feed("x [[" + "y" * 300)) == ["x [[" + "y" * 300]
    assert list(references.feed(" " * 300)) == [" " * 300]
    assert list(references.feed("[[a.pdf, p. 1]]")) == [PageReference("a.pdf", ((1, 1),))]
