"""Reads the directories of tags in a TIFF, or in a file built like one (most raw files of cameras).

Pure. Nothing in the file is trusted: offsets, counts and the number of directories are limited. Sources:
TIFF 6.0, the Adobe Photoshop TIFF notes (SubIFDs), BigTIFF.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field

WIDTH, LENGTH, BITS, COMPRESSION, PHOTOMETRIC = 0x100, 0x101, 0x102, 0x103, 0x106
STRIPS, SAMPLES, ROWS_PER_STRIP, STRIP_BYTES, PLANAR, PREDICTOR = 0x111, 0x115, 0x116, 0x117, 0x11C, 0x13D
ORIENTATION, TILE_WIDTH, TILE_LENGTH, TILES, TILE_BYTES = 0x112, 0x142, 0x143, 0x144, 0x145
SUB_DIRECTORIES, SAMPLE_FORMAT, DNG_VERSION, NEW_SUBFILE_TYPE = 0x14A, 0x153, 0xC612, 0xFE
COLOURS, SHARED = 0x140, 0x212
"""The palette, and the block of pixels, across and down, that shares one pair of colours in YCbCr."""

_ENTRIES_MAX = 512
_VALUES_MAX = 1_000_000
_DIRECTORIES_MAX = 64
_TYPES = {1: "B", 2: "B", 3: "H", 4: "I", 6: "b", 7: "B", 8: "h", 9: "i", 11: "f", 12: "d", 13: "I", 16: "Q", 18: "Q"}
_MAGICS = {42, 43, 0x55, 0x4F52, 0x5352}
"""TIFF, BigTIFF, and the marks of Panasonic and Olympus."""


@dataclass(slots=True)
class Directory:
    """``tags`` by number, each a tuple of numbers; rational and unknown types are left out."""

    tags: dict[int, tuple[float, ...]] = field(default_factory=dict)
    is_page: bool = True
    """Whether it is in the file's main chain, not a sub-directory."""

    def number(self, tag: int, default: int = 0) -> int:
        values = self.tags.get(tag)
        return int(values[0]) if values else default

    def numbers(self, tag: int) -> tuple[int, ...]:
        return tuple(int(value) for value in self.tags.get(tag, ()))


def directories(data: bytes | memoryview) -> tuple[str, list[Directory]]:
    """The byte order (``<`` or ``>``), and the directories in order; none if it is no TIFF."""
    order = {b"II": "<", b"MM": ">"}.get(bytes(data[:2]), "")
    if not order or len(data) < 16 or struct.unpack_from(f"{order}H", data, 2)[0] not in _MAGICS:
        return order or "<", []
    big = struct.unpack_from(f"{order}H", data, 2)[0] == 43
    first = struct.unpack_from(f"{order}Q", data, 8)[0] if big else struct.unpack_from(f"{order}I", data, 4)[0]
    waiting, seen = [(first, True)], {0}
    found: list[Directory] = []
    while waiting and len(found) < _DIRECTORIES_MAX:
        offset, is_page = waiting.pop(0)
        if offset in seen or offset >= len(data):
            continue
        seen.add(offset)
        try:
            directory, following = _directory(data, offset, order, big=big)
        except struct.error:
            continue
        directory.is_page = is_page
        found.append(directory)
        waiting += [(at, False) for at in directory.numbers(SUB_DIRECTORIES)[:16]]
        waiting.append((following, is_page))
    return order, found


def _directory(data: bytes | memoryview, offset: int, order: str, *, big: bool) -> tuple[Directory, int]:
    """Raises ``struct.error`` if it extends beyond the end."""
    count_code, entry_bytes = ("Q", 20) if big else ("H", 12)
    (count,) = struct.unpack_from(f"{order}{count_code}", data, offset)
    at = offset + struct.calcsize(f"={count_code}")
    found = Directory()
    for number in range(min(count, _ENTRIES_MAX)):
        tag, values = _entry(data, at + number * entry_bytes, order, big=big)
        if values:
            found.tags.setdefault(tag, values)
    try:
        (following,) = struct.unpack_from(f"{order}{'Q' if big else 'I'}", data, at + count * entry_bytes)
    except struct.error:
        following = 0
    return found, following


def _entry(data: bytes | memoryview, at: int, order: str, *, big: bool) -> tuple[int, tuple[float, ...]]:
    tag, kind, count = struct.unpack_from(f"{order}HH{'Q' if big else 'I'}", data, at)
    code = _TYPES.get(kind)
    if code is None or count > _VALUES_MAX:
        return tag, ()
    inline = 8 if big else 4
    at += 12 if big else 8
    if struct.calcsize(f"={count}{code}") > inline:
        (at,) = struct.unpack_from(f"{order}{'Q' if big else 'I'}", data, at)
    try:
        return tag, struct.unpack_from(f"{order}{count}{code}", data, at)
    except struct.error:
        return tag, ()
