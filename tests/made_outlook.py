"""Outlook's items as .msg and as winmail.dat, put together from their properties.

Source of the layouts: [MS-OXMSG] and [MS-OXTNEF]; of the numbers: [MS-OXPROPS].
"""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from tests.made_documents import Tree, compound

APPOINTMENT, TASK, ADDRESS = (
    bytes.fromhex(f"{n}200600") + bytes.fromhex("00000000c000000000000046") for n in ("02", "03", "04")
)
COMMON = bytes.fromhex("0820060000000000c000000000000046")
PUBLIC = bytes.fromhex("2903020000000000c000000000000046")
CLASS, SUBJECT, BODY, HTML, RTF, SENDER, TO, CC = 0x001A, 0x0037, 0x1000, 0x1013, 0x1009, 0x0C1A, 0x0E04, 0x0E03
Name = tuple[bytes, int | str]
"""A property set and the number or the name that a property has in it."""
Properties = Mapping[Any, Any]
"""By id or by ``Name``; texts, bytes, numbers, moments, and lists of bytes."""


@dataclass
class Made:
    """``codec`` is that of strings; without one they are in UTF-16. An attachment whose data (3701) are streams by
    their names is an object put into the message."""

    properties: Properties
    recipients: Sequence[Properties] = ()
    attachments: Sequence[Properties | Made] = ()
    codec: str = ""
    names: list[Name] = field(default_factory=list)


def filetime(moment: datetime) -> bytes:
    return struct.pack("<Q", int((moment - datetime(1601, 1, 1, tzinfo=UTC)).total_seconds()) * 10_000_000)


# --- .msg ------------------------------------------------------------------------------------------------------------


def msg(item: Made) -> bytes:
    tree = _message(item, bytes(32), item.names)
    names = item.names
    entries = b"".join(
        struct.pack("<IHH", number if isinstance(number, int) else _string_at(names, at), _kind(names, at), at)
        for at, (_, number) in enumerate(names)
    )
    sets = b"".join(guid for guid, _ in names)
    streams = {"00020102": sets, "00030102": entries, "00040102": _strings(names)}
    return compound({**tree, "__nameid_version1.0": {f"__substg1.0_{tag}": data for tag, data in streams.items()}})


def _kind(names: list[Name], at: int) -> int:
    guid, number = names[at]
    return (2 if guid == PUBLIC else at + 3) << 1 | isinstance(number, str)


def _strings(names: list[Name]) -> bytes:
    encoded = [number.encode("utf-16-le") for _, number in names if isinstance(number, str)]
    return b"".join(struct.pack("<I", len(one)) + one + bytes(-len(one) % 4) for one in encoded)


def _string_at(names: list[Name], at: int) -> int:
    return len(_strings(names[:at]))


def _message(item: Made, header: bytes, names: list[Name]) -> dict[str, bytes | Tree]:
    tree: dict[str, bytes | Tree] = dict(_properties(item.properties, header, names, item.codec))
    for number, person in enumerate(item.recipients):
        tree[f"__recip_version1.0_#{number:08X}"] = _properties(person, bytes(8), names, item.codec)
    for number, attached in enumerate(item.attachments):
        name = f"__attach_version1.0_#{number:08X}"
        if isinstance(attached, Made):
            inner = _message(attached, bytes(24), names)
            tree[name] = {**_properties({0x3705: 5}, bytes(8), names, ""), "__substg1.0_3701000D": inner}
        else:
            rest = {key: value for key, value in attached.items() if key != 0x3701 or isinstance(value, bytes)}
            tree[name] = _properties(rest, bytes(8), names, item.codec)
            if rest != attached:
                tree[name] = {**_properties(rest, bytes(8), names, ""), "__substg1.0_3701000D": attached[0x3701]}
    return tree


