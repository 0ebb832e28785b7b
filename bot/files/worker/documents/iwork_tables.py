"""Reads the tables of an iWork document.

Pure. Numbers and dates are formatted as in the document; in versions before 2018 they are given as stored.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta

from bot.files.worker.documents import iwork_formats
from bot.files.worker.documents.iwa import Object, blobs, fields, referred, text, whole
from bot.files.worker.documents.package import Broken
from bot.files.worker.sheets.model import Row, Rows, Sheet, Workbook

INFO, MODEL = 6000, 6001
_LIST_KINDS = frozenset({6005, 6201})
_TEXTS, _RICH_TEXTS, _COMMENTS, _FORMATS = 4, 17, 19, 22
_TEXT, _DATE, _BOOLEAN, _DURATION, _ERROR, _RICH = 3, 5, 6, 7, 8, 9
_DECIMAL, _DOUBLE, _SECONDS, _TEXT_KEY, _RICH_KEY, _COMMENT_KEY = 1, 2, 4, 8, 0x10, 0x80000
_NUMBER_FORMAT, _MONEY_FORMAT, _DATE_FORMAT, _DURATION_FORMAT, _BOOLEAN_FORMAT = (
    0x2000,
    0x4000,
    0x8000,
    0x10000,
    0x40000,
)
_EPOCH = datetime(2001, 1, 1, tzinfo=UTC)
_ROWS_MAX, _COLUMNS_MAX = 1_000_000, 16_384
_TILE_ROWS = 256
_NEW_VERSION = 5
_BEFORE = (
    *((0x200, 4, _RICH_KEY), (0x3000, 0, 0)),
    *((0x10, 4, _TEXT_KEY), (0x20, 8, _DOUBLE), (0x40, 8, _SECONDS)),
)
"""Older versions: the flag, the length in bytes, and what it stands for."""
Objects = Mapping[int, Object]
Fields = dict[int, list[int | bytes]]
Lists = Mapping[int, dict[int, Fields]]
Custom = Mapping[bytes, Fields]


def add(workbook: Workbook, objects: Objects, info: Object, sheet_name: str, chars_max: int) -> None:
    """The table that ``info`` refers to, named after its sheet and itself."""
    model = next((objects[number] for number in referred(info.fields, 2) if number in objects), None)
    if model is None or model.kind != MODEL:
        return
    name = ": ".join(filter(None, (sheet_name, text(model.fields, 8)))) or f"Table {len(workbook.sheets) + 1}"
    sheet = Sheet(name)
    workbook.sheets.append(sheet)
    rows = Rows(sheet, workbook.room_for(chars_max))
    try:
        store = fields(b"".join(blobs(model.fields, 4)))
        lists = {key: _list(objects, store, key) for key in (_TEXTS, _RICH_TEXTS, _COMMENTS, _FORMATS)}
        made = (one for one in objects.values() if one.kind == iwork_formats.CUSTOM_FORMATS)
        custom = next((iwork_formats.listed(one.fields) for one in made), {})
        for number, cells in sorted(_rows(objects, store), key=lambda row: row[0]):
            row = Row(number + 1, {})
            for column, cell in cells:
                row.cells[column + 1] = _shown(cell, objects, lists, custom)
                if comment := _comment(cell, objects, lists):
                    sheet.comments[number + 1, column + 1] = [comment]
            rows.add(row)
    except (Broken, struct.error, IndexError, OverflowError):
        sheet.breaks_off = True
    rows.close()


def _list(objects: Objects, store: Fields, key: int) -> dict[int, Fields]:
    """Entries by key; a long list is stored in segments."""
    found: dict[int, Fields] = {}
    for number in referred(store, key):
        if number not in objects:
            continue
        parts = [objects[number], *(objects[one] for one in referred(objects[number].fields, 4) if one in objects)]
        for part in parts if objects[number].kind in _LIST_KINDS else []:
            for entry in blobs(part.fields, 3):
                read = fields(entry)
                found[whole(read, 1)] = read
    return found


def _rows(objects: Objects, store: Fields) -> Iterator[tuple[int, list[tuple[int, bytes]]]]:
    for storage in map(fields, blobs(store, 3)):
        tile_rows = whole(storage, 2) or _TILE_ROWS
        for tile in map(fields, blobs(storage, 1)):
            for held in (objects[number] for number in referred(tile, 2) if number in objects):
                for info in map(fields, blobs(held.fields, 5)):
                    number = whole(tile, 1) * tile_rows + whole(info, 1)
                    if number < _ROWS_MAX:
                        yield number, list(_cells(info))


def _cells(info: Fields) -> Iterator[tuple[int, bytes]]:
    """The columns of a row that are not empty, and what is stored for each; older programs store it elsewhere."""
    old = not blobs(info, 6)
    data, places = b"".join(blobs(info, 3 if old else 6)), b"".join(blobs(info, 4 if old else 7))
    offsets = struct.unpack(f"<{len(places) // 2}h", places[: len(places) // 2 * 2])[:_COLUMNS_MAX]
    scale = 4 if whole(info, 8) else 1
    for column, offset in enumerate(offsets):
        if offset >= 0 and offset * scale + 12 <= len(data):
            yield column, data[offset * scale :]


def _kind(cell: bytes) -> int:
    return cell[1] if cell[0] >= _NEW_VERSION - 1 else cell[2]


def _stored(cell: bytes) -> dict[int, bytes]:
    """What is stored of a cell, by flag: values first, then references to other objects."""
    if cell[0] < _NEW_VERSION:
        return _stored_before(cell)
    (flags,) = struct.unpack_from("<I", cell, 8)
    found, at = dict[int, bytes](), 12
    for place in range(20):
        flag = 1 << place
        if flags & flag:
            size = 16 if flag == _DECIMAL else 8 if flag in {_DOUBLE, _SECONDS} else 4
            found[flag] = cell[at : at + size]
            at += size
    return found


def _stored_before(cell: bytes) -> dict[int, bytes]:
    """The same for versions before 2018, which put the references first."""
    (flags,), newer = struct.unpack_from("<I", cell, 4), cell[0] > 1
    at = (12 if newer else 8) + 4 * (flags & (0x0D8E if newer else 0x018E)).bit_count()
    found = dict[int, bytes]()
    for flag, size, means in _BEFORE:
        if not size:
            at += 4 * (flags & (flag if newer else 0x1000)).bit_count()
        elif flags & flag:
            found[means] = cell[at : at + size]
            at += size
    return found


def _shown(cell: bytes, objects: Objects, lists: Lists, custom: Custom) -> str:
    kind, stored = _kind(cell), _stored(cell)
    if kind == _TEXT:
        return text(lists[_TEXTS].get(_key(stored, _TEXT_KEY), {}), 3)
    if kind == _RICH:
        payloads = referred(lists[_RICH_TEXTS].get(_key(stored, _RICH_KEY), {}), 9)
        storages = [one for payload in payloads if payload in objects for one in referred(objects[payload].fields, 1)]
        return "".join(text(objects[one].fields, 3) for one in storages if one in objects)
    return "#ERROR" if kind == _ERROR else _value(kind, stored, lists, custom)


def _value(kind: int, stored: dict[int, bytes], lists: Lists, custom: Custom) -> str:
    if kind == _DATE and _SECONDS in stored:
        return _moment(struct.unpack("<d", stored[_SECONDS])[0], _format(stored, lists, _DATE_FORMAT), custom)
    value = _decimal(stored[_DECIMAL]) if _DECIMAL in stored else None
    if value is None and _DOUBLE in stored:
        (value,) = struct.unpack("<d", stored[_DOUBLE])
    if value is None:
        return ""
    if kind == _DURATION:
        form = _format(stored, lists, _DURATION_FORMAT)
        return iwork_formats.shown_duration(value, form) or str(timedelta(seconds=value))
    form = _format(stored, lists, _BOOLEAN_FORMAT if kind == _BOOLEAN else _MONEY_FORMAT, _NUMBER_FORMAT)
    if kind == _BOOLEAN and whole(form, 1) <= 1:
        return "TRUE" if value else "FALSE"
    return iwork_formats.shown_number(value, form, custom)


def _format(stored: dict[int, bytes], lists: Lists, *flags: int) -> Fields:
    """The first of these that the cell has; empty if it has none."""
    entry = next((lists[_FORMATS].get(_key(stored, flag), {}) for flag in flags if flag in stored), {})
    return fields(b"".join(blobs(entry, 6)))


def _comment(cell: bytes, objects: Objects, lists: Lists) -> str:
    stored = _stored(cell)
    if _COMMENT_KEY not in stored:
        return ""
    numbers = referred(lists[_COMMENTS].get(_key(stored, _COMMENT_KEY), {}), 10)
    return " ".join(text(objects[number].fields, 1) for number in numbers if number in objects)


def _key(stored: dict[int, bytes], flag: int) -> int:
    return int.from_bytes(stored.get(flag, b""), "little")


def _decimal(data: bytes) -> float:
    """128 bits: a sign, a decimal exponent, and an integer."""
    bits = int.from_bytes(data, "little")
    value = float(f"{bits & (1 << 113) - 1}e{(bits >> 113 & 0x3FFF) - 0x1820}")
    return -value if bits >> 127 else value


def _moment(seconds: float, form: Fields, custom: Custom) -> str:
    with suppress(OverflowError, ValueError):
        moment = (_EPOCH + timedelta(seconds=seconds)).replace(tzinfo=None)
        if shown := iwork_formats.shown_moment(moment, form, custom):
            return shown
        return moment.replace(microsecond=0).isoformat(" ").removesuffix(" 00:00:00")
    return ""
