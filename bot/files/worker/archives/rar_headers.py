"""Reads from RAR headers what libarchive does not report: volumes, locked members, checksums.

I/O: ``members`` reads the headers of the file it is given. Libarchive does not check the checksum of a member that is
only stored, and knows nothing of locked members in version 5. Sources: rarlab.com/technote.htm, unrar's headers.hpp.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

MARK_4, MARK_5 = b"Rar!\x1a\x07\0", b"Rar!\x1a\x07\x01\0"
_HEADER_BYTES_MAX = 65_536
_HEADERS_MAX = 20_000
_MAIN_4, _FILE_4 = 0x73, 0x74
_VOLUME, _LOCKED_4, _LARGE_4, _HAS_DATA_4 = 0x1, 0x4, 0x100, 0x8000
_STORED_4, _VERSION_3 = 0x30, 29
_MAIN_5, _FILE_5 = 1, 2
_HAS_EXTRA_5, _HAS_DATA_5 = 1, 2
_HAS_TIME_5, _HAS_CRC_5 = 2, 4
_ENCRYPTION_5 = 1


@dataclass(frozen=True, slots=True)
class RarMember:
    """``crc`` is ``None`` if there is none. Directories and links count as members here."""

    size_bytes: int
    crc: int | None
    is_locked: bool
    is_old: bool = False
    """Whether it is packed as by RAR 1.5 to 2.x, which libarchive does not know and reports as damaged."""
    by_old_program: bool = False
    """Whether one of those versions wrote it, packed or not: libarchive fails on their comments."""


def is_volume(head: bytes) -> bool:
    """``head`` is the beginning of the archive."""
    if head.startswith(MARK_4):
        return head[9:10] == bytes([_MAIN_4]) and bool(head[10] & _VOLUME)
    header = _Bytes(head, len(MARK_5) + 4)
    _, kind, flags = header.number(), header.number(), header.number()
    if flags & _HAS_EXTRA_5:
        header.number()
    return head.startswith(MARK_5) and kind == _MAIN_5 and bool(header.number() & _VOLUME)


def members(source: Path) -> list[RarMember]:
    """The members in order, as far as the headers can be followed."""
    with source.open("rb") as file:
        if file.read(len(MARK_5)) == MARK_5:
            return list(_version_5(file))
        return list(_version_4(file))


def _version_4(file: IO[bytes]) -> Iterator[RarMember]:
    at = len(MARK_4)
    for _ in range(_HEADERS_MAX):
        file.seek(at)
        header = file.read(40)
        if len(header) < 7:
            return
        _, kind, flags, size = struct.unpack_from("<HBHH", header)
        data_bytes = 0
        if len(header) >= 32 and kind == _FILE_4:
            data_bytes, unpacked_bytes, _, crc = struct.unpack_from("<IIBI", header, 7)
            if flags & _LARGE_4 and len(header) == 40:
                data_bytes += struct.unpack_from("<I", header, 32)[0] << 32
                unpacked_bytes += struct.unpack_from("<I", header, 36)[0] << 32
            version, method = header[24], header[25]
            old = version < _VERSION_3
            yield RarMember(unpacked_bytes, crc, bool(flags & _LOCKED_4), old and method != _STORED_4, old)
        elif flags & _HAS_DATA_4 and len(header) >= 11:
            (data_bytes,) = struct.unpack_from("<I", header, 7)
        at += max(size, 7) + data_bytes


@dataclass(slots=True)
class _Bytes:
    data: bytes
    at: int = 0

    def number(self) -> int:
        """A number with seven bits a byte, the lowest first; 0 at the end of the data."""
        value = 0
        for shift in range(0, 70, 7):
            byte = self.data[self.at] if self.at < len(self.data) else 0
            value |= (byte & 0x7F) << shift
            self.at += 1
            if byte < 0x80:
                break
        return value


def _version_5(file: IO[bytes]) -> Iterator[RarMember]:
    at = len(MARK_5)
    for _ in range(_HEADERS_MAX):
        file.seek(at)
        data = file.read(_HEADER_BYTES_MAX)
        begun = _Bytes(data, 4)
        size = begun.number()
        if len(data) < 7 or not size:
            return
        header = _Bytes(data[: begun.at + size], begun.at)
        kind, flags = header.number(), header.number()
        extra_bytes = header.number() if flags & _HAS_EXTRA_5 else 0
        data_bytes = header.number() if flags & _HAS_DATA_5 else 0
        if kind == _FILE_5:
            extra = header.data[-extra_bytes:] if extra_bytes else b""
            yield _member_5(header, extra)
        at += begun.at + size + data_bytes
        if at > 1 << 62:
            return


def _member_5(header: _Bytes, extra: bytes) -> RarMember:
    flags, size_bytes = header.number(), header.number()
    header.number()  # skips the attributes
    header.at += 4 * bool(flags & _HAS_TIME_5)
    crc = int.from_bytes(header.data[header.at : header.at + 4], "little") if flags & _HAS_CRC_5 else None
    return RarMember(size_bytes, crc, _is_locked(extra))


def _is_locked(extra: bytes) -> bool:
    records = _Bytes(extra)
    while records.at < len(extra):
        size = records.number()
        ends = records.at + size
        if not size:
            break
        if records.number() == _ENCRYPTION_5:
            return True
        records.at = ends
    return False
