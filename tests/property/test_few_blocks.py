"""An answer of any text has few messages: what its characters need, and some more. What is rare is shown as it is."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from bot.slack.write.markdown.cut import COMMAND, MARKDOWN, STREAM, PieceLimits, cut_all
from bot.slack.write.markdown.few_blocks import CHARS_A_MESSAGE, HELD_CHARS_MAX, SUPPLY, FewBlocks
from bot.slack.write.markdown.shown import ShownMarkdown
from tests.hostile_texts import NAMES, hostile
from tests.long_answer import long_answer

CHARS = 39_900
LIMITS = {"edits": MARKDOWN, "native": STREAM, "command": COMMAND}
EVIL = "https://evil.example/?q=secret"
LINES = st.sampled_from(
    ["# Title", "## a **b** c", "---", "- - -", "> said", "```", "~~~~", "```py", "- ```", "| a | b |", "|---|---|",
     ":--|--:", "words", "", "x = `1`", "    # indented", "1. ```", "a" * 90, f"![chart]({EVIL})", f"``![x]({EVIL})",
     f"# !*[x]({EVIL})", "`" * 5, "```" + "x" * HELD_CHARS_MAX, "-" * HELD_CHARS_MAX, "> ```", "| 1 |"]
)  # fmt: skip
DENSE = st.lists(LINES, min_size=1, max_size=12).map(lambda lines: "\n".join(lines) + "\n")


def shown(text: str, delta_chars: int = 1_000) -> str:
    markdown = ShownMarkdown()
    parts = [markdown.feed(text[start : start + delta_chars]) for start in range(0, len(text), delta_chars)]
    return "".join(parts) + markdown.close()


def messages(text: str, limits: PieceLimits) -> int:
    return sum(bool(piece.markdown(text)) for piece in cut_all(text, limits))


def messages_max(text: str, limits: PieceLimits) -> float:
    """Those of a text without blocks, one more in so many characters of what the model wrote, and the supply."""
    return limits.weigh(text) / limits.blank_line + (len(text) + SUPPLY) / CHARS_A_MESSAGE + 2


@pytest.mark.parametrize("way", LIMITS)
@pytest.mark.parametrize("name", NAMES)
def test_a_hostile_text_has_few_messages(name: str, way: str) -> None:
    text = hostile(name, CHARS)
    assert messages(shown(text), LIMITS[way]) <= messages_max(text, LIMITS[way])


@given(st.lists(DENSE, min_size=1, max_size=6), st.integers(1, 200))
def test_any_text_of_markup_has_few_messages(pieces: list[str], times: int) -> None:
    text = ("".join(pieces) * times)[:15_000]
    assert messages(shown(text), MARKDOWN) <= messages_max(shown(text) + text, MARKDOWN)


@given(st.lists(DENSE, min_size=1, max_size=4), st.integers(1, 40), st.integers(5, 300))
def test_how_it_comes_in_makes_no_difference(pieces: list[str], times: int, delta_chars: int) -> None:
    text = ("".join(pieces) * times)[:6_000]
    assert shown(text, delta_chars) == shown(text, len(text))


@given(st.lists(DENSE, min_size=1, max_size=6))
def test_an_answer_of_few_blocks_is_shown_as_it_is(pieces: list[str]) -> None:
    text, blocks = "".join(pieces)[:2_000], FewBlocks()
    if text.count("|") < 20:
        assert blocks.feed(text) + blocks.close() == text


def test_a_long_answer_of_people_is_shown_as_it_is() -> None:
    text, blocks = long_answer(), FewBlocks()
    assert blocks.feed(text) + blocks.close() == text

    glossary = "".join(
        f"### Term {number}\n\nWhat it means, in one sentence of a few words.\n\n" for number in range(120)
    )
    assert shown(glossary) == glossary


def exhausted() -> FewBlocks:
    """It has just shown a heading without a block."""
    blocks = FewBlocks()
    for _ in range(SUPPLY):
        if blocks.feed("# a\n") == "**a**\n":
            return blocks
    raise AssertionError("the supply has no end")


@pytest.mark.parametrize(
    ("written", "seen"),
    [
        ("## Costs ##\n", "**Costs**\n"),
        ("# a *b* c\n", "\\# a *b* c\n"),
        ("---\n", "\\---\n"),
        ("> said\n", "\\> said\n"),
        ("```py\n# no heading\n\n  `x` = 1\n```\nwords\n", "\n`# no heading`\n\n``   `x` = 1 ``\n\nwords\n"),
        ("| a | b |\n|---|---|\n| 1 | 2 |\n", "| a | b |\n\\|---|---|\n| 1 | 2 |\n"),
        ("words\n", "words\n"),
    ],
)
def test_what_there_is_no_supply_for_is_shown_without_a_block(written: str, seen: str) -> None:
    assert exhausted().feed(written) == seen


def test_words_wait_for_the_end_of_their_line_only_while_the_supply_is_low() -> None:
    assert FewBlocks().feed("Half a li") == "Half a li"

    blocks = exhausted()
    assert blocks.feed("Half a li") == ""
    assert blocks.feed("ne.\n" + "More words. " * 400 + "\n") == "Half a line.\n" + "More words. " * 400 + "\n"
    assert blocks.feed("Half a li") == "Half a li"


@given(st.lists(DENSE, min_size=1, max_size=6), st.sampled_from([1, 2, 40]))
def test_it_makes_no_picture_of_what_was_none(pieces: list[str], times: int) -> None:
    parser = MarkdownIt().enable("table")
    text = shown(("".join(pieces) * times)[:9_000])
    for piece in cut_all(text)[-2:]:
        inline = [token for token in parser.parse(piece.markdown(text)) if token.type == "inline"]
        assert not [child for token in inline for child in token.children or () if child.type == "image"]


def test_code_that_is_shown_line_by_line_stays_code() -> None:
    blocks = exhausted()
    seen = blocks.feed(f"````\n``` ![x]({EVIL}) `\n![y]({EVIL})\n````\n")
    inline = [token for token in MarkdownIt().parse(seen) if token.type == "inline"]
    assert {child.type for token in inline for child in token.children or ()} <= {"code_inline", "text", "softbreak"}
    assert len(re.findall("evil", seen)) == 2
