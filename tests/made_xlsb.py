"""Excel binary workbooks. Source: [MS-XLSB] 2.1.4 and 2.4, the records; the numbers are those of the specification."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Mapping

from tests import made_office

ROW, SMALL, ERROR, BOOLEAN, REAL, TEXT, SHARED = 0, 2, 3, 4, 5, 6, 7


def record(number: int, data: bytes = b"") -> bytes:
    head = bytes([number]) if number < 128 else bytes([number & 0x7F | 0x80, number >> 7])
    size, length = b"", len(data)
    while True:
        size += bytes([length & 0x7F | (0x80 if length > 127 else 0)])
        length >>= 7
        if not length:
            return head + size + data


def wide(text: str) -> bytes:
    return struct.pack("<I", len(text.encode("utf-16-le")) // 2) + text.encode("utf-16-le")


def row(number: int, *cells: bytes, hidden: bool = False) -> bytes:
    """``number`` counts from 0."""
    return record(ROW, struct.pack("<IIHBBBI", number, 0, 300, 0, 0x10 if hidden else 0, 0, 0)) + b"".join(cells)


def cell(kind: int, column: int, value: bytes, style: int = 0) -> bytes:
    return record(kind, struct.pack("<II", column, style) + value)


def text(column: int, words: str) -> bytes:
    return cell(TEXT, column, wide(words))


def number(column: int, value: float, style: int = 0) -> bytes:
    return cell(REAL, column, struct.pack("<d", value), style)


def small(column: int, value: int, style: int = 0, *, hundredth: bool = False) -> bytes:
    return cell(SMALL, column, struct.pack("<i", value << 2 | 2 | hundredth), style)


def styles(formats: Iterable[str]) -> bytes:
    """Style 0 is General; the next ones have these codes."""
    codes = list(formats)
    own = b"".join(record(44, struct.pack("<H", 164 + at) + wide(code)) for at, code in enumerate(codes))
    used = [0, *range(164, 164 + len(codes))]
    other = record(626) + record(47, struct.pack("<HHHHHHI", 0xFFFF, 9, 0, 0, 0, 0, 0)) + record(627)
    cells = b"".join(record(47, struct.pack("<HHHHHHI", 0, code, 0, 0, 0, 0, 0)) for code in used)
    return record(278) + own + other + record(617) + cells + record(618) + record(279)


def comments(found: Iterable[tuple[int, int, str, str]]) -> bytes:
    """Of row, column (from 0), author and text."""
    listed = list(found)
    authors = b"".join(record(632, wide(author)) for _, _, author, _ in listed)
    bodies = b"".join(
        record(635, struct.pack("<5I", at, row, row, column, column) + bytes(16)) + record(637, b"\0" + wide(words))
        for at, (row, column, _, words) in enumerate(listed)
    )
    return record(628) + record(630) + authors + record(631) + record(633) + bodies + record(634) + record(629)


def workbook(
    rows: bytes, before: bytes = b"", after: bytes = b"", *, hidden: bool = False, date_1904: bool = False,
    formats: Iterable[str] = (), strings: Iterable[str] = (), beside: Iterable[tuple[int, int, str, str]] = (),
    links: Mapping[str, str] | None = None, of_book: bytes = b"",
) -> bytes:  # fmt: skip
    """One sheet, "Plan". ``before`` and ``after`` its rows stand the other records of a sheet; ``links`` has addresses
    by their relations' ids; ``of_book`` are records of the workbook."""
    sheet = record(129) + before + record(145) + rows + record(146) + after + record(130)
    listed = record(156, struct.pack("<II", int(hidden), 1) + wide("rId1") + wide("Plan"))
    properties = record(153, struct.pack("<II", int(date_1904), 0) + wide(""))
    shared = b"".join(record(19, b"\0" + wide(one)) for one in strings)
    parts: dict[str, str | bytes] = {
        "xl/workbook.bin": record(131) + properties + record(143) + listed + record(144) + of_book + record(132),
        "xl/worksheets/sheet1.bin": sheet,
        "xl/styles.bin": styles(formats),
        "xl/sharedStrings.bin": record(159, bytes(8)) + shared + record(160),
        "xl/comments1.bin": comments(beside),
    }
    related = {
        "xl/workbook.bin": {
            "rId1": ("worksheet", "worksheets/sheet1.bin"),
            "rId2": ("styles", "styles.bin"),
            "rId3": ("sharedStrings", "sharedStrings.bin"),
        },
        "xl/worksheets/sheet1.bin": {
            "rId1": ("comments", "../comments1.bin"),
            **{number: ("hyperlink", address) for number, address in (links or {}).items()},
        },
    }
    return made_office.open_xml("xl/workbook.bin", parts, related, "spreadsheetml.sheet")


def table(rows: Iterable[Iterable[str | float]]) -> bytes:
    """A sheet of words and numbers."""
    lines = []
    for at, values in enumerate(rows):
        cells = (
            text(column, value) if isinstance(value, str) else number(column, value)
            for column, value in enumerate(values)
        )
        lines.append(row(at, *cells))
    return workbook(b"".join(lines))
