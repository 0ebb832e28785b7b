"""Reads an Excel workbook (Office Open XML): cells formatted as people see them, and what is beside them.

I/O: reads the file, writes its pictures; runs in a worker process. Source: ECMA-376 part 1, 18. Reads row by row, since
a sheet may have a million. Shared texts are looked up last, and only those that are shown.
"""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

from bot.files.bounds import ConvertLimits
from bot.files.outbox import Outbox
from bot.files.worker.documents.excel_escapes import unescaped
from bot.files.worker.documents.package import Broken, Package, attribute, child, descendants, local
from bot.files.worker.raised import aligned
from bot.files.worker.sheets import arrays, choices, links, number_format, printed
from bot.files.worker.sheets.model import Formula, Row, Rows, Shared, Sheet, Stale, Value, Workbook
from bot.files.worker.sheets.packaged import CELL, Listed, read_sheets, workbook_part
from bot.files.worker.sheets.rich_values import WithinCells
from bot.files.worker.sheets.rows import TableXml
from bot.files.worker.sheets.table import column_letters, column_number

_ROW_NUMBER = re.compile(rb"""(?:^|\s)r=["'](\d{1,7})["']""")
_NEWER = "_xlfn."
"""So begin functions that other programs may lack, which is no reason to give up their results."""
_RANGES_MAX = 20_000
_NAMED_MAX, _NAMED_CHARS_MAX = 100, 200
_PRINTED = {
    **dict.fromkeys(("oddHeader", "evenHeader", "firstHeader"), printed.above),
    **dict.fromkeys(("oddFooter", "evenFooter", "firstFooter"), printed.below),
}
"""First and even pages may have headers of their own."""


def read(package: Package, out: Outbox, limits: ConvertLimits) -> Workbook:
    """Raises ``Broken`` if there is not even a list of sheets."""
    main = workbook_part(package, "xl/workbook.xml")
    root = package.tree(main)
    styles = _Styles(package, next(iter(package.related(main, "styles")), ""))
    properties = child(root, "workbookPr")
    styles.from_1904 = properties is not None and _true(attribute(properties, "date1904"))
    calculation = child(root, "calcPr")
    calculated_on_load = calculation is not None and _true(attribute(calculation, "fullCalcOnLoad"))
    workbook = Workbook(calculated_on_load=calculated_on_load)
    within_cells = WithinCells(package, workbook, out)

    def fill(sheet: Sheet, part: str, cells_max: int) -> None:
        _SheetReader(package, part, sheet, styles, workbook, within_cells).read(cells_max)

    listed = [
        Listed(attribute(element, "name"), attribute(element, "state", "visible") != "visible", _id(element))
        for element in descendants(root, "sheet")
    ]
    needed = read_sheets(package, main, workbook, listed, fill, out, limits)
    workbook.sheets[0].beside += _named(root)
    for shared in package.related(main, "sharedStrings"):
        workbook.strings = _strings(package, shared, needed)
    return workbook


def _named(root: ET.Element) -> list[str]:
    """Named values and formulas; names that only lead to cells are left out."""
    found = []
    for element in descendants(root, "definedName"):
        name, formula = attribute(element, "name"), (element.text or "").strip()
        if name.startswith("_xl") or _true(attribute(element, "hidden")) or not formula or "!" in formula:
            continue
        comment = attribute(element, "comment")
        found.append(f"{name} = {formula[:_NAMED_CHARS_MAX]}{f' ({comment})' if comment else ''}")
    return [f"Named in the workbook: {'; '.join(found[:_NAMED_MAX])}"] if found else []


def _true(value: str) -> bool:
    return value in {"1", "true", "on"}


def _is_nothing(size: str) -> bool:
    """Whether a row or column has size 0, and so is invisible."""
    return size.startswith("0") and not size.strip("0.")


def _id(element: ET.Element) -> str:
    return next((value for key, value in element.attrib.items() if key.endswith("}id")), "")


def text_of(element: ET.Element) -> str:
    """A string with or without formatted runs, without phonetic hints."""
    pieces = []
    for part in element:
        if local(part) == "t":
            pieces.append(part.text or "")
        elif local(part) == "r":
            text = "".join(inner.text or "" for inner in part if local(inner) == "t")
            align = child(part, "rPr", "vertAlign")
            pieces.append(text if align is None else aligned(text, attribute(align, "val")))
    return unescaped("".join(pieces))


