"""A compound file (OLE: old Office files, Outlook messages) in, the tree of its named streams out.

Pure, on bytes in memory. Source: Microsoft's open specification [MS-CFB], version 3 and 4. Every chain is bounded by
the number of sectors, so that a chain that runs in a circle ends.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field

MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_SECTORS_END = 0xFFFF_FFFA
_ENTRY_BYTES = 128
_NONE = 0xFFFF_FFFF
_STORAGE, _STREAM, _ROOT = 1, 2, 5


class CompoundError(ValueError):
    """The bytes are no compound file, or a broken one."""


@dataclass(slots=True)
class Storage:
    """A directory: streams by name, and storages by name."""

    streams: dict[str, bytes] = field(default_factory=dict)
    storages: dict[str, Storage] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Entry:
    name: str
    kind: int
    left: int
    right: int
    child: int
    start: int
    size: int


def read(data: bytes) -> Storage:
    """Raises ``CompoundError`` for whatever is not whole."""
    try:
        return _File(data).tree()
    except (struct.error, IndexError, UnicodeDecodeError, RecursionError) as error:
        raise CompoundError(str(error)) from error


class _File:
    def __init__(self, data: bytes) -> None:
        if not data.startswith(MAGIC):
            raise CompoundError("no magic")
        self._data = data
        sector_shift, mini_shift = struct.unpack_from("<HH", data, 30)
        if sector_shift not in {9, 12} or mini_shift != 6:
            raise CompoundError("sector sizes out of range")
        self._sector_bytes, self._mini_bytes = 1 << sector_shift, 1 << mini_shift
        _, self._directory_at, _, self._mini_below, minifat_at, _, difat_at, _ = struct.unpack_from("<8I", data, 44)
        self._fat = self._read_fat(difat_at)
        self._minifat = self._numbers(self._chain(minifat_at))
        self._entries = self._read_entries()
        self._mini = self._chain(self._entries[0].start)

    def tree(self) -> Storage:
        return self._storage(self._entries[0], {0})

    def _sector(self, number: int) -> bytes:
        start = (number + 1) * self._sector_bytes
        if start >= len(self._data):
            raise CompoundError("a sector beyond the end")
        return self._data[start : start + self._sector_bytes]

    def _numbers(self, data: bytes) -> tuple[int, ...]:
        return struct.unpack(f"<{len(data) // 4}I", data[: len(data) // 4 * 4])

    def _read_fat(self, difat_at: int) -> tuple[int, ...]:
        sectors = list(struct.unpack_from("<109I", self._data, 76))
        for _ in range(len(self._data) // self._sector_bytes):
            if difat_at >= _SECTORS_END:
                break
            *more, difat_at = self._numbers(self._sector(difat_at))
            sectors += more
        return self._numbers(b"".join(self._sector(number) for number in sectors if number < _SECTORS_END))

    def _chain(self, start: int, size: int | None = None) -> bytes:
        pieces = []
        for _ in range(len(self._fat)):
            if start >= _SECTORS_END:
                break
            pieces.append(self._sector(start))
            start = self._fat[start]
        return b"".join(pieces)[:size]

    def _mini_chain(self, start: int, size: int) -> bytes:
        pieces = []
        for _ in range(len(self._minifat)):
            if start >= _SECTORS_END:
                break
            pieces.append(self._mini[start * self._mini_bytes : (start + 1) * self._mini_bytes])
            start = self._minifat[start]
        return b"".join(pieces)[:size]

    def _read_entries(self) -> list[_Entry]:
        raw = self._chain(self._directory_at)
        entries = []
        for at in range(0, len(raw) - _ENTRY_BYTES + 1, _ENTRY_BYTES):
            name_bytes, kind = struct.unpack_from("<HB", raw, at + 64)
            left, right, child = struct.unpack_from("<3I", raw, at + 68)
            start, size = struct.unpack_from("<IQ", raw, at + 116)
            name = raw[at : at + max(min(name_bytes, 64) - 2, 0)].decode("utf-16-le", "replace")
            if self._sector_bytes == 512:
                size &= 0xFFFF_FFFF
            entries.append(_Entry(name, kind, left, right, child, start, size))
        if not entries or entries[0].kind != _ROOT:
            raise CompoundError("no root")
        return entries

    def _storage(self, entry: _Entry, seen: set[int]) -> Storage:
        """Siblings form a tree; a number met twice is a circle and ends the walk."""
        found = Storage()
        waiting = [entry.child]
        while waiting:
            number = waiting.pop()
            if number == _NONE or number >= len(self._entries) or number in seen:
                continue
            seen.add(number)
            child = self._entries[number]
            waiting += [child.left, child.right]
            if child.kind == _STREAM:
                found.streams[child.name] = self._stream(child)
            elif child.kind == _STORAGE:
                found.storages[child.name] = self._storage(child, seen)
        return found

    def _stream(self, entry: _Entry) -> bytes:
        if entry.size < self._mini_below:
            return self._mini_chain(entry.start, entry.size)
        return self._chain(entry.start, entry.size)
