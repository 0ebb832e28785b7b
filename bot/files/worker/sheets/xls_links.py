"""Reads the addresses in HYPERLINK formulas of an Excel 97-2003 workbook, by sheet and cell.

Pure. Source: [MS-XLS] 2.4.127 (Formula).
"""

from __future__ import annotations

import struct

from bot.files.worker.sheets import links
from bot.files.worker.sheets.xls_records import formulas

_BEFORE_TOKENS = 20
_TOKENS_AT = _BEFORE_TOKENS + 2


def formula_links(stream: bytes) -> dict[int, dict[tuple[int, int], str]]:
    """By sheet number, from 0, and then by row and column, from 1."""
    found: dict[int, dict[tuple[int, int], str]] = {}
    if links.CALL.search(stream) is None:
        return found
    for sheet, cell, data in formulas(stream):
        if len(data) > _TOKENS_AT:
            size = struct.unpack_from("<H", data, _BEFORE_TOKENS)[0]
            if address := links.in_tokens(data[_TOKENS_AT : _TOKENS_AT + size], long_texts=False):
                found.setdefault(sheet, {})[cell] = address
    return found
