"""Reads an Excel binary workbook (.xlsb) like an .xlsx: formats, comments, what is hidden or drawn.

I/O: reads the file, writes its pictures; runs in a worker process. Source: [MS-XLSB] 2.4; the numbers below are those
of its records. Drawings are XML parts, as in an .xlsx.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

from bot.files.bounds import ConvertLimits
from bot.files.outbox import Outbox
from bot.files.worker.documents.bylines import named
from bot.files.worker.documents.package import Broken, Package
from bot.files.worker.sheets import links, number_format, printed, xlsb_choices
from bot.files.worker.sheets.model import Row, Rows, Shared, Sheet, Value, Workbook
from bot.files.worker.sheets.packaged import Listed, read_sheets, workbook_part
from bot.files.worker.sheets.table import column_letters
from bot.files.worker.sheets.xlsb_records import real, records, small_number, text_at, whole

_ROW, _SHARED_TEXT, _FORMAT, _STYLE, _COLUMNS, _PROPERTIES = 0, 19, 44, 47, 60, 153
_SHEET, _FILTER, _MERGED, _PRINTED, _STYLES_BEGIN, _STYLES_END = 156, 161, 176, 479, 617, 618
_AUTHOR, _COMMENT, _COMMENT_TEXT = 632, 635, 637
_SMALL, _ERRORS, _BOOLEANS, _REALS = 2, {3, 11}, {4, 10}, {5, 9}
_TEXTS, _SHARED, _FORMATTED_TEXT, _TEXT_OF_FORMULA, _LINK = {6, 8}, 7, 62, 8, 494
_CELLS = frozenset({_SMALL, _SHARED, _FORMATTED_TEXT} | _ERRORS | _BOOLEANS | _REALS | _TEXTS)
_ERROR_NAMES = {0: "#NULL!", 7: "#DIV/0!", 15: "#VALUE!", 23: "#REF!", 29: "#NAME?", 36: "#NUM!", 42: "#N/A"}
_ROW_HIDDEN = 0x10
_ROWS_MAX, _COLUMNS_MAX = 1_048_576, 16_384
_RANGES_MAX = 20_000


def read(package: Package, out: Outbox, limits: ConvertLimits) -> Workbook:
    """Raises ``Broken`` if there is not even a list of sheets."""
    main = workbook_part(package, "xl/workbook.bin")
    codes = _codes(package, next(iter(package.related(main, "styles")), ""))
    listed, from_1904, places = list[Listed](), False, xlsb_choices.Places()
    for number, data in records(package.chunks(main)):
        if number == _PROPERTIES:
            from_1904 = bool(whole(data, 0) & 1)
        elif number == _SHEET:
            relation_id, end = text_at(data, 8)
            listed.append(Listed(text_at(data, end)[0], bool(whole(data, 0)), relation_id))
        with suppress(Broken):
            places.add(number, data)
    places.titles = [one.name for one in listed]
    workbook = Workbook()

    def fill(sheet: Sheet, part: str, cells_max: int) -> None:
        outside = {number: one.target for number, one in package.relations(part).items() if one.external}
        _SheetReader(sheet, codes, outside, places, from_1904=from_1904).read(records(package.chunks(part)), cells_max)

    needed = read_sheets(package, main, workbook, listed, fill, out, limits)
    parts = package.relations(main)
    targets = [parts[one.relation_id].target for one in listed if one.relation_id in parts]
    for sheet, part in zip(workbook.sheets, targets, strict=False):
        _beside(package, part, sheet)
    for shared in package.related(main, "sharedStrings"):
        workbook.strings = _strings(package, shared, needed)
    return workbook


def _codes(package: Package, part: str) -> list[str]:
    """The format code of each cell style, as far as they can be read."""
    known, numbers, within = dict(number_format.BUILT_IN), list[int](), False
    with suppress(Broken):
        for number, data in records(package.chunks(part)):
            if number == _FORMAT:
                known[int.from_bytes(data[:2], "little")] = text_at(data, 2)[0]
            elif number in {_STYLES_BEGIN, _STYLES_END}:
                within = number == _STYLES_BEGIN
            elif number == _STYLE and within:
                numbers.append(int.from_bytes(data[2:4], "little"))
    return [known.get(one, "General") for one in numbers]


def _strings(package: Package, part: str, needed: set[int]) -> dict[int, str]:
    found: dict[int, str] = {}
    position, last = 0, max(needed, default=-1)
    with suppress(Broken):
        for number, data in records(package.chunks(part)):
            if number != _SHARED_TEXT:
                continue
            if position in needed:
                found[position] = text_at(data, 1)[0]
            position += 1
            if position > last:
                break
    return found


class _SheetReader:
    def __init__(
        self, sheet: Sheet, codes: list[str], outside: dict[str, str], places: xlsb_choices.Places, *, from_1904: bool
    ) -> None:
        """``outside`` has the addresses of links by relation id."""
        self._sheet = sheet
        self._codes = codes
        self._outside = outside
        self._rules = xlsb_choices.Rules(places)
        self._from_1904 = from_1904

    def read(self, found: Iterator[tuple[int, bytes]], cells_max: int) -> None:
        rows, row = Rows(self._sheet, cells_max), Row(0, {})
        try:
            for number, data in found:
                if number == _ROW:
                    rows.add(row)
                    hidden = len(data) > 11 and data[11] & _ROW_HIDDEN
                    row = Row(min(whole(data, 0), _ROWS_MAX) + 1, {}, "hidden" if hidden else "")
                elif number in _CELLS:
                    column = whole(data, 0)
                    if column < _COLUMNS_MAX and (value := self._value(number, data)) != "":
                        row.cells[column + 1] = value
                    if number == _TEXT_OF_FORMULA and column < _COLUMNS_MAX:
                        self._sheet.add_link(row.number, column + 1, _linked(data))
                else:
                    self._around(number, data)
        except Broken:
            self._sheet.breaks_off = True
        rows.add(row)
        rows.close()

    def _value(self, number: int, data: bytes) -> Value:
        style = whole(data, 4) & 0xFF_FFFF
        code = self._codes[style] if style < len(self._codes) else "General"
        if number == _SHARED:
            return Shared(whole(data, 8), code)
        if number in _TEXTS or number == _FORMATTED_TEXT:
            return number_format.shown_text(text_at(data, 9 if number == _FORMATTED_TEXT else 8)[0], code)
        if number in _BOOLEANS:
            return "TRUE" if data[8:9] > b"\0" else "FALSE"
        if number in _ERRORS:
            return _ERROR_NAMES.get(int.from_bytes(data[8:9], "little"), "#ERROR")
        value = small_number(data, 8) if number == _SMALL else real(data, 8)
        return number_format.shown(value, code, from_1904=self._from_1904) or number_format.general(value)

    def _around(self, number: int, data: bytes) -> None:
        """What a sheet says outside its rows."""
        sheet = self._sheet
        if number == _COLUMNS and data[16:17] and data[16] & 1 and len(sheet.hidden_columns) < _RANGES_MAX:
            sheet.hidden_columns.append((whole(data, 0) + 1, min(whole(data, 4), _COLUMNS_MAX) + 1))
        elif number == _FILTER:
            sheet.filters.append((whole(data, 0) + 1, whole(data, 4) + 1))
        elif number == _MERGED and len(sheet.merged) < _RANGES_MAX:
            top, bottom, left, right = (whole(data, at) for at in (0, 4, 8, 12))
            if max(left, right) < _COLUMNS_MAX:
                named = f"{column_letters(left + 1)}{top + 1}:{column_letters(right + 1)}{bottom + 1}"
                sheet.merged[top + 1, left + 1] = named
        elif number == _LINK:
            row, column = whole(data, 0) + 1, whole(data, 8) + 1
            sheet.add_link(row, column, self._outside.get(text_at(data, 16)[0], ""))
        elif number == _PRINTED:
            header, end = text_at(data, 2)
            footer, _ = text_at(data, end)
            sheet.beside += [printed.above(words)] if (words := printed.of_codes(header)) else []
            sheet.beside += [printed.below(words)] if (words := printed.of_codes(footer)) else []
        elif number in xlsb_choices.RECORDS:
            with suppress(Broken):  # a truncated rule costs no cells
                line = self._rules.line(number, data)
                sheet.beside += [line] if line else []


def _linked(data: bytes) -> str:
    """The address in a formula's tokens, which follow its stored text."""
    _, end = text_at(data, 8)
    return links.in_tokens(data[end + 6 : end + 6 + whole(data, end + 2)], long_texts=True)