def _strings(package: Package, name: str, needed: set[int]) -> dict[int, str]:
    """The shared texts that are needed. If the list is truncated, the rest are empty."""
    found: dict[int, str] = {}
    number, last = 0, max(needed, default=-1)
    root: ET.Element | None = None
    try:
        for event, element in TableXml("-", "-", "-", lambda before, _: before).events(package.chunks(name)):
            if root is None:
                root = element
            if event == "end" and local(element) == "si":
                if number in needed:
                    found[number] = text_of(element)
                number += 1
                root.clear()
                if number > last:
                    break
    except Broken:
        pass
    return found


class _Styles:
    """The format code of each cell style."""

    def __init__(self, package: Package, name: str) -> None:
        root = package.optional_tree(name)
        own = {
            int(number): attribute(element, "formatCode")
            for element in descendants(root, "numFmt")
            if (number := attribute(element, "numFmtId")).isdecimal()
        }
        formats = child(root, "cellXfs")
        numbers = [attribute(element, "numFmtId", "0") for element in (formats if formats is not None else ())]
        known = {**number_format.BUILT_IN, **own}
        self._codes = [known.get(int(number), "General") if number.isdecimal() else "General" for number in numbers]
        self.from_1904 = False

    def code(self, style: str) -> str:
        return self._codes[int(style)] if style.isdecimal() and int(style) < len(self._codes) else "General"


class _SheetReader:
    def __init__(
        self,
        package: Package,
        part: str,
        sheet: Sheet,
        styles: _Styles,
        workbook: Workbook,
        within_cells: WithinCells,
    ) -> None:
        self._package = package
        self._part = part
        self._sheet = sheet
        self._styles = styles
        self._workbook = workbook
        self._within_cells = within_cells
        self._xml = TableXml("row", "sheetData", "v|t|f", _row_number)
        self._targets: dict[str, str] | None = None
        self._choices_left = choices.LINES_MAX

    def read(self, cells_max: int) -> None:
        rows = Rows(self._sheet, cells_max)
        data: ET.Element | None = None
        try:
            for event, element in self._xml.events(self._package.chunks(self._part)):
                name = local(element)
                if event == "start":
                    data = element if name == "sheetData" else data
                elif name == "row":
                    rows.add(self._row(element), self._xml.stretch)
                    if data is not None:
                        data.clear()
                    if rows.full:
                        self._xml.pass_over()
                else:
                    self._around(name, element)
        except Broken:
            self._sheet.breaks_off = True
        rows.close(self._xml.passed_to)

    def _row(self, element: ET.Element) -> Row:
        number = attribute(element, "r")
        self._xml.row_number = int(number) if number.isdecimal() else self._xml.row_number + 1
        hidden = _true(attribute(element, "hidden")) or _is_nothing(attribute(element, "ht"))
        row = Row(self._xml.row_number, {}, "hidden" if hidden else "")
        column = 0
        for cell in element:
            found = CELL.fullmatch(cell.get("r", ""))
            column = column_number(found[1]) if found else column + 1
            value = self._value(cell, array=self._array_at(row.number, column))
            if value != "":
                row.cells[column] = value
            if (link := _linked(cell)) and value != "":
                self._sheet.add_link(row.number, column, link)
        return row

    def _array_at(self, row: int, column: int) -> str:
        """The first cell of the array formula that a cell has its result from; empty if there is none."""
        found = (one for one in self._sheet.arrays if one.holds(row, column))
        return next((f"{column_letters(one.columns[0])}{one.rows[0]}" for one in found), "")

    def _value(self, cell: ET.Element, array: str) -> Value:
        kind, raw, formula = cell.get("t", "n"), None, f"(part of the formula in {array})" if array else None
        for part in cell:
            name = local(part)
            if name == "v":
                raw = part.text or ("" if kind == "str" else None)  # a formula may have an empty text as its result
            elif name == "f":
                formula = part.text or ""
                self._sheet.arrays += arrays.of_formula(part)
            elif name == "is":
                return number_format.shown_text(text_of(part), self._styles.code(cell.get("s", "0")))
        anew = formula is not None and self._workbook.calculated_on_load
        if raw is None and array:
            return ""  # people see a result here, but where none is stored there may as well be no cell at all
        if raw is None or (anew and _is_stand_in(raw)):
            self._workbook.formulas_without_values += formula is not None
            return "" if formula is None else Formula(f"={formula}" if formula else "=(the formula above)")
        if ("vm" in cell.attrib or "DISPIMG" in raw) and (shown := self._within_cells.shown(self._sheet, cell, raw)):
            return shown
        code = self._styles.code(cell.get("s", "0"))
        value = _formatted(kind, raw, code, from_1904=self._styles.from_1904)
        if not anew or isinstance(value, Shared) or _NEWER in (formula or ""):
            return value
        self._workbook.stale_results += 1
        return Stale(value)

    def _around(self, name: str, element: ET.Element) -> None:
        """What a sheet says outside its rows."""
        sheet = self._sheet
        if name == "col" and (_true(attribute(element, "hidden")) or _is_nothing(attribute(element, "width"))):
            low, high = attribute(element, "min"), attribute(element, "max")
            if low.isdecimal() and high.isdecimal() and len(sheet.hidden_columns) < _RANGES_MAX:
                sheet.hidden_columns.append((int(low), int(high)))
        elif name in {"mergeCell", "autoFilter"}:
            cells = [(int(row), column_number(column)) for column, row in CELL.findall(attribute(element, "ref"))]
            if name == "autoFilter" and cells:
                sheet.filters.append((cells[0][0], cells[-1][0]))
            elif len(cells) == 2 and len(sheet.merged) < _RANGES_MAX:
                sheet.merged[cells[0]] = attribute(element, "ref").replace("$", "")
        elif name in _PRINTED and (words := printed.of_codes(unescaped(element.text or ""))):
            line = _PRINTED[name](words)
            sheet.beside += [line] if line not in sheet.beside else []
        elif name == "hyperlink":
            self._link(element)
        elif name == "dataValidation" and self._choices_left:
            self._choices_left -= 1
            line = _choices(element)
            sheet.beside += [line] if line else []

    def _link(self, element: ET.Element) -> None:
        """For one cell, or one that many cells share; places within the workbook are no addresses."""
        if self._targets is None:
            relations = self._package.relations(self._part)
            self._targets = {number: one.target for number, one in relations.items() if one.external}
        cell = CELL.match(attribute(element, "ref"))
        if cell is not None:
            self._sheet.add_link(int(cell[2]), column_number(cell[1]), self._targets.get(_id(element), ""))


