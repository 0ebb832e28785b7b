"""A RAR archive of version 5 in, what its headers say and libarchive does not out: volumes, members under a password.

I/O: ``locked_names`` reads the headers of the file it is given. Source: rarlab.com/technote.htm.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

MARK = b"Rar!\x1a\x07\x01\0"
_MAIN, _FILE = 1, 2
_HAS_EXTRA, _HAS_DATA = 1, 2
_HAS_TIME, _HAS_CRC = 2, 4
_ENCRYPTION = 1
_HEADER_BYTES_MAX = 65_536
_HEADERS_MAX = 20_000


@dataclass(slots=True)
class _Bytes:
    data: bytes
    at: int = 0

    def number(self) -> int:
        """Seven bits a byte, the lowest first; 0 behind the end."""
        value = 0
        for shift in range(0, 70, 7):
            byte = self.data[self.at] if self.at < len(self.data) else 0
            value |= (byte & 0x7F) << shift
            self.at += 1
            if byte < 0x80:
                break
        return value


def is_volume(head: bytes) -> bool:
    """``head`` are the first bytes of the archive."""
    header = _Bytes(head, len(MARK) + 4)
    _, kind, flags = header.number(), header.number(), header.number()
    if flags & _HAS_EXTRA:
        header.number()
    return kind == _MAIN and bool(header.number() & 1)


def locked_names(source: Path) -> frozenset[bytes]:
    """Of the members whose contents only a password opens."""
    locked, at = set(), len(MARK)
    with source.open("rb") as file:
        for _ in range(_HEADERS_MAX):
            file.seek(at)
            data = file.read(_HEADER_BYTES_MAX)
            begun = _Bytes(data, 4)
            size = begun.number()
            if len(data) < 7 or not size:
                break
            header = _Bytes(data[: begun.at + size], begun.at)
            kind, flags = header.number(), header.number()
            extra_bytes = header.number() if flags & _HAS_EXTRA else 0
            data_bytes = header.number() if flags & _HAS_DATA else 0
            if kind == _FILE and _is_locked(header.data[len(header.data) - extra_bytes :] if extra_bytes else b""):
                locked.add(_name(header))
            at += begun.at + size + data_bytes
    return frozenset(locked)


def _name(header: _Bytes) -> bytes:
    flags = header.number()
    header.number()  # its size
    header.number()  # its attributes
    header.at += 4 * bool(flags & _HAS_TIME) + 4 * bool(flags & _HAS_CRC)
    header.number()  # how it is packed
    header.number()  # and where
    length = header.number()
    return header.data[header.at : header.at + length]


def _is_locked(extra: bytes) -> bool:
    records = _Bytes(extra)
    while records.at < len(extra):
        size = records.number()
        ends = records.at + size
        if not size:
            break
        if records.number() == _ENCRYPTION:
            return True
        records.at = ends
    return False