def _beside(package: Package, part: str, sheet: Sheet) -> None:
    """What is in binary parts: comments, and table filters."""
    for relation in package.relations(part).values():
        with suppress(Broken):
            if relation.kind == "comments":
                _comments(records(package.chunks(relation.target)), sheet)
            elif relation.kind == "table":
                found = records(package.chunks(relation.target))
                sheet.filters += [
                    (whole(data, 0) + 1, whole(data, 4) + 1) for number, data in found if number == _FILTER
                ]


def _comments(found: Iterator[tuple[int, bytes]], sheet: Sheet) -> None:
    """Comments that ``packaged`` has read as threads are in their cells already."""
    threaded, authors = set(sheet.comments), list[str]()
    author, at = "", (0, 0)
    for number, data in found:
        if number == _AUTHOR:
            authors.append(text_at(data, 0)[0])
        elif number == _COMMENT:
            index = whole(data, 0)
            author = authors[index] if index < len(authors) else ""
            at = (whole(data, 4) + 1, whole(data, 12) + 1)
        elif number == _COMMENT_TEXT and not (author.startswith("tc=") and at in threaded):
            words = text_at(data, 1)[0].strip()
            signed = named(author) if not author.startswith("tc=") and not words.startswith(author) else ""
            if words and len(sheet.comments) < _RANGES_MAX and at[0] <= _ROWS_MAX and at[1] <= _COLUMNS_MAX:
                sheet.comments.setdefault(at, []).append(f"{signed}: {words}" if signed else words)
