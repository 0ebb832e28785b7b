"""Corrects the number of shared texts in an Excel 97-2003 workbook that gives none.

Pure. Some programs write a zero there. Excel reads such texts, but xlrd reads none of them, and cells have no words.
Source: [MS-XLS] 2.4.265 (SST) and 2.4.149 (LabelSst).
"""

from __future__ import annotations

import struct

_SST, _LABEL = 0x00FC, 0x00FD
_HEADER_BYTES = 4
_TEXTS_MAX = 4_000_000


def counted(stream: bytes) -> bytes:
    """The unchanged bytes if nothing is wrong."""
    at, texts_at, most = 0, -1, -1
    while at + _HEADER_BYTES <= len(stream):
        kind, size = struct.unpack_from("<HH", stream, at)
        body = at + _HEADER_BYTES
        if kind == _SST and size >= 8:
            if struct.unpack_from("<I", stream, body + 4)[0]:
                return stream
            texts_at = body + 4
        elif kind == _LABEL and size >= 10 and body + 10 <= len(stream):
            most = max(most, struct.unpack_from("<I", stream, body + 6)[0])
        at = body + size
    if texts_at < 0 or not 0 <= most < _TEXTS_MAX:
        return stream
    return stream[:texts_at] + struct.pack("<I", most + 1) + stream[texts_at + 4 :]
