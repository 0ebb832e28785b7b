"""Reads an Excel 2003 XML spreadsheet.

I/O: none of its own; runs in a worker process. Source: Microsoft's XML Spreadsheet Reference. Cells name a style, which
names a number format by code or by a word of Excel's menu.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.etree import ElementTree as ET

from bot.files.bounds import ConvertLimits
from bot.files.worker.documents.bylines import named
from bot.files.worker.documents.package import attribute, child, local
from bot.files.worker.sheets import choices, links, number_format, printed
from bot.files.worker.sheets.model import SHEETS_MAX, Formula, Row, Rows, Sheet, Workbook
from bot.files.worker.sheets.rows import TableXml, as_far_as_it_goes
from bot.files.worker.sheets.table import column_letters

_INDEX = re.compile(rb"""Index=["'](\d{1,7})["']""")
_NAMED = {
    "General Number": "General",
    "General Date": "yyyy-mm-dd h:mm",
    "Short Date": "yyyy-mm-dd",
    "Medium Date": "d-mmm-yy",
    "Long Date": "dddd, mmmm dd, yyyy",
    "Short Time": "h:mm",
    "Percent": "0.00%",
    "Medium Time": "h:mm AM/PM",
    "Long Time": "h:mm:ss AM/PM",
    "Fixed": "0.00",
    "Standard": "#,##0.00",
    "Currency": "$#,##0.00",
    "Euro Currency": '"€" #,##0.00',
    "Scientific": "0.00E+00",
    "Yes/No": '"Yes";"Yes";"No"',
    "True/False": '"True";"True";"False"',
    "On/Off": '"On";"On";"Off"',
}

_STYLED_MAX = 1_000


def read(chunks: Iterator[bytes], limits: ConvertLimits) -> Workbook:
    """Raises ``Broken`` if there is no sheet."""
    workbook = Workbook()
    return as_far_as_it_goes(workbook, _Reader(workbook, limits).read, chunks)


class _Reader:
    def __init__(self, workbook: Workbook, limits: ConvertLimits) -> None:
        self._workbook = workbook
        self._limits = limits
        self._xml = TableXml("Row", "Table", "Data|Comment", _next_row)
        self._codes: dict[str, str] = {}
        self._parents: dict[str, str] = {}
        self._table: ET.Element | None = None
        self._sheet: Sheet | None = None
        self._rows: Rows | None = None
        self._column = 1
        self._styles: list[tuple[int, int, str]] = []
        self._has_results = False
        self._stand_ins: list[tuple[Row, int, str]] = []

    def read(self, chunks: Iterator[bytes]) -> None:
        for event, element in self._xml.events(chunks):
            name = local(element)
            if event == "start":
                if name == "Worksheet":
                    self._begin(element)
                elif name == "Table":
                    self._table = element
            elif name == "Style":
                self._style(element)
            elif self._sheet is not None and self._rows is not None:
                self._ended(name, element, self._sheet, self._rows)
        for row, column, formula in [] if self._has_results else self._stand_ins:
            self._lacks_result(row, column, formula)

    def _ended(self, name: str, element: ET.Element, sheet: Sheet, rows: Rows) -> None:
        if name == "Row":
            rows.add(self._row(sheet, element), self._xml.stretch)
            if self._table is not None:
                self._table.clear()
            if rows.full:
                self._xml.pass_over()
        elif name == "Column":
            self._about_columns(sheet, element)
        elif name == "Visible":
            sheet.hidden = (element.text or "").strip() != "SheetVisible"
        elif name in {"Header", "Footer"} and (words := printed.of_codes(attribute(element, "Data"))):
            sheet.beside.append(printed.above(words) if name == "Header" else printed.below(words))
        elif name == "AutoFilter":
            found = [int(row) for row in re.findall(r"R(\d{1,7})C", attribute(element, "Range"))]
            sheet.filters += [(found[0], found[-1])] if found else []
        elif name == "DataValidation":
            line = _choices(element)
            sheet.beside += [line] if line and len(sheet.beside) < choices.LINES_MAX else []
        elif name == "Worksheet":
            rows.close(self._xml.passed_to)
            self._sheet = self._rows = None

    def _begin(self, element: ET.Element) -> None:
        name = attribute(element, "Name")
        if len(self._workbook.sheets) == SHEETS_MAX:
            self._workbook.left_out.append(name)
            return
        self._sheet = Sheet(name)
        self._rows = Rows(self._sheet, self._workbook.room_for(self._limits.text_chars_max))
        self._workbook.sheets.append(self._sheet)
        self._xml.row_number = self._xml.passed_to = 0
        self._column = 1
        self._styles = []

    def _style(self, element: ET.Element) -> None:
        name, chosen = attribute(element, "ID"), child(element, "NumberFormat")
        self._parents[name] = attribute(element, "Parent", "Default")
        if chosen is not None:
            code = attribute(chosen, "Format", "General")
            self._codes[name] = _NAMED.get(code, code)

    def _about_columns(self, sheet: Sheet, element: ET.Element) -> None:
        self._column = _number(element, "Index", self._column)
        last = self._column + _number(element, "Span", 0)
        if attribute(element, "Hidden") == "1":
            sheet.hidden_columns.append((self._column, last))
        if (style := attribute(element, "StyleID")) and len(self._styles) < _STYLED_MAX:
            self._styles.append((self._column, last, style))
        self._column = last + 1

    def _style_of(self, column: int) -> str:
        """Of cells in it that have no style of their own or of their row."""
        of_table = attribute(self._table, "StyleID", "Default") if self._table is not None else "Default"
        return next((style for first, last, style in self._styles if first <= column <= last), of_table)

    def _row(self, sheet: Sheet, element: ET.Element) -> Row:
        self._xml.row_number = _number(element, "Index", self._xml.row_number + 1)
        row = Row(self._xml.row_number, {}, "hidden" if attribute(element, "Hidden") == "1" else "")
        self._xml.row_number += _number(element, "Span", 0)
        column, own = 0, attribute(element, "StyleID")
        for cell in element:
            if local(cell) != "Cell":
                continue
            column = _number(cell, "Index", column + 1)
            text = self._cell(sheet, cell, row.number, column, own or self._style_of(column))
            if text:
                row.cells[column] = text
            if formula := attribute(cell, "Formula"):
                self._look_at(formula, cell, row, column)
            column += _number(cell, "MergeAcross", 0)
        return row

    def _cell(self, sheet: Sheet, cell: ET.Element, row: int, column: int, style: str) -> str:
        across, down = _number(cell, "MergeAcross", 0), _number(cell, "MergeDown", 0)
        if across or down:
            last = f"{column_letters(column + across)}{row + down}"
            sheet.merged[row, column] = f"{column_letters(column)}{row}:{last}"
        sheet.add_link(row, column, attribute(cell, "HRef") or links.in_formula(attribute(cell, "Formula")))
        comment, data = child(cell, "Comment"), child(cell, "Data")
        if comment is not None:
            author, words = named(attribute(comment, "Author")), "".join(comment.itertext()).strip()
            signed = author and not words.startswith(author)
            sheet.comments.setdefault((row, column), []).append(f"{author}: {words}" if signed else words)
        if data is None:
            return ""
        return self._shown(attribute(data, "Type"), "".join(data.itertext()), attribute(cell, "StyleID", style))

    def _look_at(self, formula: str, cell: ET.Element, row: Row, column: int) -> None:
        """Whether it has a result: programs that work nothing out store none, or zeros and empty texts alone."""
        data = child(cell, "Data")
        held = "".join(data.itertext()).strip() if data is not None else ""
        if data is None or (not held and attribute(data, "Type") != "String"):
            self._lacks_result(row, column, formula)
        elif held not in {"", "0"}:
            self._has_results = True
        elif not self._has_results:
            self._stand_ins.append((row, column, formula))

    def _lacks_result(self, row: Row, column: int, formula: str) -> None:
        row.cells[column] = Formula(formula)
        self._workbook.formulas_without_values += 1

    def _shown(self, kind: str, text: str, style: str) -> str:
        code = self._code(style)
        if kind == "Boolean":
            return "TRUE" if text.strip() == "1" else "FALSE"
        if kind == "DateTime":
            return number_format.shown_iso(text, code)
        try:
            if kind == "Number":
                value = float(text)
                return number_format.shown(value, code) or number_format.general(value)
        except (ValueError, OverflowError):
            return text
        return number_format.shown_text(text, code)

    def _code(self, style: str) -> str:
        for _ in range(10):
            if style in self._codes:
                return self._codes[style]
            style = self._parents.get(style, "")
        return "General"


def _choices(element: ET.Element) -> str:
    """A data validation rule."""
    names = ("Range", "Type", "Value", "InputTitle", "InputMessage")
    cells, kind, listed, *hint = (
        "".join(part.itertext()) if (part := child(element, name)) is not None else "" for name in names
    )
    where = re.sub(r"R(\d{1,7})C(\d{1,5})", lambda at: f"{column_letters(int(at[2]))}{at[1]}", cells)
    return choices.line(where, listed if kind == "List" else "", *hint)


def _number(element: ET.Element, name: str, default: int) -> int:
    value = attribute(element, name)
    return int(value) if value.isdecimal() and len(value) < 8 else default


def _next_row(before: int, tags: list[bytes]) -> int:
    for tag in tags:
        found = _INDEX.search(tag) if b"Index" in tag else None
        before = int(found[1]) if found else before + 1
    return before