def _properties(properties: Properties, header: bytes, names: list[Name], codec: str) -> dict[str, bytes]:
    fixed, streams = header, dict[str, bytes]()
    for key, value in properties.items():
        if isinstance(key, tuple) and key not in names:
            names.append(key)
        number = key if isinstance(key, int) else 0x8000 + names.index(key)
        kind, data = _typed(value, codec)
        if isinstance(value, list):
            streams[f"__substg1.0_{number:04X}{kind | 0x1000:04X}"] = b"".join(struct.pack("<Q", len(v)) for v in value)
            streams |= {f"__substg1.0_{number:04X}{kind | 0x1000:04X}-{at:08X}": v for at, v in enumerate(value)}
        elif isinstance(value, str | bytes):
            streams[f"__substg1.0_{number:04X}{kind:04X}"] = data
        else:
            fixed += struct.pack("<HHI", kind, number, 6) + data.ljust(8, b"\0")
    return {"__properties_version1.0": fixed, **streams}


def _typed(value: Any, codec: str) -> tuple[int, bytes]:
    if isinstance(value, str):
        return (0x001E, value.encode(codec)) if codec else (0x001F, value.encode("utf-16-le"))
    if isinstance(value, datetime):
        return 0x0040, filetime(value)
    if isinstance(value, float):
        return 0x0005, struct.pack("<d", value)
    return (
        (0x0003, struct.pack("<i", value))
        if isinstance(value, int)
        else (0x0102, value if isinstance(value, bytes) else b"")
    )


# --- winmail.dat -----------------------------------------------------------------------------------------------------


def tnef(item: Made, *, old: Mapping[int, bytes] | None = None, code_page: int = 1252) -> bytes:
    """``old`` are attributes of the message as first versions have them, by their number."""
    attributes = _attribute(1, 0x0006_9007, struct.pack("<II", code_page, 0))
    attributes += b"".join(_attribute(1, number, data) for number, data in (old or {}).items())
    attributes += _attribute(1, 0x0006_9003, _listed(item.properties, item.codec))
    if item.recipients:
        people = b"".join(_listed(person, item.codec) for person in item.recipients)
        attributes += _attribute(1, 0x0006_9004, struct.pack("<I", len(item.recipients)) + people)
    for attached in item.attachments:
        attributes += _attribute(2, 0x0006_9002, bytes(14))
        if isinstance(attached, Made):
            inner = bytes.fromhex("0703020000000000c000000000000046") + tnef(attached)
            embedded = struct.pack("<IHHII", 1, 0x000D, 0x3701, 1, len(inner)) + inner + bytes(-len(inner) % 4)
            attributes += _attribute(2, 0x0006_9005, embedded)
        elif isinstance(attached.get(0x3701), Mapping):
            inner = bytes.fromhex("0b00000000000000c000000000000046") + compound(attached[0x3701])
            rest = {key: value for key, value in attached.items() if key != 0x3701}
            embedded = struct.pack("<I", len(attached)) + _listed(rest, item.codec)[4:]
            embedded += struct.pack("<HHII", 0x000D, 0x3701, 1, len(inner)) + inner + bytes(-len(inner) % 4)
            attributes += _attribute(2, 0x0006_9005, embedded)
        else:
            data = attached.get(0x3701, b"")
            attributes += _attribute(2, 0x0006_800F, data if isinstance(data, bytes) else b"")
            rest = {key: value for key, value in attached.items() if key != 0x3701}
            attributes += _attribute(2, 0x0006_9005, _listed(rest, item.codec))
    return b"\x78\x9f\x3e\x22\x01\x00" + attributes


def _attribute(level: int, number: int, data: bytes) -> bytes:
    return struct.pack("<BII", level, number, len(data)) + data + struct.pack("<H", sum(data) & 0xFFFF)


def _listed(properties: Properties, codec: str) -> bytes:
    listed = struct.pack("<I", len(properties))
    for at, (key, value) in enumerate(properties.items()):
        kind, data = _typed(value, codec)
        listed += struct.pack("<HH", kind, key if isinstance(key, int) else 0x8000 + at)
        if isinstance(key, tuple):
            guid, number = key
            name = number.encode("utf-16-le") if isinstance(number, str) else b""
            listed += guid + struct.pack("<II", isinstance(number, str), len(name) if name else number)
            listed += name + bytes(-len(name) % 4)
        if isinstance(value, str | bytes):
            listed += struct.pack("<II", 1, len(data))
        listed += data + bytes(-len(data) % 4)
    return listed
