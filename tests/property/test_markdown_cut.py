"""Any cut of a Markdown answer gives pieces that Slack takes, that stand on their own, and rejoin to the same text."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from bot.limits import BLOCKS_MAX, MARKDOWN_CHARS_MAX, UPDATE_TEXT_CHARS_MAX
from bot.slack.escape import escape
from bot.slack.write.markdown.cut import MARKDOWN, TEXT, PieceLimits, cut, cut_all

SMALL = PieceLimits(blank_line=60, line=80, space=100, last=120)
"""The same rules at a scale where short texts have many pieces."""

WORDS = st.sampled_from(
    [
        "word",
        "List<int>",
        "Q&A",
        "`code`",
        "**bold**",
        "[a link](https://example.com/a)",
        "日本語",
        "😀",
        "👩‍👩‍👧",
        "🇩🇪🇫🇷",
        "é",
    ]
)
LINES = st.lists(WORDS, min_size=0, max_size=12).map(" ".join)
LONG = st.text(st.characters(codec="utf-8", exclude_characters="\r`~|"), min_size=1, max_size=200)
PARAGRAPH = st.lists(st.one_of(LINES, LONG), min_size=1, max_size=5).map("\n".join)
HEADING = st.builds(lambda level, words: f"{'#' * level} {words}", st.integers(1, 6), LINES)
BULLETS = st.lists(LINES, min_size=1, max_size=8).map(lambda items: "\n".join(f"- {item}" for item in items))
NESTED = st.lists(LINES, min_size=1, max_size=8).map(
    lambda items: "\n".join(f"{'  ' * n}- {i}" for n, i in enumerate(items))
)
FENCE = st.builds(
    lambda mark, language, lines: f"{mark}{language}\n{lines}\n{mark}",
    st.sampled_from(["```", "~~~", "````"]),
    st.sampled_from(["", "python", "rust"]),
    st.lists(st.sampled_from(["x = 1", "", "    return", "| a | b |", "# no heading"]), max_size=20).map("\n".join),
)
TABLE = st.lists(st.sampled_from(["| 1 | 2 |", "| a | `b` |"]), min_size=1, max_size=15).map(
    lambda rows: "\n".join(["| left | right |", "|---|---|", *rows])
)
ANSWERS = st.lists(
    st.one_of(PARAGRAPH, HEADING, BULLETS, NESTED, FENCE, TABLE, st.just("---")), min_size=1, max_size=12
).map("\n\n".join)


def sent_units(markdown: str) -> int:
    """UTF-16 units of what is sent: the strictest reading of Slack's undocumented way of counting."""
    return len(escape(markdown).encode("utf-16-le", "surrogatepass")) // 2


@given(ANSWERS)
def test_the_slices_of_the_pieces_are_the_text(text: str) -> None:
    pieces = cut_all(text, SMALL)

    assert "".join(text[piece.start : piece.end] for piece in pieces) == text
    assert all(piece.end is None or piece.end > piece.start for piece in pieces)


@given(ANSWERS)
def test_every_piece_is_within_its_limit(text: str) -> None:
    for piece in cut_all(text, SMALL):
        own = sent_units(text[piece.start : piece.end])
        assert own <= SMALL.last + 1
        assert sent_units(piece.markdown(text)) <= SMALL.last + sent_units(piece.opening) + 40


@given(ANSWERS)
def test_no_piece_leaves_a_code_fence_open(text: str) -> None:
    for piece in cut_all(text, SMALL):
        tokens = MarkdownIt().parse(f"{piece.markdown(text)}\n\n\n# end of piece")
        assert tokens[-2].content == "end of piece"


@given(ANSWERS)
def test_code_stays_code_and_prose_stays_prose(text: str) -> None:
    marked = _code_lines(text)
    pieces = [line for piece in cut_all(text, SMALL) for line in _code_lines(piece.markdown(text))]

    assert "".join(pieces).replace("\n", "") == "".join(marked).replace("\n", "")


@given(ANSWERS, st.data())
def test_what_was_shown_stays_where_it_was_however_the_text_arrives(text: str, data: st.DataObject) -> None:
    whole = cut_all(text, SMALL)
    grown: list[tuple[int, int | None]] = []
    start, opening = 0, ""
    for length in sorted(data.draw(st.sets(st.integers(0, len(text)), max_size=20)) | {len(text)}):
        piece = cut(text[:length], start, opening, SMALL, complete=length == len(text))
        while piece.end is not None:
            grown.append((piece.start, piece.end))
            start, opening = piece.end, piece.next_opening
            piece = cut(text[:length], start, opening, SMALL, complete=length == len(text))
    assert [*grown, (start, None)] == [(piece.start, piece.end) for piece in whole]


@given(ANSWERS, st.data())
def test_what_may_be_shown_of_a_growing_piece_only_grows(text: str, data: st.DataObject) -> None:
    shown = 0
    for length in sorted(data.draw(st.sets(st.integers(0, len(text)), max_size=20))):
        piece = cut(text[:length], 0, "", SMALL)
        assert piece.shown_to >= shown
        shown = piece.shown_to


@pytest.mark.parametrize("between", ["", "Prose.\n", "| no table\n\n"])
def test_the_header_of_a_second_table_is_not_shown_before_it_begins_the_next_piece(between: str) -> None:
    table = "| a | b |\n|---|---|\n| 1 | 2 |\n\n"
    text = f"{table}{between}{table}Done."
    pieces = [cut(text[:length], 0) for length in range(len(text) + 1)]

    assert pieces[-1].end == len(table + between)
    assert all(before.shown_to <= after.shown_to for before, after in pairwise(pieces))


@given(st.text(st.sampled_from("👩‍👧é🇩🇪👍🏽a"), min_size=130, max_size=400))
@example("👩‍👩‍👧" * 60)
def test_no_cut_parts_what_a_reader_sees_as_one_character(text: str) -> None:
    for piece in cut_all(text, SMALL)[1:]:
        before, after = text[piece.start - 1], text[piece.start]
        assert before != "\u200d"
        assert after not in "\u200d\u0301\U0001f3fd"


@settings(max_examples=20, deadline=None)
@given(st.builds(lambda text, times: "\n\n".join([text] * times), ANSWERS, st.integers(10, 200)))
def test_real_limits_hold_for_long_answers(text: str) -> None:
    for limits, chars_max in ((MARKDOWN, MARKDOWN_CHARS_MAX), (TEXT, UPDATE_TEXT_CHARS_MAX)):
        pieces = cut_all(text, limits)
        assert "".join(text[piece.start : piece.end] for piece in pieces) == text
        for piece in pieces:
            assert sent_units(piece.markdown(text)) <= chars_max


@settings(max_examples=30)
@given(
    st.lists(
        st.sampled_from(["# Heading", "---", "| a | b |\n|---|---|\n| 1 | 2 |", "words", "```\ncode\n```", "> quote"]),
        min_size=60,
        max_size=150,
    )
)
def test_a_piece_has_no_more_blocks_than_slack_takes_and_one_table_at_most(parts: list[str]) -> None:
    text = "\n\n".join(parts)
    for piece in cut_all(text):
        kinds = [token.type for token in MarkdownIt().enable("table").parse(piece.markdown(text)) if token.level == 0]
        alone = sum(kind in {"heading_open", "hr", "table_open"} for kind in kinds)
        assert 2 * alone + 1 <= BLOCKS_MAX
        assert kinds.count("table_open") <= 1


def _code_lines(text: str) -> list[str]:
    return [token.content for token in MarkdownIt().parse(text) if token.type == "fence"]
