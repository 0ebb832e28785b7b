"""Reads properties as Outlook stores them, both in .msg files and in winmail.dat.

Pure. Sources: [MS-OXCDATA] for the types, [MS-OXPROPS] for the numbers. A property is looked up by its id or, if the id
differs from file to file, by its set and its number or name within that.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from bot.files.worker.encodings.charsets import decoded
from bot.files.worker.encodings.detecting import codec_of

Key = int | tuple[str, int | str]
STRING8, UNICODE, BINARY, OBJECT, SEVERAL = 0x001E, 0x001F, 0x0102, 0x000D, 0x1000
VARIABLE = frozenset({STRING8, UNICODE, BINARY, OBJECT})
CODE_PAGE, HTML_CODE_PAGE, LOCALE = 0x3FFD, 0x3FDE, 0x3FF1
_FIXED = {0x0002: "<h", 0x0003: "<i", 0x0004: "<f", 0x0005: "<d", 0x000B: "<h", 0x0014: "<q", 0x0006: "<q"}
_TIME, _OLE_TIME = 0x0040, 0x0007
_REST_OF_GUID = bytes.fromhex("00000000c000000000000046")
_SETS = {
    bytes.fromhex(start) + _REST_OF_GUID: name
    for start, name in (
        ("02200600", "appointment"),
        ("03200600", "task"),
        ("04200600", "address"),
        ("08200600", "common"),
        ("0a200600", "log"),
        ("29030200", "public"),
    )
} | {bytes.fromhex("90da d86e 0b45 1b10 98da 00aa 003f 1305"): "meeting"}


def set_name(guid: bytes) -> str:
    """A property set's short name, or its number if it has none here. ``guid`` is 16 bytes as in the file."""
    return _SETS.get(guid, guid.hex())


_OF_UNICODE = frozenset({"65001", "1200", "1201"})
_PAGES = {
    **dict.fromkeys((0x05, 0x0E, 0x15, 0x18, 0x1A, 0x1B, 0x1C, 0x24), "1250"),
    **dict.fromkeys((0x02, 0x19, 0x22, 0x23, 0x2F, 0x3F, 0x40, 0x44, 0x50), "1251"),
    **dict.fromkeys((0x1F, 0x2C, 0x43), "1254"),
    **dict.fromkeys((0x01, 0x20, 0x29), "1256"),
    **dict.fromkeys((0x25, 0x26, 0x27), "1257"),
    0x08: "1253",
    0x0D: "1255",
    0x2A: "1258",
    0x1E: "874",
    0x11: "932",
    0x12: "949",
    0x04: "936",
}


def _page_of(locale: int) -> str:
    """the regions that write traditional Chinese: Taiwan, Hong Kong, Macau"""
    if locale in {0x0404, 0x0C04, 0x1404}:  # Chinese as it is written in Taiwan, Hong Kong and Macau
        return "950"
    return _PAGES.get(locale & 0x3FF, "1252") if locale else ""


@dataclass(slots=True)
class Properties:
    """``raw`` has type and contents by id; ``named`` has the ids of properties that have no fixed one."""

    raw: dict[int, tuple[int, list[bytes]]] = field(default_factory=dict)
    named: dict[tuple[str, int | str], int] = field(default_factory=dict)
    charsets: tuple[str, ...] = ()

    def data(self, key: Key) -> bytes:
        found = self._find(key)
        return found[1][0] if found is not None and found[1] else b""

    def text(self, key: Key) -> str:
        """Several texts are joined to a list; other types are written as people write them."""
        found = self._find(key)
        if found is None:
            return ""
        kind, values = found
        if kind in {STRING8, UNICODE}:
            return ", ".join(filter(None, (self._string(kind, value) for value in values)))
        if kind in {_TIME, _OLE_TIME}:
            return self.date(key)
        number = self.number(key)
        return f"{number:g}" if number is not None else ""

    def number(self, key: Key) -> float | None:
        found = self._find(key)
        if found is None or found[0] not in _FIXED or not found[1]:
            return None
        layout = _FIXED[found[0]]
        value = found[1][0][: struct.calcsize(layout)]
        return float(struct.unpack(layout, value)[0]) if len(value) == struct.calcsize(layout) else None

    def moment(self, key: Key) -> datetime | None:
        found = self._find(key)
        return _moment(found[0], found[1][0]) if found is not None and found[1] else None

    def date(self, key: Key) -> str:
        """In UTC, to the minute."""
        moment = self.moment(key)
        return f"{moment:%Y-%m-%d %H:%M} UTC" if moment else ""

    def html(self, key: int) -> bytes:
        """A page as bytes, also if it is stored as a string."""
        found = self._find(key)
        if found is not None and found[0] == UNICODE:
            return self.text(key).encode("utf-8", "replace")
        return self.data(key)

    def codepage(self, key: int) -> str:
        number = self.number(key)
        return str(int(number)) if number and number > 0 else ""

    def find_charsets(self) -> tuple[str, ...]:
        """Possible encodings of strings: as the message says, else by its language, else by their look."""
        by_language = _page_of(int(self.number(LOCALE) or 0))
        named = tuple(filter(None, (self.codepage(CODE_PAGE), by_language, self.codepage(HTML_CODE_PAGE))))
        strings = b" ".join(value for kind, values in self.raw.values() if kind == STRING8 for value in values)
        known = [page for page in named if page not in _OF_UNICODE]
        self.charsets = named if known or strings.isascii() else (*named, codec_of(strings))
        return self.charsets

    def _find(self, key: Key) -> tuple[int, list[bytes]] | None:
        number = key if isinstance(key, int) else self.named.get(key)
        return self.raw.get(number) if number is not None else None

    def _string(self, kind: int, value: bytes) -> str:
        if kind == UNICODE:
            return value[: len(value) & ~1].decode("utf-16-le", "replace").rstrip("\0")
        ended = value.rstrip(b"\0")
        if b"\0" in ended:  # two bytes a character, whatever it says: the last may end with a zero
            ended = value[: len(ended) + len(ended) % 2]
        return decoded(ended, *self.charsets)


def _moment(kind: int, value: bytes) -> datetime | None:
    """A FILETIME (units of 100 ns since 1601) or an OLE date (days since 1899). Absurd values mean "none"."""
    try:
        if kind == _TIME:
            moment = datetime(1601, 1, 1, tzinfo=UTC) + timedelta(microseconds=struct.unpack("<Q", value[:8])[0] // 10)
        else:
            moment = datetime(1899, 12, 30, tzinfo=UTC) + timedelta(days=struct.unpack("<d", value[:8])[0])
    except (struct.error, OverflowError, ValueError):
        return None
    return moment if 1602 < moment.year < 4500 else None


@dataclass(slots=True)
class Attached:
    """``content`` are its bytes; ``item`` opens the message, if it is one. ``opened`` are the streams of an office
    document that is stored unpacked in the message."""

    properties: Properties
    content: bytes = b""
    item: Callable[[], Item] | None = None
    opened: dict[str, bytes] = field(default_factory=dict)


@dataclass(slots=True)
class Item:
    """A message, appointment, contact, task or note."""

    properties: Properties
    recipients: list[Properties] = field(default_factory=list)
    attachments: list[Attached] = field(default_factory=list)
