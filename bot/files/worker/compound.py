"""A compound file (OLE: old Office files, Outlook messages) in, the tree of its named streams out, as olefile reads it.

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
"""Streams may share sectors in a file made to be a bomb: together they hold at most so many times the file's size."""
_BROKEN = (OSError, ValueError, LookupError, TypeError, AttributeError, struct.error, OverflowError, RecursionError)


class CompoundError(ValueError):
    """The bytes are no compound file, or a broken one."""


@dataclass(slots=True)
class Storage:
    """A directory: streams by name, and storages by name."""

    streams: dict[str, bytes] = field(default_factory=dict)
    storages: dict[str, Storage] = field(default_factory=dict)


def read(data: bytes) -> Storage:
    """What can be read of it: a stream that is not whole is left out. Raises ``CompoundError`` where nothing can be."""
    if not data.startswith(MAGIC) or len(data) <= _HEADER_BYTES:
        raise CompoundError("no compound file")
    try:
        with OleFileIO(io.BytesIO(data)) as file:
            return _tree(file, len(data) * _GROWTH_MAX)
    except _BROKEN as error:
        raise CompoundError(str(error)) from error


def _tree(file: OleFileIO[str], bytes_left: int) -> Storage:
    root = Storage()
    for path in file.listdir(streams=True, storages=True):
        parent = root
        for name in path[:-1]:
            parent = parent.storages.setdefault(name, Storage())
        if file.get_type(path) != 2:
            parent.storages.setdefault(path[-1], Storage())
            continue
        bytes_left -= file.get_size(path)
        if bytes_left < 0:
            raise CompoundError("streams that share their bytes")
        try:
            with file.openstream(path) as stream:
                parent.streams[path[-1]] = stream.read()
        except _BROKEN:
            continue
    return root
