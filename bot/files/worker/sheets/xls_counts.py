"""Corrects the number of shared texts in an Excel 97-2003 workbook that gives none.

Pure. Some programs write a zero there. Excel reads such texts, but xlrd reads none of them, and cells have no words.
Source: [MS-XLS] 2.4.265 (SST) and 2.4.149 (LabelSst).
"""

from __future__ import annotations

import struct

from bot.files.worker.sheets.xls_records import HEADER_BYTES, records

_SST, _LABEL = 0x00FC, 0x00FD
_TEXTS_MAX = 4_000_000


def counted(stream: bytes) -> bytes:
    """The unchanged bytes if nothing is wrong."""
    texts_at, most = -1, -1
    for at, number, data in records(stream, {_SST, _LABEL}):
        if number == _SST and len(data) >= 8:
            if struct.unpack_from("<I", data, 4)[0]:
                return stream
            texts_at = at + HEADER_BYTES + 4
        elif number == _LABEL and len(data) >= 10:
            most = max(most, struct.unpack_from("<I", data, 6)[0])
    if texts_at < 0 or not 0 <= most < _TEXTS_MAX:
        return stream
    return stream[:texts_at] + struct.pack("<I", most + 1) + stream[texts_at + 4 :]
