"""Reads the streams of a compound file (OLE: old Office files, Outlook messages) with olefile.

Pure, on bytes in memory. Format: Microsoft's open specification [MS-CFB].
"""

from __future__ import annotations

import io
import struct
from dataclasses import dataclass, field

from olefile import OleFileIO

MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_HEADER_BYTES = 512
_GROWTH_MAX = 4
"""Streams of a malicious file may share sectors: together they may hold this many times the file's size."""
_BROKEN = (OSError, ValueError, LookupError, TypeError, AttributeError, struct.error, OverflowError, RecursionError)


class CompoundError(ValueError):
    """The bytes are no compound file, or a broken one."""


@dataclass(slots=True)
class Storage:
    """A directory: streams by name, and storages by name."""

    streams: dict[str, bytes] = field(default_factory=dict)
    storages: dict[str, Storage] = field(default_factory=dict)
    breaks_off: bool = False
    """Set for the root: some stream in the file is incomplete."""


def read(data: bytes) -> Storage:
    """Everything that can be read; of an incomplete stream its beginning, or nothing.

    Raises ``CompoundError`` if nothing can be read at all.
    """
    if not data.startswith(MAGIC) or len(data) <= _HEADER_BYTES:
        raise CompoundError("no compound file")
    try:
        return _read(data)
    except _BROKEN:
        pass
    try:
        root = _read(_mended(data))
    except _BROKEN as error:
        raise CompoundError(str(error)) from error
    root.breaks_off = True
    return root


def _read(data: bytes) -> Storage:
    with OleFileIO(io.BytesIO(data)) as file:
        return _tree(file, len(data) * _GROWTH_MAX)


def _mended(data: bytes) -> bytes:
    """With its last sector filled up, and without tables beyond its end. Source: [MS-CFB] 2.2."""
    sector_bytes = 4_096 if data[30] == 12 else 512
    mended = bytearray(data + b"\xff" * (-len(data) % sector_bytes))
    for at in range(76, _HEADER_BYTES, 4):
        if struct.unpack_from("<I", mended, at)[0] >= len(mended) // sector_bytes - 1:
            mended[at : at + 4] = b"\xff" * 4
    return bytes(mended)


def _tree(file: OleFileIO[str], bytes_left: int) -> Storage:
    root = Storage()
    for path in file.listdir(streams=True, storages=True):
        parent = root
        for name in path[:-1]:
            parent = parent.storages.setdefault(name, Storage())
        if file.get_type(path) != 2:
            parent.storages.setdefault(path[-1], Storage())
            continue
        size = file.get_size(path)
        bytes_left -= size
        if bytes_left < 0:
            raise CompoundError("streams that share their bytes")
        try:
            with file.openstream(path) as stream:
                parent.streams[path[-1]] = content = stream.read()
            root.breaks_off |= len(content) < size
        except _BROKEN:
            root.breaks_off = True
    return root
