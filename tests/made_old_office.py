"""Word and Excel files of 1997, of the fewest records that their readers need. Source: [MS-DOC], [MS-XLS]."""

from __future__ import annotations

import struct

from tests.made_documents import compound


def old_word(text: str, comments: str = "", authors: tuple[str, ...] = ()) -> bytes:
    """A Word document whose text, and after it its comments, are one piece; of each comment there is one author, and
    they wrote on 2026-11-24."""
    everything = (text + comments).encode("utf-16-le")
    head = bytearray(0x800)
    struct.pack_into("<HH", head, 0, 0xA5EC, 0x00C1)
    struct.pack_into("<8i", head, 0x4C, len(text), 0, 0, 0, len(comments), 0, 0, 0)
    piece = struct.pack("<HIH", 0, len(head), 0)
    plc = struct.pack("<2I", 0, len(text) + len(comments)) + piece
    table = b"\x02" + struct.pack("<I", len(plc)) + plc
    struct.pack_into("<2I", head, 0x1A2, 0, len(table))
    names = b"".join(struct.pack("<H", len(name)) + name.encode("utf-16-le") for name in authors)
    marks = b"".join(struct.pack("<20xH8x", number) for number in range(len(authors)))
    plc = bytes(4 * (len(authors) + 1)) + marks
    struct.pack_into("<2I", head, 0xBA, len(table), len(plc) if authors else 0)
    struct.pack_into("<2I", head, 0x1BA, len(table) + len(plc), len(names))
    table += plc + names
    moments = b"".join(struct.pack("<I14x", 126 << 20 | 11 << 16 | 24 << 11) for _ in authors)
    struct.pack_into("<H", head, 0x98, 0x88)
    struct.pack_into("<2I", head, 0x41A, len(table), len(moments))
    table += moments
    return compound({"WordDocument": bytes(head) + everything, "0Table": table})


def old_excel(text: str, chart_sheet: str = "", *, macro_sheet: str = "") -> bytes:
    """A workbook with one sheet and one cell, and behind it a chart and macros on sheets of their own, where those have
    a name."""

    def record(number: int, data: bytes = b"") -> bytes:
        return struct.pack("<HH", number, len(data)) + data

    def begin(what: int) -> bytes:
        return record(0x809, struct.pack("<HHHHII", 0x0600, what, 0x0DBB, 1996, 0, 6))

    cell = record(0x204, struct.pack("<HHHHB", 0, 0, 0, len(text), 0) + text.encode("latin-1"))
    sheets = {"Data": (0, begin(0x0010) + cell + record(0x0A))}
    if chart_sheet:
        sheets[chart_sheet] = (2, begin(0x0020) + record(0x0A))
    if macro_sheet:
        sheets[macro_sheet] = (1, begin(0x0040) + record(0x0A))
    start = begin(0x0005) + record(0x0E0, bytes(20))
    at = len(start) + sum(4 + 8 + len(name) for name in sheets) + 4
    for name, (kind, content) in sheets.items():
        start += record(0x085, struct.pack("<IBBBB", at, 0, kind, len(name), 0) + name.encode("latin-1"))
        at += len(content)
    stream = start + record(0x0A) + b"".join(content for _, content in sheets.values())
    return compound({"Workbook": stream.ljust(4_096, b"\0")})


def excel_95(text: str, *, header: str, macro_sheet: str) -> bytes:
    """A workbook as Excel 5 and 95 wrote it, texts in Windows-1252: a sheet with one cell, and a sheet of macros."""

    def record(number: int, data: bytes = b"") -> bytes:
        return struct.pack("<HH", number, len(data)) + data

    def begin(what: int) -> bytes:
        return record(0x809, struct.pack("<HHHH", 0x0500, what, 0x096C, 1993))

    cell = record(0x204, struct.pack("<HHHH", 0, 0, 0, len(text)) + text.encode("cp1252"))
    above = record(0x14, bytes([len(header)]) + header.encode("cp1252"))
    sheets = {
        "Data": (0, begin(0x0010) + above + cell + record(0x0A)),
        macro_sheet: (1, begin(0x0040) + record(0x0A)),
    }
    start = begin(0x0005) + record(0x42, b"\xe4\x04") + record(0x0E0, bytes(16))
    at = len(start) + sum(4 + 7 + len(name) for name in sheets) + 4
    for name, (kind, content) in sheets.items():
        start += record(0x085, struct.pack("<IBBB", at, 0, kind, len(name)) + name.encode("cp1252"))
        at += len(content)
    stream = start + record(0x0A) + b"".join(content for _, content in sheets.values())
    return compound({"Book": stream.ljust(4_096, b"\0")})
