"""Finds the formulas of an Excel 97-2003 workbook that were never worked out, by sheet and cell.

Pure. Programs that work nothing out store a zero or an empty text with each formula, and leave out the record that says
which Excel has worked them out: Excel does so when it opens such a file. Source: [MS-XLS] 2.4.127 (Formula), 2.5.133
(FormulaValue) and 2.4.221 (RecalcId).
"""

from __future__ import annotations

from bot.files.worker.sheets.xls_records import formulas, records

_RECALC_ID = 0x01C1
_RESULT = slice(6, 14)
_ZERO, _EMPTY_TEXT, _NO_NUMBER = bytes(8), 3, b"\xff\xff"


def without_results(stream: bytes) -> dict[int, set[tuple[int, int]]]:
    """By sheet number, from 0, then row and column, from 1. Empty if any formula has been worked out."""
    if any(data[4:8].strip(b"\0") for _, _, data in records(stream, {_RECALC_ID})):
        return {}
    found: dict[int, set[tuple[int, int]]] = {}
    for sheet, cell, data in formulas(stream):
        if _is_worked_out(data[_RESULT]):
            return {}
        found.setdefault(sheet, set()).add(cell)
    return found


def _is_worked_out(result: bytes) -> bool:
    """Neither a zero nor an empty text."""
    return result != _ZERO and not (result[:1] == bytes([_EMPTY_TEXT]) and result.endswith(_NO_NUMBER))
