"""Where an answer's marks stand, what the list of its sources says, and that neither is read back."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot.citing.citations import Citing, pdfs_of
from bot.citing.mark_places import MarkPlaces
from bot.citing.marks import JOINER, mark, without_marks
from bot.conversation import Conversation, Message, Role
from bot.messages import FileBytes, PdfBlock, Source, TextBlock
from bot.stream_events import Citation

HERE = "^"
"""Where the model cites, in the texts below."""


def marked(text: str) -> str:
    """The text with a mark, each with a number of its own, for every ``HERE``; nobody sees the joiner."""
    places = MarkPlaces()
    shown = ""
    for number, words in enumerate(text.split(HERE)):
        if number:
            places.put(mark(number))
        shown += places.feed(words)
    shown += places.close()
    assert without_marks(shown) == text.replace(HERE, "")
    return shown.replace(JOINER, "")


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("The grass is green^ and the sky is blue^. Yes.", "The grass is green⁽¹⁾ and the sky is blue⁽²⁾. Yes."),
        ("It costs 12 EUR.^^\n\nNext.", "It costs 12 EUR.⁽¹⁾⁽²⁾\n\nNext."),
        ("It costs 12 EUR.\n\n^Next.", "It costs 12 EUR.⁽¹⁾\n\nNext."),
        ("2024^", "2024⁽¹⁾"),
        ("^Words.", "Words⁽¹⁾."),
        ("one word^s", "one words⁽¹⁾"),
        ("日本語の文章です。^次の文", "日本語の文章です。⁽¹⁾次の文"),
        ("f⁽²⁾(x)^ = 2", "f⁽²⁾(x)⁽¹⁾ = 2"),
    ],
)
def test_a_mark_follows_the_words_it_is_about(written: str, shown: str) -> None:
    assert marked(written) == shown


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("**It costs 12 EUR.**^ Yes.", "**It costs 12 EUR.**⁽¹⁾ Yes."),
        ("**It costs^ 12** EUR.", "**It costs 12**⁽¹⁾ EUR."),
        ("an *ita^lic* word, snake_case^ too", "an *italic*⁽¹⁾ word, snake_case⁽²⁾ too"),
        ("see [the docs^](https://a.b/c_(d)) here", "see [the docs](https://a.b/c_(d))⁽¹⁾ here"),
        ("call `run(^x)` now", "call `run(x)`⁽¹⁾ now"),
        ("a ` that never^ ends\n\nNext.", "a ` that never ends⁽¹⁾\n\nNext."),
        ("5 * 3^ is 15", "5 * 3⁽¹⁾ is 15"),
        ("at https://a.b/c^ and at a.com.^", "at https://a.b/c ⁽¹⁾ and at a.com. ⁽²⁾"),
        ("a \\*star^", "a \\*star⁽¹⁾"),
    ],
)
def test_it_stands_in_no_code_link_bold_or_address(written: str, shown: str) -> None:
    assert marked(written) == shown


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("# Head^\nwords", "# Head⁽¹⁾\nwords"),
        ("Words.\n^- one^\n- two\n^", "Words.⁽¹⁾\n- one⁽²⁾\n- two⁽³⁾\n"),
        ("1. one^\n2. two\n\n^---", "1. one⁽¹⁾\n2. two⁽²⁾\n\n---"),
        ("> said^\n> so\n^", "> said⁽¹⁾\n> so⁽²⁾\n"),
        ("| a | b |\n|---|---|\n| 1^ | 2 |^\n| 3 | 4\n^", "| a | b |\n|---|---|\n| 1⁽¹⁾ | 2⁽²⁾ |\n| 3 | 4⁽³⁾\n"),
        ("| a | b |\n|---|^---|\n| 1 | 2 |", "| a | b⁽¹⁾ |\n|---|---|\n| 1 | 2 |"),
        ("| a\\|b^ | c |", "| a\\|b⁽¹⁾ | c |"),
        ("Run:\n```py\nx = 1^\n```\n\nNext^", "Run:\n```py\nx = 1\n```\n⁽¹⁾\n\nNext⁽²⁾"),
        ("Run:\n```\nx\n```^", "Run:\n```\nx\n```\n⁽¹⁾"),
        ("1. a\n   ~~~\n   x^\n   ~~~\n2. b", "1. a\n   ~~~\n   x\n   ~~~\n   ⁽¹⁾\n2. b"),
        ("Run:\n```\nbroken off^", "Run:\n```\nbroken off"),
    ],
)
def test_lists_tables_and_code_blocks_stay_what_they_are(written: str, shown: str) -> None:
    assert marked(written) == shown


def test_a_mark_comes_out_together_with_the_words_that_follow_it() -> None:
    places = MarkPlaces()
    assert places.feed("It costs 12 EUR. ") == "It costs 12 EUR."
    places.put(mark(1))
    assert places.feed("") == ""
    assert places.feed("So") == f"{mark(1)} So"
    places.put(mark(2))
    assert places.close() == mark(2)


def test_what_people_and_the_model_wrote_themselves_stays() -> None:
    for words in ("f⁽²⁾(x) and [1] and ⁽¹⁾", "📄 contract.pdf, p. 12", "a\n\n\n⁽¹⁾\nb"):
        assert without_marks(words) == words
    copied = f"You said{mark(1)} so."
    citing = Citing()
    assert citing.text(copied[:9]) + citing.text(copied[9:]) + citing.close() == "You said⁽¹⁾ so."


# --- the list ------------------------------------------------------------------------------------------------------


def pdf(title: str, pages: int = 20, size_bytes: int = 1_000) -> PdfBlock:
    return PdfBlock(title, FileBytes(Path(title), size_bytes), pages)


def sources(*cited: tuple[int, int, int], pdfs: tuple[PdfBlock, ...]) -> list[str]:
    citing = Citing(pdfs)
    citing.text("Words.")
    for one in cited:
        citing.cite(Citation(*one))
    citing.close()
    return [f"{source.file_name}, {source.places}".replace(JOINER, "") for source in citing.sources()]


CONTRACT, TERMS = pdf("contract.pdf"), pdf("a.zip › terms.pdf")


def test_a_file_is_a_line_with_its_pages_in_order_and_their_marks() -> None:
    assert sources((0, 12, 12), pdfs=(CONTRACT,)) == ["contract.pdf, p. 12 ⁽¹⁾"]
    assert sources((0, 3, 5), pdfs=(CONTRACT,)) == ["contract.pdf, pp. 3–5 ⁽¹⁾"]
    several = sources((1, 1, 1), (0, 12, 12), (0, 3, 5), (0, 12, 12), pdfs=(CONTRACT, TERMS))
    assert several == ["a.zip › terms.pdf, p. 1 ⁽¹⁾", "contract.pdf, pp. 3–5 ⁽³⁾, 12 ⁽²⁾"]


def test_a_file_that_was_attached_twice_is_one_and_namesakes_are_told_apart() -> None:
    assert sources((1, 2, 2), (0, 2, 2), pdfs=(CONTRACT, CONTRACT)) == ["contract.pdf, p. 2 ⁽¹⁾"]
    newer = pdf("contract.pdf", size_bytes=2_000)
    assert sources((2, 2, 2), (0, 2, 2), pdfs=(CONTRACT, TERMS, newer)) == [
        "contract.pdf (no. 2), p. 2 ⁽¹⁾",
        "contract.pdf (no. 1), p. 2 ⁽²⁾",
    ]


def test_pages_and_documents_that_are_not_there_are_passed_over() -> None:
    assert sources((5, 1, 1), (-1, 1, 1), (0, 21, 22), (0, 0, 1), pdfs=(CONTRACT,)) == []
    assert sources((0, 19, 22), pdfs=(CONTRACT,)) == ["contract.pdf, pp. 19–20 ⁽¹⁾"]


def test_the_same_place_has_the_same_mark_and_one_claim_has_it_once() -> None:
    citing = Citing((CONTRACT,))
    shown = ""
    for words, pages in (("One", (1, 2, 1)), (", two", (1,)), (", three.", (3,))):
        shown += citing.text(words)
        for page in pages:
            citing.cite(Citation(0, page, page))
    shown += citing.close()
    assert re.sub(JOINER, "", shown) == "One⁽¹⁾⁽²⁾, two⁽¹⁾, three.⁽³⁾"


def test_documents_count_over_all_messages_and_images_and_texts_do_not() -> None:
    messages = (
        Message(Role.USER, (TextBlock("a"), TERMS, TextBlock("b"))),
        Message(Role.ASSISTANT, (TextBlock("c"),)),
        Message(Role.USER, (CONTRACT, TextBlock("d"))),
    )
    citing = Citing(pdfs_of(Conversation("", messages)))
    citing.cite(Citation(1, 12, 12))
    assert citing.sources() == (Source("contract.pdf", f"p. 12 {mark(1)}"),)
