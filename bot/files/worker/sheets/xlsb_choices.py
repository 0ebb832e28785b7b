"""Reads the data validation rules of an .xlsb's cells: choices and hints.

Pure. Source: [MS-XLSB] 2.4.353 (BrtDVal), 2.4.355 (BrtDValList), 2.5.97 (the tokens of formulas).
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field

from bot.files.worker.documents.package import Broken
from bot.files.worker.sheets import choices
from bot.files.worker.sheets.table import column_letters
from bot.files.worker.sheets.xlsb_records import text_at, whole

RULE, RULE_OF_2010, LIST, _NAME, _SHEETS = 64, 1053, 681, 39, 362
RECORDS = frozenset({RULE, RULE_OF_2010, LIST})
_HAS_CELLS, _HAS_FORMULAS = 2, 4
_LIST = 3
_RANGES_MAX, _NAMES_MAX = 50, 20_000
_TEXT, _IS_NAME, _CELL, _CELLS, _CELL_ELSEWHERE, _CELLS_ELSEWHERE = 0x17, 0x03, 0x04, 0x05, 0x1A, 0x1B
"""Tokens; those of references have three classes, by bits that do not matter here."""


@dataclass(slots=True)
class Places:
    """What formulas refer to by number: names, and sheets."""

    names: list[str] = field(default_factory=list)
    sheets: list[tuple[int, int, int]] = field(default_factory=list)
    """Workbook (0 is this one), first and last sheet."""
    titles: list[str] = field(default_factory=list)
    """The names of this workbook's sheets."""

    def add(self, number: int, data: bytes) -> None:
        """A record of the workbook. Raises ``Broken``."""
        if number == _NAME and len(self.names) < _NAMES_MAX:
            self.names.append(text_at(data, 9)[0])
        elif number == _SHEETS:
            count = min(whole(data, 0), (len(data) - 4) // 12)
            self.sheets = [struct.unpack_from("<3I", data, 4 + 12 * at) for at in range(count)]

    def sheet(self, number: int) -> str:
        """As in a formula, ``'A sheet'!``; empty for one of another workbook."""
        found = self.sheets[number] if number < len(self.sheets) else (1, 0, 0)
        if found[0] or found[1] >= len(self.titles):
            return ""
        title = self.titles[found[1]]
        return f"{title}!" if title.isalnum() else f"'{title}'!"


class Rules:
    """A sheet's rules, record by record."""

    def __init__(self, places: Places) -> None:
        self._places = places
        self._left = choices.LINES_MAX
        self._listed = ""

    def line(self, number: int, data: bytes) -> str:
        """The line for this record; empty for most. Raises ``Broken``."""
        if number == LIST:  # the choices of the next rule, if they are too long for a formula
            self._listed = text_at(data, 0)[0]
            return ""
        listed, self._listed = self._listed, ""
        if not self._left:
            return ""
        self._left -= 1
        return _line(data, self._places, listed) if number == RULE else _line_of_2010(data, self._places)


def _line(data: bytes, places: Places, listed: str) -> str:
    flags, cells, at = whole(data, 0), *_cells(data, 4)
    texts, at = _texts(data, at)
    tokens = data[at + 4 : at + 4 + whole(data, at)]
    formula = listed or _written(tokens, places) if flags & 0xF == _LIST else ""
    return choices.line(cells, formula, *texts[2:])


def _line_of_2010(data: bytes, places: Places) -> str:
    """A rule whose formulas may lead to other sheets: it begins like all newer records.

    Source: [MS-XLSB] 2.4.354 (BrtDVal14), 2.5.61 (FRTHeader).
    """
    header, at, cells = whole(data, 0), 4, list[str]()
    for _ in range(_counted(data, at, 8) if header & _HAS_CELLS else 0):
        found, at = _cells(data, at + (4 if cells else 8))
        cells.append(found)
    formulas, count = list[str](), 0
    if header & _HAS_FORMULAS:
        count, at = _counted(data, at, 12), at + 4
    for _ in range(count):
        size, extra = whole(data, at + 4), whole(data, at + 8)
        formulas.append(_written(data[at + 12 : at + 12 + size], places))
        at += 12 + size + extra
    flags = whole(data, at)
    texts, _ = _texts(data, at + 4)
    formula = formulas[0] if formulas and flags & 0xF == _LIST else ""
    return choices.line(" ".join(cells), formula, *texts[2:])


def _counted(data: bytes, at: int, bytes_min: int) -> int:
    """Their number, each having at least that many bytes. Raises ``Broken``."""
    count = whole(data, at)
    if count * bytes_min > len(data):
        raise Broken("a rule breaks off")
    return count


def _cells(data: bytes, at: int) -> tuple[str, int]:
    """Rectangles of cells after their number, and where they end."""
    count, at = whole(data, at), at + 4
    if len(data) < at + 16 * count:
        raise Broken("a rule breaks off")
    rectangles = [struct.unpack_from("<4I", data, at + 16 * number) for number in range(min(count, _RANGES_MAX))]
    return " ".join(_range(*one) for one in rectangles), at + 16 * count


def _texts(data: bytes, at: int) -> tuple[list[str], int]:
    """Title and text of the error, title and text of the hint."""
    texts = list[str]()
    for _ in range(4):
        text, at = text_at(data, at)
        texts.append(text)
    return texts, at


def _written(tokens: bytes, places: Places) -> str:
    """A formula of one token, as choices nearly always have; for any other, only that there is one."""
    kind = tokens[0] if tokens else 0
    reference = kind & 0x1F if kind >= 0x20 else 0
    if kind == _TEXT and len(tokens) >= 3:
        size = 2 * int.from_bytes(tokens[1:3], "little")
        return f'"{tokens[3 : 3 + size].decode("utf-16-le", "replace")}"'
    try:
        if reference == _IS_NAME:
            number = whole(tokens, 1)
            return places.names[number - 1] if 0 < number <= len(places.names) else ""
        if reference in {_CELL_ELSEWHERE, _CELLS_ELSEWHERE}:
            where, tokens = places.sheet(int.from_bytes(tokens[1:3], "little")), tokens[2:]
            return where + _area(tokens, single=reference == _CELL_ELSEWHERE) if where else "another workbook"
        if reference in {_CELL, _CELLS}:
            return _area(tokens, single=reference == _CELL)
    except struct.error as error:
        raise Broken(str(error)) from error
    return "a formula" if tokens else ""


def _area(tokens: bytes, *, single: bool) -> str:
    if single:
        row, column = struct.unpack_from("<IH", tokens, 1)
        return _range(row, row, column & 0x3FFF, column & 0x3FFF)
    top, bottom, left, right = struct.unpack_from("<IIHH", tokens, 1)
    return _range(top, bottom, left & 0x3FFF, right & 0x3FFF)


def _range(top: int, bottom: int, left: int, right: int) -> str:
    left, right = min(left, 0x3FFF), min(right, 0x3FFF)
    first, last = f"{column_letters(left + 1)}{top + 1}", f"{column_letters(right + 1)}{bottom + 1}"
    return first if first == last else f"{first}:{last}"
