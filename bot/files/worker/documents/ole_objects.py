"""Extracts the file from an OLE object embedded in another program's document.

Pure. Sources: [MS-OLEDS] 2.2 (objects in RTF) and 2.3 (streams), and what programs write beyond it: a packed file's
names (Ole10Native), OpenDocument in "package_stream", a PDF in "CONTENTS".
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field

from bot.files.worker.documents import compound

_NATIVE = "\x01Ole10Native"
_WHOLE_STREAMS = ("Package", "package_stream", "EmbeddedOdf")
_FILE_STREAMS = ("CONTENTS", "Contents")
_OFFICE_STREAMS = frozenset({"worddocument", "workbook", "book", "powerpoint document", "visiodocument"})
_OLE_1_EMBEDDED = 2
_NAME_BYTES_MAX = 260
_KNOWN_STARTS = (b"%PDF-", b"PK\x03\x04", b"\xff\xd8\xff", b"\x89PNG", b"GIF8", compound.MAGIC, b"{\\rtf")


@dataclass(frozen=True, slots=True)
class Held:
    """``name`` is empty if it has none. ``streams`` are those of an old office document that is stored unpacked."""

    name: str = ""
    data: bytes = b""
    streams: dict[str, bytes] = field(default_factory=dict)


def held_in(data: bytes) -> Held | None:
    """From an embedded part: a document, or a compound file around one; ``None`` if there is only a picture of it, as
    for equations of older programs, and controls."""
    if not data.startswith(compound.MAGIC):
        return Held(data=data)
    try:
        storage = compound.read(data)
    except compound.CompoundError:
        return None
    found = held_in_storage(storage)
    return Held(found.name, data) if found is not None and found.streams else found


def held_in_storage(storage: compound.Storage) -> Held | None:
    """A chart of Microsoft Graph is a workbook, of which people see only the picture."""
    if _NATIVE in storage.streams:
        return _packed(storage.streams[_NATIVE])
    for name in _WHOLE_STREAMS:
        if storage.streams.get(name):
            return Held(data=storage.streams[name])
    streams = {name.lower(): content for name, content in storage.streams.items()}
    if not _OFFICE_STREAMS.isdisjoint(streams) and b"MSGraph" not in streams.get("\x01compobj", b""):
        return Held(streams=streams)
    files = (storage.streams.get(name, b"") for name in _FILE_STREAMS)
    return next((Held(data=data) for data in files if data.startswith(_KNOWN_STARTS)), None)


def _packed(stream: bytes) -> Held | None:
    """A file of Windows' packager: two names and a path, all with lengths. Otherwise the data follows the first
    length."""
    size = int.from_bytes(stream[:4], "little")
    body = stream[4 : 4 + size]
    if body[:2] == b"\x02\x00":
        label, at = _string(body, 2)
        _, at = _string(body, at)
        path_bytes = int.from_bytes(body[at + 4 : at + 8], "little")
        at += 8 + path_bytes
        length = int.from_bytes(body[at : at + 4], "little")
        if 0 < length <= len(body) - at - 4:
            return Held(label.replace("\\", "/").rpartition("/")[2], body[at + 4 : at + 4 + length])
    return held_in(body) if body.startswith(_KNOWN_STARTS) else None


def _string(data: bytes, at: int) -> tuple[str, int]:
    end = data.find(b"\0", at, at + _NAME_BYTES_MAX)
    return (data[at:end].decode("cp1252", "replace"), end + 1) if end >= 0 else ("", at)


def held_in_rtf(data: bytes) -> Held | None:
    """The bytes of ``\\objdata``: a class, two names, and the data of the object's program."""
    try:
        (kind,) = struct.unpack_from("<4xI", data)
        at = 8
        names = []
        for _ in range(3):
            (length,) = struct.unpack_from("<I", data, at)
            names.append(data[at + 4 : at + 4 + length].rstrip(b"\0"))
            at += 4 + length
        (size,) = struct.unpack_from("<I", data, at)
    except struct.error:
        return None
    native = data[at + 4 : at + 4 + size]
    if kind != _OLE_1_EMBEDDED or not native:
        return None
    if names[0].lower() == b"package":
        return _packed(struct.pack("<I", len(native)) + native)
    return held_in(native) if native.startswith(_KNOWN_STARTS) else None
