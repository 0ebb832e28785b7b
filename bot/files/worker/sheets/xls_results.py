"""The stream of an Excel 97-2003 workbook in, the formulas out whose results it does not hold, by sheet and cell.

Pure. Programs that work nothing out store a zero or an empty text with each formula, and leave out the record that says
which Excel has worked them out: Excel does so when it opens such a file. Source: [MS-XLS] 2.4.127 (Formula), 2.5.133
(FormulaValue) and 2.4.221 (RecalcId).
"""

from __future__ import annotations

import struct

_BOF, _EOF, _FORMULA, _RECALC_ID, _WORKSHEET = 0x809, 0x0A, 0x06, 0x01C1, 0x0010
_RESULT = slice(6, 14)
_NOTHING = bytes(8)


def without_results(stream: bytes) -> dict[int, set[tuple[int, int]]]:
    """By the number of the sheet, from 0, then rows and columns from 1. Empty where any formula has been worked out."""
    found: dict[int, set[tuple[int, int]]] = {}
    at, depth, sheet = 0, 0, -1
    while at + 4 <= len(stream):
        number, length = struct.unpack_from("<HH", stream, at)
        at += 4
        if number == _BOF:
            sheet += depth == 0 and stream[at + 2 : at + 4] == struct.pack("<H", _WORKSHEET)
            depth += 1
        elif number == _EOF:
            depth = max(depth - 1, 0)
        elif number == _RECALC_ID and stream[at + 4 : at + 8].strip(b"\x00"):
            return {}
        elif number == _FORMULA and length >= _RESULT.stop:
            if not _stands_in(stream[at : at + _RESULT.stop][_RESULT]):
                return {}
            row, column = struct.unpack_from("<HH", stream, at)
            found.setdefault(sheet, set()).add((row + 1, column + 1))
        at += length
    return found


def _stands_in(result: bytes) -> bool:
    """A zero, or an empty text."""
    return result == _NOTHING or (result[0] == 3 and result.endswith(b"\xff\xff"))
