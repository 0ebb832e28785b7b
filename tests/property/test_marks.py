"""For any answer and any citations: marks are the same in any pieces, nothing else changes, and no code holds one."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from bot.citing.mark_places import MarkPlaces
from bot.citing.marks import BRACKET, JOINER, mark, without_marks
from bot.slack.write.markdown.cut import MARK_FOLLOWS, PieceLimits, cut, cut_all
from tests.growth import grows_linearly
from tests.hostile_texts import NAMES, hostile

PIECES = st.sampled_from(
    [
        "word", "12", " ", " ", "\n", "\n\n", ". ", "**", "*", "_", "`", "``", "```", "```py\n", "\n```\n", "~~~\n",
        "[", "](", "https://a.b", ")", "| ", " |", "|---|---|\n", "- ", "1. ", "# ", "> ", "\\", "⁽", "¹⁾", "日本",
        "é", "!", "    ", "---\n", "=", "\t", "📄", "\u200d",
    ]
)  # fmt: skip
CITE = None
ANSWERS = st.lists(st.one_of(PIECES, PIECES, PIECES, st.just(CITE)), max_size=40)
PROSE = st.lists(
    st.sampled_from(
        ["The price is 12.", "**Bold.** ", "`code` ", "\n\n", "\n- item ", "\n\n```\nx = 1\n```\n", "日本語です。",
         CITE, CITE, "\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n", "[a link](https://a.b/c) ", "https://a.b/c ",
         "\n# Head\n"]
    ), max_size=25,
)  # fmt: skip
SMALL = PieceLimits(blank_line=60, line=80, space=100, last=120)
MARKDOWN = MarkdownIt("commonmark", {"html": False}).enable("table")


def shown(answer: list[str | None], size: int | None = None) -> str:
    places, out, number = MarkPlaces(), "", 0
    for piece in answer:
        if piece is CITE:
            number += 1
            places.put(mark(number))
            continue
        for start in range(0, len(piece), size or len(piece)):
            out += places.feed(piece[start : start + (size or len(piece))])
    return out + places.close()


def text(answer: list[str | None]) -> str:
    return "".join(piece or "" for piece in answer)


@given(ANSWERS)
@settings(max_examples=300, deadline=None)
def test_pieces_do_not_matter_and_nothing_else_changes(answer: list[str | None]) -> None:
    whole = shown(answer)

    assert shown(answer, 1) == whole
    assert without_marks(whole) == text(answer)


@given(ANSWERS)
@settings(max_examples=200, deadline=None)
def test_no_code_block_and_no_rule_of_a_table_holds_a_mark(answer: list[str | None]) -> None:
    for token in MARKDOWN.parse(shown(answer)):
        if token.type == "fence" and "\n" in token.content:
            assert JOINER not in token.info
    assert not re.search(
        rf"^[|:\- ]*-[|:\- ]*{BRACKET}{JOINER}", shown(answer).replace("|---|---|", "|~~~|"), re.MULTILINE
    )


def html(markdown: str) -> str:
    return str(MARKDOWN.render(markdown))


@given(PROSE)
@settings(max_examples=200, deadline=None)
def test_an_answer_with_marks_is_the_same_but_for_the_marks(answer: list[str | None]) -> None:
    """What was a list, a table, bold, code or a link still is."""
    marks = rf"(?: ?{BRACKET}{JOINER}[⁰¹²³⁴⁵⁶⁷⁸⁹]+⁾)+"
    freed = re.sub(rf"<p>{marks}</p>|{marks}", "", html(shown(answer)))

    assert "".join(freed.split()) == "".join(html(text(answer)).split())


@given(PROSE)
@settings(max_examples=200, deadline=None)
def test_no_message_begins_with_a_mark_and_none_is_parted(answer: list[str | None]) -> None:
    whole = shown(answer)
    pieces = cut_all(whole, SMALL)

    for before, after in pairwise(pieces):
        assert not MARK_FOLLOWS.match(whole, after.start)
        assert whole[before.start : before.end].count(BRACKET) == whole[before.start : before.end].count("⁾")
    for end in range(len(whole)):
        early = cut(whole[:end], 0, limits=SMALL)
        assert early.end is None or early.end == pieces[0].end


@pytest.mark.parametrize("name", NAMES)
def test_any_text_costs_what_a_text_of_its_length_costs(name: str) -> None:
    grows_linearly(lambda chars: shown([hostile(name, chars), CITE]))
