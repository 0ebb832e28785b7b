"""Reads the addresses in HYPERLINK formulas of an Excel 97-2003 workbook, by sheet and cell.

Pure. Source: [MS-XLS] 2.4.127 (Formula).
"""

from __future__ import annotations

import struct

from bot.files.worker.sheets import links

_BOF, _EOF, _FORMULA, _WORKSHEET = 0x809, 0x0A, 0x06, 0x0010
_BEFORE_TOKENS = 20


def formula_links(stream: bytes) -> dict[int, dict[tuple[int, int], str]]:
    """By sheet number, from 0, and then by row and column, from 1."""
    found: dict[int, dict[tuple[int, int], str]] = {}
    if links.CALL.search(stream) is None:
        return found
    at, depth, sheet = 0, 0, -1
    while at + 4 <= len(stream):
        number, length = struct.unpack_from("<HH", stream, at)
        at += 4
        if number == _BOF:
            sheet += depth == 0 and stream[at + 2 : at + 4] == struct.pack("<H", _WORKSHEET)
            depth += 1
        elif number == _EOF:
            depth = max(depth - 1, 0)
        elif number == _FORMULA and length > _BEFORE_TOKENS + 2:
            row, column = struct.unpack_from("<HH", stream, at)
            size = struct.unpack_from("<H", stream, at + _BEFORE_TOKENS)[0]
            tokens = stream[at + _BEFORE_TOKENS + 2 : at + min(_BEFORE_TOKENS + 2 + size, length)]
            if address := links.in_tokens(tokens, long_texts=False):
                found.setdefault(sheet, {})[row + 1, column + 1] = address
        at += length
    return found
