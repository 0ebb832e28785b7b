"""Numbers in cells are shown as people see them."""

from __future__ import annotations

import pytest

from bot.files.worker.sheets.number_format import BUILT_IN, shown, shown_text

EUROS = '_-* #,##0.00\\ "€"_-;\\-* #,##0.00\\ "€"_-;_-* "-"??\\ "€"_-;_-@_-'


@pytest.mark.parametrize(
    ("value", "code", "expected"),
    [
        (1234.5, "General", "1234.5"),
        (123456789012, "General", "123456789012"),
        (1 / 3, "General", "0.3333333333"),
        (0.1 + 0.2, "General", "0.3"),
        (1e20, "General", "1E+20"),
        (5, "", "5"),
        (5, "@", "5"),
        (7, "000", "007"),
        (-0.001, "0.00", "0.00"),
        (2.5, "0", "3"),
        (1234567.891, "#,##0.00", "1,234,567.89"),
        (-1234.5, "#,##0.00;(#,##0.00)", "(1,234.50)"),
        (1234.5, '#,##0.00 "€"', "1,234.50 €"),
        (1234.5, "[$€-407] #,##0.00", "€ 1,234.50"),
        (-5, EUROS, "-5.00 €"),
        (0, EUROS, "-   €"),
        (1234.5, BUILT_IN[44], "$1,234.50"),
        (0.25, "0%", "25%"),
        (0.1234, "0.00%", "12.34%"),
        (100, '0.00"%"', "100.00%"),
        (0.000123, "0.00E+00", "1.23E-04"),
        (12345, "##0.0E+0", "12.3E+3"),
        (1.25, "# ?/?", "1 1/4"),
        (0.5, "0/8", "4/8"),
        (1234567, '0.0,,"M"', "1.2M"),
        (5551234567, "(000) 000-0000", "(555) 123-4567"),
        (1234567.5, "#\\ ##0.00", "1234 567.50"),
        (150, '[>100]"big";"small"', "big"),
        (50, "[Red][>100]0;[Blue]0.0", "50.0"),
        (0, '0;-0;"none"', "none"),
        (3, '0 "pcs"', "3 pcs"),
        (12, "0.0#", "12.0"),
        (45000, "dd.mm.yyyy", "15.03.2023"),
        (45000, "m/d/yy", "3/15/23"),
        (45000, BUILT_IN[14], "2023-03-15"),
        (45000, "[$-409]mmmm d, yyyy;@", "March 15, 2023"),
        (45000, "[$-F800]dddd, mmmm dd, yyyy", "Wednesday, March 15, 2023"),
        (45000.75, "yyyy-mm-dd hh:mm:ss", "2023-03-15 18:00:00"),
        (45000.5, "h:mm AM/PM", "12:00 PM"),
        (0.0423, "mm:ss.0", "00:54.7"),
        (1.5, "[h]:mm", "36:00"),
        (1, "yyyy-mm-dd", "1900-01-01"),
        (43585, '[$-411]ggge"年"m"月"d"日"', "平成31年4月30日"),
        (43586, "[$-411]ge.m.d", "R1.5.1"),
        (43586, "[$-411]ggee/mm/dd", "令01/05/01"),
        (3, 'ggge"年"', "明治33年"),
        (43586, "e/m/d", "2019/5/1"),
        (43586, "[$-41E]d/m/bbbb", "2019-05-01"),
        (-3, "dd.mm.yyyy", "27.12.1899"),
        (-12_345.25, "yyyy-mm-dd hh:mm", "1866-03-12 18:00"),
        (-3, "h:mm", "-3"),
        (-0.5, "dd.mm.yyyy", "-0.5"),
        (-1e9, "dd.mm.yyyy", "-1000000000"),
        (1e300, "dd.mm.yyyy", "1E+300"),
    ],
)
def test_a_number_is_shown_by_its_format(value: float, code: str, expected: str) -> None:
    assert shown(value, code) == expected


def test_dates_that_count_from_1904() -> None:
    assert shown(43538, "dd.mm.yyyy", from_1904=True) == shown(45000, "dd.mm.yyyy")


@pytest.mark.parametrize(
    ("code", "expected"),
    [("General", "Bob"), ('"Dear "@', "Dear Bob"), ('0;-0;0;@" (sic)"', "Bob (sic)"), (";;;", "Bob")],
)
def test_a_text_is_shown_by_its_format(code: str, expected: str) -> None:
    assert shown_text("Bob", code) == expected
