"""Reads a winmail.dat (TNEF), in which Outlook wraps a message for other programs.

I/O: reads the file, writes the text and the attachments to files; runs in a worker process. Source: [MS-OXTNEF]. The
one library for it (``tnefparse``) is under the LGPL. A truncated file gives what comes before the cut.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from bot.files.bounds import ConvertLimits
from bot.files.extracts import Extract
from bot.files.outbox import Outbox
from bot.files.worker.outlook import outlook_objects
from bot.files.worker.outlook.mapi import OBJECT, SEVERAL, STRING8, VARIABLE, Attached, Item, Properties, set_name
from bot.files.worker.outlook.outlook_item import converted

MAGIC = b"\x78\x9f\x3e\x22"
_OF_MESSAGE, _OF_ATTACHMENT = 1, 2
_SENDER, _SUBJECT, _SENT, _CLASS, _BODY = 0x8000, 0x8004, 0x8005, 0x8008, 0x800C
_RENDERING, _FILE_NAME, _FILE_DATA, _FILE_PROPERTIES = 0x9002, 0x8010, 0x800F, 0x9005
_PROPERTIES, _RECIPIENTS, _CODE_PAGE = 0x9003, 0x9004, 0x9007
_AS_PROPERTY = {_SUBJECT: 0x0037, _BODY: 0x1000, _CLASS: 0x001A}
_SIZES = {0x0002: 4, 0x0003: 4, 0x0004: 4, 0x000A: 4, 0x000B: 4, 0x0001: 4}
_SIZES |= dict.fromkeys((0x0005, 0x0006, 0x0007, 0x0014, 0x0040), 8) | {0x0048: 16}
_MESSAGE_INTERFACE = b"\x07\x03\x02\x00\x00\x00\x00\x00\xc0\x00\x00\x00\x00\x00\x00\x46"
_VALUES_MAX = 10_000


def convert(source: Path, out: Outbox, limits: ConvertLimits) -> list[Extract]:
    """Raises ``Unreadable`` if nothing is in it."""
    return converted(_item(source.read_bytes()), out, limits)


def _item(data: bytes) -> Item:
    item = Item(Properties())
    label = ""
    for level, number, content in _attributes(data):
        if level == _OF_ATTACHMENT:
            _add_to_attachment(item, number, content)
        elif number == _CODE_PAGE and len(content) >= 4:
            label = str(struct.unpack_from("<I", content)[0])
        elif number in _AS_PROPERTY:
            item.properties.raw.setdefault(_AS_PROPERTY[number], (STRING8, [content]))
        elif number == _SENDER:
            _read_sender(content, item.properties)
        elif number == _SENT:
            item.properties.raw.setdefault(0x0039, (0x0040, [_file_time(content)]))
        elif number == _PROPERTIES:
            _read_into(content, 0, item.properties)
        elif number == _RECIPIENTS:
            item.recipients += _recipients(content)
    charsets = (label, *item.properties.find_charsets())
    for properties in (item.properties, *item.recipients, *(attached.properties for attached in item.attachments)):
        properties.charsets = tuple(filter(None, charsets))
    return item


def _attributes(data: bytes) -> Iterator[tuple[int, int, bytes]]:
    """Level, number and contents. The checksum after each is not checked."""
    at = 6
    while at + 9 <= len(data):
        level, number, _, length = struct.unpack_from("<BHHI", data, at)
        if level not in {_OF_MESSAGE, _OF_ATTACHMENT}:
            return
        yield level, number, data[at + 9 : at + 9 + length]
        at += 9 + length + 2


def _add_to_attachment(item: Item, number: int, content: bytes) -> None:
    if number == _RENDERING or not item.attachments:
        item.attachments.append(Attached(Properties()))
    attached = item.attachments[-1]
    if number == _FILE_NAME:
        attached.properties.raw.setdefault(0x3704, (STRING8, [content]))
    elif number == _FILE_DATA:
        attached.content = content
    elif number == _FILE_PROPERTIES:
        _read_into(content, 0, attached.properties)
        inner = attached.properties.data(0x3701)
        if inner.startswith(_MESSAGE_INTERFACE) and inner[16:20] == MAGIC:
            attached.item = partial(_item, inner[16:])
        elif inner and not attached.content:
            is_object = attached.properties.raw[0x3701][0] == OBJECT
            found = outlook_objects.attached_from_file(attached.properties, inner[16:]) if is_object else None
            item.attachments[-1] = found or Attached(attached.properties, inner)


def _read_sender(content: bytes, properties: Properties) -> None:
    """A name and "SMTP:address", each after its length."""
    if len(content) >= 8:
        name_bytes, address_bytes = struct.unpack_from("<HH", content, 4)
        address = content[8 + name_bytes : 8 + name_bytes + address_bytes].rstrip(b"\0")
        properties.raw.setdefault(0x0C1A, (STRING8, [content[8 : 8 + name_bytes]]))
        properties.raw.setdefault(0x0C1F, (STRING8, [address.rpartition(b":")[2]]))


def _file_time(content: bytes) -> bytes:
    """Converts year, month, day, hour, minute and second to units of 100 ns since 1601; empty if there is no date."""
    try:
        year, month, day, hour, minute, second = struct.unpack_from("<6H", content)
        moment = datetime(year, month, day, hour, minute, second, tzinfo=UTC)
    except (struct.error, ValueError):
        return b""
    return struct.pack("<Q", max(int((moment - datetime(1601, 1, 1, tzinfo=UTC)).total_seconds()), 0) * 10_000_000)


# --- properties ------------------------------------------------------------------------------------------------------


def _recipients(content: bytes) -> list[Properties]:
    people: list[Properties] = []
    at = 4
    for _ in range(min(struct.unpack_from("<I", content)[0], _VALUES_MAX) if len(content) >= 4 else 0):
        person = Properties()
        at = _read_into(content, at, person)
        people.append(person)
        if at >= len(content):
            break
    return people


def _read_into(content: bytes, at: int, properties: Properties) -> int:
    """Reads a list of properties at ``at``, and returns where it ends; truncated data ends it."""
    try:
        count = struct.unpack_from("<I", content, at)[0]
        at += 4
        for _ in range(min(count, _VALUES_MAX)):
            kind, number = struct.unpack_from("<HH", content, at)
            at += 4
            if number >= 0x8000:
                at = _read_name(content, at, number, properties)
            values, at = _values(content, at, kind)
            properties.raw[number] = (kind & ~SEVERAL, values)
    except (struct.error, KeyError):
        return len(content)
    return at


def _read_name(content: bytes, at: int, number: int, properties: Properties) -> int:
    name = set_name(content[at : at + 16])
    is_string, which = struct.unpack_from("<II", content, at + 16)
    at += 24
    if not is_string:
        properties.named[name, which] = number
        return at
    properties.named[name, content[at : at + which].decode("utf-16-le", "replace").rstrip("\0")] = number
    return int(at + which + -which % 4)


def _values(content: bytes, at: int, kind: int) -> tuple[list[bytes], int]:
    """Raises ``KeyError`` for an unknown type, whose length is unknown, too."""
    several, kind = bool(kind & SEVERAL), kind & ~SEVERAL
    count = 1
    if several or kind in VARIABLE:
        count = struct.unpack_from("<I", content, at)[0]
        at += 4
    values = []
    for _ in range(min(count, _VALUES_MAX)):
        length = _SIZES.get(kind, 0)
        if kind in VARIABLE:
            length = struct.unpack_from("<I", content, at)[0]
            at += 4
        elif not length:
            raise KeyError(kind)
        values.append(content[at : at + length])
        at += length + -length % 4
        if at > len(content):
            break
    return values, at
