"""Reads an Outlook message (.msg), its attachments, and the messages within it.

I/O: writes the text and the attachments to files; runs in a worker process. Source: [MS-OXMSG]: a property is a stream
named by its id and type; an attachment is a storage, and so is a message within a message.
"""

from __future__ import annotations

import struct
from functools import partial

from bot.files.bounds import ConvertLimits
from bot.files.extracts import Extract
from bot.files.outbox import Outbox
from bot.files.worker.documents.compound import Storage
from bot.files.worker.outlook import outlook_objects
from bot.files.worker.outlook.mapi import BINARY, SEVERAL, STRING8, UNICODE, Attached, Item, Properties, set_name
from bot.files.worker.outlook.outlook_item import converted

_STREAM = "__substg1.0_"
_PROPERTIES, _NAMES = "__properties_version1.0", "__nameid_version1.0"
_DATA, _DATA_AS_STORAGE = f"{_STREAM}37010102", f"{_STREAM}3701000D"
_SEVERAL_OF = {BINARY: 8, STRING8: 4, UNICODE: 4}


def convert(root: Storage, out: Outbox, limits: ConvertLimits) -> list[Extract]:
    """Raises ``Unreadable`` if nothing is in it."""
    return converted(_item(root, _named(root), header_bytes=32), out, limits)


def _item(storage: Storage, named: dict[tuple[str, int | str], int], *, header_bytes: int) -> Item:
    properties = _properties(storage, named, header_bytes)
    properties.find_charsets()
    item = Item(properties)
    for name, inner in sorted(storage.storages.items()):
        if name.startswith("__recip_version1.0"):
            person = _properties(inner, named, 8)
            person.charsets = properties.charsets
            item.recipients.append(person)
        elif name.startswith("__attach_version1.0"):
            attached = _properties(inner, named, 8)
            attached.charsets = properties.charsets
            item.attachments.append(_attached(inner, attached, named))
    return item


def _attached(storage: Storage, properties: Properties, named: dict[tuple[str, int | str], int]) -> Attached:
    inner = storage.storages.get(_DATA_AS_STORAGE)
    if inner is None:
        return Attached(properties, storage.streams.get(_DATA, b""))
    if _PROPERTIES in inner.streams:
        return Attached(properties, item=partial(_item, inner, named, header_bytes=24))
    return outlook_objects.attached(properties, inner)


def _properties(storage: Storage, named: dict[tuple[str, int | str], int], header_bytes: int) -> Properties:
    """Properties of fixed length share one stream, each other one has its own; multiple values have one each."""
    properties = Properties(named=named)
    table = storage.streams.get(_PROPERTIES, b"")
    for at in range(header_bytes, len(table) - 15, 16):
        kind, number = struct.unpack_from("<HH", table, at)
        properties.raw[number] = (kind, [table[at + 8 : at + 16]])
    for name, data in sorted(storage.streams.items()):
        tag = name.removeprefix(_STREAM)
        if tag == name or len(tag) < 8:
            continue
        try:
            number, kind = int(tag[:4], 16), int(tag[4:8], 16)
        except ValueError:
            continue
        if not kind & SEVERAL:
            properties.raw[number] = (kind, [data])
        elif len(tag) > 8:  # for multiple values the first stream has their lengths
            properties.raw.setdefault(number, (kind & ~SEVERAL, []))[1].append(data)
        elif kind & ~SEVERAL not in _SEVERAL_OF:
            properties.raw[number] = (kind & ~SEVERAL, [data])
        else:
            properties.raw[number] = (kind & ~SEVERAL, [])
    return properties


def _named(root: Storage) -> dict[tuple[str, int | str], int]:
    """The ids, from 8000 (hexadecimal), that this file gave to properties without a fixed one."""
    streams = root.storages.get(_NAMES, Storage()).streams
    sets, entries, strings = (streams.get(f"{_STREAM}{tag}0102", b"") for tag in ("0002", "0003", "0004"))
    found: dict[tuple[str, int | str], int] = {}
    for at in range(0, len(entries) - 7, 8):
        which, kind_and_set, index = struct.unpack_from("<IHH", entries, at)
        in_sets = (kind_and_set >> 1) - 3  # the first two are known without being listed
        name = "public" if in_sets == -1 else set_name(sets[in_sets * 16 : in_sets * 16 + 16]) if in_sets >= 0 else ""
        key: int | str = _string(strings, which) if kind_and_set & 1 else which
        found[name, key] = 0x8000 + index
    return found


def _string(strings: bytes, at: int) -> str:
    if at + 4 > len(strings):
        return ""
    length = struct.unpack_from("<I", strings, at)[0]
    return strings[at + 4 : at + 4 + length].decode("utf-16-le", "replace")