def _row_number(before: int, tags: list[bytes]) -> int:
    found = _ROW_NUMBER.search(tags[-1]) if tags else None
    return int(found[1]) if found else before + len(tags)


def _is_stand_in(result: str) -> bool:
    """Of a formula that was never worked out: programs that cannot do so store a zero or nothing."""
    return result.strip() in {"", "0"}


def _linked(cell: ET.Element) -> str:
    """The address in a cell's HYPERLINK formula."""
    formula = next((part.text or "" for part in cell if local(part) == "f"), "") if len(cell) > 1 else ""
    return links.in_formula(formula)


def _choices(element: ET.Element) -> str:
    """Newer programs write formulas and cells as elements."""
    ranges, listed = child(element, "sqref"), child(element, "formula1")
    cells = attribute(element, "sqref") or ("".join(ranges.itertext()) if ranges is not None else "")
    is_list = attribute(element, "type") == "list" and listed is not None
    formula = "".join(listed.itertext()) if is_list and listed is not None else ""
    hint = (unescaped(attribute(element, name)) for name in ("promptTitle", "prompt"))
    return choices.line(cells, unescaped(formula), *hint)


def _formatted(kind: str, raw: str, code: str, *, from_1904: bool) -> Value:
    if kind == "s":
        return Shared(int(raw), code) if raw.strip().isdecimal() else ""
    if kind == "b":
        return "TRUE" if _true(raw.strip()) else "FALSE"
    if kind in {"str", "inlineStr"}:
        return number_format.shown_text(unescaped(raw), code)
    if kind == "d":
        return number_format.shown_iso(raw, code, from_1904=from_1904)
    try:
        value = float(raw)
    except ValueError:  # an error, such as #N/A
        return raw
    return number_format.shown(value, code, from_1904=from_1904) or number_format.general(value)
