"""The report of votes repeats what people wrote as their reasons; it reaches a terminal or a spreadsheet as words."""

from __future__ import annotations

import csv

from bot.store.usage_report import Voted
from bot.usage import votes_as_csv, votes_as_table

HOSTILE = "\x1b[2J\x1b]0;owned\x07 wrong\n2026-01-01  T1  U2  9  0 \u202egnorw"


def vote(*reasons: str) -> Voted:
    return Voted(day=20_454, team_id="T1", user_id="U1", good=1, bad=2, reasons=reasons)


def test_nothing_in_a_reason_reaches_the_terminal_but_words_in_one_line() -> None:
    head, line, *below = votes_as_table([vote(HOSTILE, "too\tlong")]).splitlines()
    assert head.split() == ["day", "workspace", "person", "good", "bad"]
    assert line.split() == ["2026-01-01", "T1", "U1", "1", "2"]
    assert [text.isprintable() for text in below] == [True, True]
    assert "wrong 2026-01-01 T1 U2 9 0" in below[0]
    assert below[1] == "    too long"


def test_a_reason_is_no_formula_for_a_spreadsheet_program() -> None:
    _, *rows = csv.reader(
        votes_as_csv([vote('=HYPERLINK("https://x.example")'), vote("-3"), vote("fine")]).splitlines()
    )
    assert [row[-1] for row in rows] == ['\'=HYPERLINK("https://x.example")', "-3", "fine"]
