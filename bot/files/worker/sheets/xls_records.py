"""Walks through the records of an Excel 97-2003 workbook.

Pure. A record is its number and the length of its data, two bytes each, then the data; a sheet is what is between its
BOF and EOF, in which charts have their own. Source: [MS-XLS] 2.1.4, 2.4.21 (BOF) and 2.4.127 (Formula).
"""

from __future__ import annotations

import struct
from collections.abc import Collection, Iterator

BOF, EOF, FORMULA = 0x809, 0x0A, 0x06
WORKSHEET = 0x0010
HEADER_BYTES = 4


def records(stream: bytes, wanted: Collection[int]) -> Iterator[tuple[int, int, bytes]]:
    """The offset of each record, its number, and its data, which is empty unless the number is ``wanted``."""
    at = 0
    while at + HEADER_BYTES <= len(stream):
        number, length = struct.unpack_from("<HH", stream, at)
        end = at + HEADER_BYTES + length
        yield at, number, stream[at + HEADER_BYTES : end] if number in wanted else b""
        at = end


def formulas(stream: bytes) -> Iterator[tuple[int, tuple[int, int], bytes]]:
    """The number of the worksheet, from 0, the row and column, from 1, and the data of each formula."""
    depth, sheet = 0, -1
    for _, number, data in records(stream, {BOF, FORMULA}):
        if number == BOF:
            sheet += depth == 0 and data[2:4] == struct.pack("<H", WORKSHEET)
            depth += 1
        elif number == EOF:
            depth = max(depth - 1, 0)
        elif number == FORMULA and len(data) >= HEADER_BYTES:
            row, column = struct.unpack_from("<HH", data)
            yield sheet, (row + 1, column + 1), data
