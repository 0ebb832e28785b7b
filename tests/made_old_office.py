"""Word and Excel files of 1997, of the fewest records that their readers need. Source: [MS-DOC], [MS-XLS]."""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tests.made_documents import compound


@dataclass(frozen=True)
class Looks:
    """A stretch of the text and what is said of how it looks: properties by their numbers, of one byte or of two."""

    start: int
    end: int
    properties: Mapping[int, int]


def _looks(stretches: Sequence[Looks], text_at: int) -> bytes:
    """A page of 512 bytes that says it. Each stretch begins where the one before it ends."""
    places = [*(one.start for one in stretches), stretches[-1].end]
    page = bytearray(512)
    struct.pack_into(f"<{len(places)}I", page, 0, *(text_at + 2 * place for place in places))
    at = 508
    for number, one in enumerate(stretches):
        listed = b"".join(
            struct.pack("<HB" if key < 0x4000 else "<HH", key, value) for key, value in one.properties.items()
        )
        at = (at - len(listed) - 1) // 2 * 2
        page[at : at + 1 + len(listed)] = bytes([len(listed)]) + listed
        page[4 * len(places) + number] = at // 2
    page[511] = len(stretches)
    return bytes(page)


def _units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def old_word(
    text: str,
    comments: str = "",
    authors: tuple[str, ...] = (),
    looks: Sequence[Looks] = (),
    changed_by: tuple[str, ...] = (),
    parents: tuple[int, ...] = (),
) -> bytes:
    """A Word document whose text, and after it its comments, are one piece; of each comment there is one author, and
    they wrote on 2026-11-24. ``parents`` says how far before each comment the one is that it answers. ``looks`` may
    name who changed something by their numbers among ``changed_by``."""
    everything = (text + comments).encode("utf-16-le")
    head = bytearray(0x800)
    struct.pack_into("<HH", head, 0, 0xA5EC, 0x00C1)
    struct.pack_into("<8i", head, 0x4C, _units(text), 0, 0, 0, _units(comments), 0, 0, 0)
    piece = struct.pack("<HIH", 0, len(head), 0)
    plc = struct.pack("<2I", 0, _units(text) + _units(comments)) + piece
    table = b"\x02" + struct.pack("<I", len(plc)) + plc
    struct.pack_into("<2I", head, 0x1A2, 0, len(table))
    names = b"".join(struct.pack("<H", len(name)) + name.encode("utf-16-le") for name in authors)
    marks = b"".join(struct.pack("<20xH8x", number) for number in range(len(authors)))
    plc = bytes(4 * (len(authors) + 1)) + marks
    struct.pack_into("<2I", head, 0xBA, len(table), len(plc) if authors else 0)
    struct.pack_into("<2I", head, 0x1BA, len(table) + len(plc), len(names))
    table += plc + names
    back = parents or (0,) * len(authors)
    moments = b"".join(struct.pack("<I2xIi4x", 126 << 20 | 11 << 16 | 24 << 11, bool(by), -by) for by in back)
    struct.pack_into("<H", head, 0x98, 0x88)
    struct.pack_into("<2I", head, 0x41A, len(table), len(moments))
    table += moments
    body = everything + bytes(-len(everything) % 512)
    if looks:
        struct.pack_into("<2I", head, 0xFA, len(table), 12)
        table += struct.pack("<3I", 0, 1 << 20, (len(head) + len(body)) // 512)
        names = b"".join(struct.pack("<H", len(name)) + name.encode("utf-16-le") for name in changed_by)
        struct.pack_into("<2I", head, 0x232, len(table), 6 + len(names))
        table += struct.pack("<HHH", 0xFFFF, len(changed_by), 0) + names
        body += _looks(looks, len(head))
    return compound({"WordDocument": bytes(head) + body, "0Table": table})


def slide_record(kind: int, body: bytes, instance: int = 0) -> bytes:
    """One of a presentation of PowerPoint 97. Source: [MS-PPT] 2.3.1; what holds others has version 15."""
    version = 0xF if kind in {0x03E8, 0x03EE, 0x03F0, 0x0FF0, 0x0FD9, 0x1388, 0x138A, 0x2EE0} else 0
    return struct.pack("<HHI", instance << 4 | version, kind, len(body)) + body


def slide_comment(author: str, said: str) -> bytes:
    """As PowerPoint 2002 keeps it, among what PowerPoint 97 does not know. Source: [MS-PPT] 2.9.5, 2.11.24."""
    texts = ((0, author), (1, said), (2, author[:1]))
    atom = slide_record(0x2EE1, struct.pack("<I8H2i", 1, 2026, 11, 2, 24, 10, 0, 0, 0, 0, 0))
    comment = b"".join(slide_record(0x0FBA, text.encode("utf-16-le"), number) for number, text in texts) + atom
    tag = slide_record(0x0FBA, "___PPT10".encode("utf-16-le"))
    blob = slide_record(0x138B, slide_record(0x2EE0, comment))
    return slide_record(0x1388, slide_record(0x138A, tag + blob))


def old_slides(title: str, notes: str, edges: Mapping[int, str], shown: int, more: bytes = b"") -> bytes:
    """One slide with speaker notes. ``edges`` stand on pages of notes: 0 is a day, 1 a header, 2 a footer; the flags
    ``shown`` say which of them people see. ``more`` are records of the slide."""

    def chars(text: str) -> bytes:
        return slide_record(0x0FA0, text.encode("utf-16-le"))

    def placed(persist: int, number: int) -> bytes:
        return slide_record(0x03F3, struct.pack("<IIIII", persist, 0, 0, number, 0))

    around = slide_record(0x0FDA, struct.pack("<HH", 0, shown))
    around += b"".join(slide_record(0x0FBA, text.encode("utf-16-le"), number) for number, text in edges.items())
    lists = slide_record(0x0FF0, placed(2, 256)) + slide_record(0x0FF0, placed(3, 257), 2)
    objects = [
        slide_record(0x03E8, slide_record(0x0FD9, around, 4) + lists),
        slide_record(0x03EE, slide_record(0x03EF, bytes(24)) + chars(title) + more),
        slide_record(0x03F0, slide_record(0x03F1, struct.pack("<II", 256, 0)) + chars(notes)),
    ]
    places = [sum(map(len, objects[:at])) for at in range(3)]
    stream = b"".join(objects)
    directory = slide_record(0x1772, struct.pack("<4I", 3 << 20 | 1, *places))
    edit = slide_record(0x0FF5, struct.pack("<7I", 0, 0, 0, len(stream), 1, 3, 0))
    newest = len(stream) + len(directory)
    user = slide_record(0x0FF6, struct.pack("<III", 20, 0xE391_C05F, newest) + bytes(8))
    stream = (stream + directory + edit).ljust(4_096, b"\0")
    return compound({"PowerPoint Document": stream, "Current User": user})


def record(number: int, data: bytes = b"") -> bytes:
    """One of a workbook of Excel 97."""
    return struct.pack("<HH", number, len(data)) + data


def text_formula(row: int, column: int, tokens: bytes, shown: str) -> bytes:
    """A formula, and behind it the text that it came to."""
    head = struct.pack("<HHH", row, column, 0) + b"\0" + bytes(5) + b"\xff\xff" + bytes(6)
    text = struct.pack("<HB", len(shown), 1) + shown.encode("utf-16-le")
    return record(0x06, head + struct.pack("<H", len(tokens)) + tokens) + record(0x207, text)


def text_token(text: str) -> bytes:
    if text.isascii():
        return struct.pack("<BBB", 0x17, len(text), 0) + text.encode()
    return struct.pack("<BBB", 0x17, len(text), 1) + text.encode("utf-16-le")


def shared_texts(count: int, *texts: str) -> bytes:
    """A workbook's list of them. ``count`` is how many there are by its header."""
    listed = b"".join(struct.pack("<HB", len(text), 0) + text.encode("latin-1") for text in texts)
    return record(0xFC, struct.pack("<II", count, count) + listed)


def old_excel(
    text: str, chart_sheet: str = "", more: bytes = b"", *, macro_sheet: str = "", of_book: bytes = b""
) -> bytes:
    """A workbook with one sheet and one cell, and behind it a chart and macros on sheets of their own, where those have
    a name. ``more`` are other records of cells, ``of_book`` of the workbook."""

    def begin(what: int) -> bytes:
        return record(0x809, struct.pack("<HHHHII", 0x0600, what, 0x0DBB, 1996, 0, 6))

    cell = record(0x204, struct.pack("<HHHHB", 0, 0, 0, len(text), 0) + text.encode("latin-1"))
    sheets = {"Data": (0, begin(0x0010) + cell + more + record(0x0A))}
    if chart_sheet:
        sheets[chart_sheet] = (2, begin(0x0020) + record(0x0A))
    if macro_sheet:
        sheets[macro_sheet] = (1, begin(0x0040) + record(0x0A))
    start = begin(0x0005) + record(0x0E0, bytes(20))
    at = len(start) + sum(4 + 8 + len(name) for name in sheets) + len(of_book) + 4
    for name, (kind, content) in sheets.items():
        start += record(0x085, struct.pack("<IBBBB", at, 0, kind, len(name), 0) + name.encode("latin-1"))
        at += len(content)
    stream = start + of_book + record(0x0A) + b"".join(content for _, content in sheets.values())
    return compound({"Workbook": stream.ljust(4_096, b"\0")})


def excel_95(text: str, *, header: str, macro_sheet: str) -> bytes:
    """A workbook as Excel 5 and 95 wrote it, texts in Windows-1252: a sheet with one cell, and a sheet of macros."""

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
