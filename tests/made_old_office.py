"""Word and Excel files of 1997, of the fewest records that their readers need. Source: [MS-DOC], [MS-XLS]."""

from __future__ import annotations

import struct

from tests.made_documents import compound


def old_word(text: str, comments: str = "") -> bytes:
    """A Word document whose text, and after it its comments, are one piece."""
    everything = (text + comments).encode("utf-16-le")
    head = bytearray(0x200)
    struct.pack_into("<HH", head, 0, 0xA5EC, 0x00C1)
    struct.pack_into("<8i", head, 0x4C, len(text), 0, 0, 0, len(comments), 0, 0, 0)
    piece = struct.pack("<HIH", 0, len(head), 0)
    plc = struct.pack("<2I", 0, len(text) + len(comments)) + piece
    table = b"\x02" + struct.pack("<I", len(plc)) + plc
    struct.pack_into("<2I", head, 0x1A2, 0, len(table))
    return compound({"WordDocument": bytes(head) + everything, "0Table": table})


def old_excel(text: str) -> bytes:
    """A workbook with one sheet and one cell."""

    def record(number: int, data: bytes = b"") -> bytes:
        return struct.pack("<HH", number, len(data)) + data

    begin = record(0x809, struct.pack("<HHHHII", 0x0600, 0x0005, 0x0DBB, 1996, 0, 6))
    style = record(0x0E0, bytes(20))
    name = b"Data"
    listed_bytes = 4 + 8 + len(name)
    at = len(begin) + len(style) + listed_bytes + 4
    listed = record(0x085, struct.pack("<IBBBB", at, 0, 0, len(name), 0) + name)
    cell = record(0x204, struct.pack("<HHHHB", 0, 0, 0, len(text), 0) + text.encode("latin-1"))
    sheet = record(0x809, struct.pack("<HHHHII", 0x0600, 0x0010, 0x0DBB, 1996, 0, 6)) + cell + record(0x0A)
    stream = begin + style + listed + record(0x0A) + sheet
    return compound({"Workbook": stream.ljust(4_096, b"\0")})
