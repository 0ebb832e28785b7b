"""Reads a dBase, FoxPro or Clipper table (.dbf) as comma-separated text, with the field names first.

Pure. Source: the file structure as documented by dBase and Visual FoxPro. Rows marked as deleted are left out.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from bot.files.worker.encodings.detecting import codec_of, decode
from bot.files.worker.sheets.plain import lines

_FIELDS_MAX, _NAME_BYTES = 2_046, 11
_SAMPLE_BYTES = 64_000
_JULIAN_1970 = 2_440_588
_CODE_PAGES = {
    0x01: "cp437", 0x02: "cp850", 0x03: "cp1252", 0x04: "mac_roman", 0x08: "cp865", 0x09: "cp437", 0x0A: "cp850",
    0x13: "cp932", 0x1F: "cp852", 0x22: "cp852", 0x23: "cp852", 0x24: "cp860", 0x26: "cp866", 0x4D: "gb18030",
    0x4E: "cp949", 0x4F: "cp950", 0x50: "cp874", 0x57: "cp1252", 0x58: "cp1252", 0x59: "cp1252", 0x64: "cp852",
    0x65: "cp866", 0x66: "cp865", 0x67: "cp861", 0x6A: "cp737", 0x6B: "cp857", 0x6C: "cp863", 0x78: "cp950",
    0x79: "cp949", 0x7A: "gb18030", 0x7B: "cp932", 0x7C: "cp874", 0x7D: "cp1255", 0x7E: "cp1256", 0x96: "mac_cyrillic",
    0x97: "mac_latin2", 0x98: "mac_greek", 0xC8: "cp1250", 0xC9: "cp1251", 0xCA: "cp1254", 0xCB: "cp1253",
    0xCC: "cp1257",
}  # fmt: skip
"""By the mark in the header; 0 and others say nothing."""


@dataclass(frozen=True, slots=True)
class _Field:
    name: bytes
    kind: str
    start: int
    size: int


def read(data: bytes) -> tuple[str, bool]:
    """The table, and whether it has memo fields, whose text is in a separate file."""
    count, header, record = struct.unpack_from("<IHH", data, 4)
    fields = _fields(data, header)
    rows = [row for row in _records(data, count, header, record) if row[:1] != b"*"]
    codec = _CODE_PAGES.get(data[29]) or _guessed(rows, fields)
    head = [decode(field.name, codec) for field in fields]
    body = (
        [_shown(row[field.start : field.start + field.size], field.kind, codec) for field in fields] for row in rows
    )
    return lines([head, *body]), any(field.kind in "MGPW" for field in fields)


def _fields(data: bytes, header: int) -> list[_Field]:
    """32 bytes each, up to a byte 0x0D; the first byte of a record says whether it is deleted."""
    found, start = [], 1
    for at in range(32, min(header, 32 + 32 * _FIELDS_MAX, len(data) - 31), 32):
        if data[at] == 0x0D:
            break
        kind, size = chr(data[at + 11]), data[at + 16]
        if kind == "C":
            size |= data[at + 17] << 8  # Clipper and FoxPro allow more than 255
        found.append(_Field(data[at : at + _NAME_BYTES].partition(b"\0")[0], kind, start, size))
        start += size
    return [field for field in found if field.kind != "0"]


def _records(data: bytes, count: int, header: int, record: int) -> Iterator[bytes]:
    for at in range(header, min(header + count * record, len(data)), max(record, 1)):
        if data[at : at + 1] == b"\x1a":
            return
        yield data[at : at + record]


def _guessed(rows: list[bytes], fields: list[_Field]) -> str:
    sample = bytearray()
    for row in rows:
        for field in fields:
            if field.kind in "CV":
                sample += row[field.start : field.start + field.size].rstrip(b" \0") + b"\n"
        if len(sample) > _SAMPLE_BYTES:
            break
    return codec_of(bytes(sample))


def _shown(raw: bytes, kind: str, codec: str) -> str:
    numbers = {"I": "<i", "+": "<i", "Y": "<q", "B": "<d", "O": ">d", "T": "<iI", "@": "<iI"}
    form = numbers.get(kind, "")
    if form and len(raw) >= struct.calcsize(form):
        value, *rest = struct.unpack_from(form, raw)
        if kind in "T@":
            return _moment(value, rest[0])
        return f"{value / 10_000:.4f}" if kind == "Y" else f"{value:.15g}" if kind in "BO" else str(value)
    text = decode(raw, codec).strip(" \0")
    if kind == "D" and len(text) == 8 and text.isdecimal():
        return f"{text[:4]}-{text[4:6]}-{text[6:]}"
    if kind == "L":
        return {"T": "TRUE", "Y": "TRUE", "F": "FALSE", "N": "FALSE"}.get(text.upper(), "")
    return "[memo]" if kind in "MGPW" and text else text


def _moment(day: int, milliseconds: int) -> str:
    try:
        shown = (date(1970, 1, 1) + timedelta(days=day - _JULIAN_1970)).isoformat() if day else ""
    except OverflowError:
        return ""
    seconds = milliseconds // 1_000
    clock = f" {seconds // 3_600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}" if seconds and shown else ""
    return shown + clock
