"""Results that an office program worked out, put into the workbook that lacked them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from bot.files import notes
from bot.files.extracts import NoteExtract
from bot.files.outbox import Outbox
from bot.files.worker.sheets import table
from bot.files.worker.sheets.model import Formula, Row, Shared, Sheet, Stale, Value, Workbook
from tests.converted import LIMITS


def book(cells: dict[int, Value], *beside: str) -> Workbook:
    sheet = Sheet("Data", head=[Row(3, cells, "hidden")], last_row=3, beside=list(beside))
    sheet.comments[3, 1] = ["Ann: why?"]
    sheet.merged[3, 1] = "A3:B3"
    return Workbook([sheet], strings={7: "shared"})


def test_only_what_was_missing_comes_from_the_program() -> None:
    own = book({1: "1.50 €", 2: Formula("=A3*2"), 3: Shared(7), 4: Formula("=T(1)")}, "Slicer: “Region”")
    own.take_results(Workbook([Sheet("Data", head=[Row(3, {1: "1.5", 2: "3"})])]))
    (sheet,) = own.sheets
    assert sheet.head == [Row(3, {1: "1.50 €", 2: "3", 3: Shared(7)}, "hidden")]
    assert (sheet.comments, sheet.merged) == ({(3, 1): ["Ann: why?"]}, {(3, 1): "A3:B3"})
    assert (sheet.beside, own.formulas_without_values) == (["Slicer: “Region”"], 0)


def test_a_formula_that_the_program_does_not_know_stays_and_is_counted() -> None:
    own = book({1: Formula("=NEWER(1)"), 2: Formula("=A9")})
    own.take_results(Workbook([Sheet("Data", head=[Row(3, {1: "#NAME?", 2: "9"})])]))
    assert own.sheets[0].head[0].cells == {1: "=NEWER(1)", 2: "9"}
    assert own.formulas_without_values == 1


def test_a_row_that_was_not_kept_of_what_the_program_made_leaves_its_formulas_as_they_are() -> None:
    own = book({1: Formula("=A9")})
    own.take_results(Workbook([Sheet("Data", head=[Row(1, {})], tail=[Row(90, {1: "x"})])]))
    assert own.sheets[0].head[0].cells == {1: "=A9"}


def test_points_of_a_chart_that_was_never_shown_are_the_programs() -> None:
    own = book({1: Formula("=1")}, "Chart at A1: bar chart", "Text box: Approved")
    points = ["Chart at A1: bar chart", "Chart at A1: series “a”: 1, 2"]
    own.take_results(Workbook([Sheet("Data", beside=[*points, "Text box: x"])]))
    assert own.sheets[0].beside == ["Text box: Approved", *points]


def test_of_a_file_that_asks_for_new_results_numbers_of_charts_are_the_programs_and_words_its_own() -> None:
    own = book({1: Formula("=1")}, "Chart at A1: series “a”: x = 0, y = 0.00 €", "Chart at C1: series “2 b”: x = 0")
    own.calculated_on_load = True
    own.take_results(
        Workbook([Sheet("Data", beside=["Chart at A1: series “a”: x = -1.5, y = 1,200.00 €", "Chart: x"])])
    )
    assert own.sheets[0].beside == [
        "Chart at A1: series “a”: x = -1.5, y = 1,200.00 €",
        "Chart at C1: series “2 b”: x = 0",
    ]


def test_a_result_that_may_be_old_gives_way_to_any_but_an_error() -> None:
    own = book({1: Stale("7"), 2: Stale("8"), 3: Stale("#REF!"), 4: Stale("9"), 5: "10"})
    own.take_results(Workbook([Sheet("Data", head=[Row(3, {1: "70", 2: "#REF!", 3: "#N/A", 5: "1"})])]))
    assert own.sheets[0].head[0].cells == {1: "70", 2: "8", 3: "#N/A", 5: "10"}
    assert own.stale_results == 1


def test_only_formulas_in_rows_that_are_shown_are_said_to_lack_their_results(tmp_path: Path) -> None:
    def said(of_formula: int) -> bool:
        rows = [Row(number, {1: "a" * 80}) for number in range(1, 101)]
        rows[of_formula - 1].cells[2] = Formula("=A1")
        workbook = Workbook([Sheet("Data", head=rows, last_row=100)], formulas_without_values=1)
        limits = replace(LIMITS.convert, text_chars_max=2_000)
        return NoteExtract(notes.FORMULAS) in table.written(workbook, "x", Outbox(tmp_path, f"{of_formula}-"), limits)

    assert (said(1), said(50), said(100)) == (True, False, True)
