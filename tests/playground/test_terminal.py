"""What the demo writes to a terminal: every letter, in lines that fit, with colours only where they are wanted."""

from __future__ import annotations

import io
import sys

import pytest

from playground.terminal import Terminal, columns_of, of_this_process

TEXT = "## One\n\nA sentence of several words, then\n\n- a list\n- of two\n\n```python\nx = 1\n```\nEnd."


class Tty(io.StringIO):
    def isatty(self) -> bool:
        return True


def shown(*steps: str, width: int | None = None) -> str:
    out = io.StringIO()
    terminal = Terminal(out, width=lambda: width)
    for step in steps:
        terminal.answer("1.0", "update", step)
    terminal.answered("answered")
    return out.getvalue()


def before_end(written: str) -> str:
    return written[: written.rindex("  (answered")]


@pytest.mark.parametrize("size", [1, 2, 3, 7, 1000])
def test_an_answer_that_grows_is_written_whole_whatever_it_grows_by(size: int) -> None:
    written = shown(*(TEXT[:end] for end in range(size, len(TEXT) + size, size)))
    assert "\n".join(line.removeprefix("  ") for line in before_end(written).splitlines()) == TEXT


def test_where_an_answer_changes_its_line_is_written_again_from_the_beginning() -> None:
    assert before_end(shown("One.\n\nThe **bo** x", "One.\n\nThe **bold** word.")) == (
        "  One.\n\n  The **bo**\n  The **bold** word.\n"
    )
    assert before_end(shown("A\n```\nx = 1\n```\n", "A\n```\nx = 1 + 2\n```\nSo.")) == (
        "  A\n  ```\n  x = 1\n  ```\n  x = 1 + 2\n  ```\n  So.\n"
    )
    assert before_end(shown("Reading the files… ", "It is so.")) == "  Reading the files…\n  It is so.\n"


def test_what_stands_there_meanwhile_is_shown_at_once() -> None:
    out = io.StringIO()
    Terminal(out).answer("1.0", "post", "Thinking…")
    assert out.getvalue() == "  Thinking…"


def test_a_word_that_is_not_whole_yet_waits_for_the_rest() -> None:
    assert before_end(shown("The **bo**", "The **bold** word")) == "  The **bold** word\n"


def test_parts_of_a_reply_end_each_with_their_last_word() -> None:
    out = io.StringIO()
    terminal = Terminal(out)
    terminal.answer("1.0", "post", "The first part")
    terminal.answer("2.0", "post", "and the second")
    terminal.answered("answered")
    assert out.getvalue().startswith("  The first part\n  and the second\n  (answered")


@pytest.mark.parametrize("width", [40, 24])
def test_lines_fit_a_narrow_terminal_and_break_between_words(width: int) -> None:
    text = "A sentence of several words. " * 4 + "\n\n- an entry of a list that is rather long\n\n漢字は二倍の幅 " * 3
    written = shown(*(text[:end] for end in range(1, len(text) + 5, 5)), width=width)
    assert max(columns_of(line) for line in written.splitlines()) <= width
    assert before_end(written).split() == text.split()


def test_a_word_that_is_wider_than_the_terminal_stays_whole() -> None:
    address = "http://127.0.0.1:8765/a/path/that/is/long/enough"
    out = io.StringIO()
    Terminal(out, width=lambda: 30).say(f"The page: {address}")
    assert address in out.getvalue().splitlines()


@pytest.mark.parametrize(
    ("environment", "colours"),
    [({}, True), ({"NO_COLOR": ""}, True), ({"NO_COLOR": "1"}, False), ({"TERM": "dumb"}, False)],
)
def test_colours_are_left_out_where_they_are_not_wanted(
    environment: dict[str, str], colours: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = Tty()
    monkeypatch.setattr(sys, "stdout", out)
    of_this_process(environment).person("ada", "general", "Hello", [])
    assert ("\033[" in out.getvalue()) is colours


def test_what_goes_into_a_file_has_no_colours_and_is_not_broken(monkeypatch: pytest.MonkeyPatch) -> None:
    out = io.StringIO()
    monkeypatch.setattr(sys, "stdout", out)
    of_this_process({}).person("ada", "general", "word " * 60, [])
    assert ("\033[" in out.getvalue(), out.getvalue().count("\n")) == (False, 1)
