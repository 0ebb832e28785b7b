"""Reads the members of a zip, each by itself, so that a broken one costs no other.

I/O: reads the archive. Source: APPNOTE.TXT 6.3.10. The standard library reads the directory. Contents are unpacked
here, since Windows, 7-Zip and WinZip use methods that it does not know. If the directory is lost, the headers before
the members are used.
"""

from __future__ import annotations

import bz2
import lzma
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from bot.files import notes
from bot.files.worker.archives import deflate64, zstd
from bot.files.worker.encodings.likely_encoding import names

_CHUNK_BYTES = 65_536
_MEMORY_BYTES_MAX = 200_000_000
"""The largest dictionary that a decoder may have."""
_METHODS = {
    1: "Shrink",
    2: "Reduce",
    3: "Reduce",
    4: "Reduce",
    5: "Reduce",
    6: "Implode",
    10: "PKWARE's Implode",
    18: "IBM TERSE",
    19: "IBM LZ77",
    94: "MP3",
    96: "JPEG",
    97: "WavPack",
    98: "PPMd",
    99: "AES",
}
_SALVAGED_MAX = 10_000
_END_BYTES_MAX = 22 + 65_535


@dataclass(frozen=True, slots=True)
class ZipMember:
    """``packed_bytes`` and ``crc`` are ``None`` if only the contents tell; ``starts_at`` is where the contents
    start."""

    name: bytes
    flags: int
    method: int
    packed_bytes: int | None
    crc: int | None
    starts_at: int
    unicode_name: str = ""
    size_bytes: int = 0
    """The unpacked size, if known."""

    @property
    def refusal(self) -> str:
        """Why it cannot be opened; empty if it can."""
        if self.flags & 0x1:
            return notes.PASSWORD
        if self.method not in _DECODERS:
            return notes.packed_otherwise(_METHODS.get(self.method, f"method {self.method}"))
        return ""


def listed(source: Path) -> list[ZipMember]:
    """The members in the archive's directory. Raises ``zipfile.BadZipFile`` and others of the standard library."""
    with zipfile.ZipFile(source) as archive:
        infos = [info for info in archive.infolist() if not info.is_dir()]
    members = []
    with source.open("rb") as file:
        for info in infos:
            flagged = bool(info.flag_bits & 0x800)
            raw = info.orig_filename.encode("utf-8" if flagged else "cp437", "replace")
            name = info.orig_filename if flagged else _unicode_name(info.extra, raw)
            start = _contents_at(file, info.header_offset)
            packed = (info.compress_type, info.compress_size, info.CRC)
            members.append(ZipMember(raw, info.flag_bits, *packed, start, name, info.file_size))
    return members


def salvaged(source: Path) -> list[ZipMember]:
    """The members by their local headers, for an archive without its directory."""
    data = source.read_bytes()
    members: list[ZipMember] = []
    at = data.find(b"PK\x03\x04")
    while at >= 0 and at + 30 <= len(data) and len(members) < _SALVAGED_MAX:
        _, flags, method, _, _, crc, packed, _, name_bytes, extra_bytes = struct.unpack_from(
            "<HHHHHIIIHH", data, at + 4
        )
        start = at + 30 + name_bytes + extra_bytes
        name = data[at + 30 : at + 30 + name_bytes]
        known = not flags & 0x8 and packed != 0xFFFF_FFFF
        ends = start + packed if known else data.find(b"PK", start)
        if name and not name.endswith(b"/"):
            unicode_name = _decoded(name) if flags & 0x800 else _unicode_name(data[at + 30 + name_bytes : start], name)
            size = packed if known else None
            members.append(ZipMember(name, flags, method, size, crc if known else None, start, unicode_name))
        at = data.find(b"PK\x03\x04", ends if start < ends <= len(data) else at + 4)
    return members


def is_part(source: Path) -> bool:
    """Whether it is part of a split archive: the first file, or the one with the end."""
    with source.open("rb") as file:
        return file.read(4) == b"PK\x07\x08" or is_last_part(source)


def is_last_part(source: Path) -> bool:
    """By the disk number that it gives."""
    with source.open("rb") as file:
        file.seek(-min(_END_BYTES_MAX, source.stat().st_size), 2)
        tail = file.read()
    at = tail.rfind(b"PK\x05\x06")
    return at >= 0 and tail[at + 4 : at + 6] not in {b"\0\0", b"\xff\xff"}


def named(members: list[ZipMember]) -> Iterator[tuple[str, ZipMember]]:
    """Each member with its name as whoever packed it saw it."""
    guessed = iter(names(member.name for member in members if not member.unicode_name))
    for member in members:
        yield member.unicode_name or next(guessed), member


def contents(source: Path, member: ZipMember) -> Iterator[bytes]:
    """Yields pieces of the member. Raises ``zipfile.BadZipFile`` and the decoders' errors for damaged data."""
    crc = 0
    with source.open("rb") as file:
        file.seek(member.starts_at)
        for piece in _DECODERS[member.method](_Packed(file, member.packed_bytes)):
            crc = zlib.crc32(piece, crc)
            yield piece
    if member.crc is not None and crc != member.crc:
        raise zipfile.BadZipFile("wrong checksum")


def _contents_at(file: IO[bytes], header_at: int) -> int:
    file.seek(header_at)
    header = file.read(30)
    if len(header) < 30 or not header.startswith(b"PK\x03\x04"):
        return header_at  # damaged: unpacking or the checksum will fail
    name_bytes, extra_bytes = struct.unpack_from("<HH", header, 26)
    return header_at + 30 + int(name_bytes) + int(extra_bytes)


def _unicode_name(extra: bytes, raw: bytes) -> str:
    """The UTF-8 name that some programs add, if it still belongs to the other name."""
    at = 0
    while at + 4 <= len(extra):
        tag, size = struct.unpack_from("<HH", extra, at)
        field = extra[at + 4 : at + 4 + size]
        if tag == 0x7075 and len(field) > 5 and struct.unpack_from("<I", field, 1)[0] == zlib.crc32(raw):
            return _decoded(field[5:])
        at += 4 + size
    return ""


def _decoded(name: bytes) -> str:
    try:
        return name.decode("utf-8")
    except UnicodeDecodeError:
        return ""


# --- methods ---------------------------------------------------------------------------------------------------------


class _Packed:
    """The packed bytes of one member; if their number is unknown, everything that follows."""

    def __init__(self, file: IO[bytes], size: int | None) -> None:
        self._file = file
        self._left = size

    def read(self, count: int = -1, /) -> bytes:
        if self._left is not None:
            count = self._left if count < 0 else min(count, self._left)
        data = self._file.read(count)
        if self._left is not None:
            self._left -= len(data)
            if not data and self._left:
                raise EOFError
        return data


def _stored(packed: _Packed) -> Iterator[bytes]:
    while data := packed.read(_CHUNK_BYTES):
        yield data


def _deflated(packed: _Packed) -> Iterator[bytes]:
    decoder = zlib.decompressobj(-zlib.MAX_WBITS)
    while not decoder.eof:
        data = decoder.unconsumed_tail or packed.read(_CHUNK_BYTES)
        yield decoder.decompress(data, _CHUNK_BYTES) if data else decoder.flush()
        if not data and not decoder.eof:
            raise EOFError


def _deflated64(packed: _Packed) -> Iterator[bytes]:
    yield from deflate64.unpacked(packed.read())


def _by(start: Callable[[_Packed], bz2.BZ2Decompressor | lzma.LZMADecompressor]) -> Callable[..., Iterator[bytes]]:
    def pieces(packed: _Packed) -> Iterator[bytes]:
        decoder = start(packed)
        while not decoder.eof:
            data = packed.read(_CHUNK_BYTES) if decoder.needs_input else b""
            if not data and decoder.needs_input:
                return  # LZMA need not mark its end; the checksum tells whether all was there
            yield decoder.decompress(data, _CHUNK_BYTES)

    return pieces


def _lzma(packed: _Packed) -> lzma.LZMADecompressor:
    """Version, length and settings come first (APPNOTE 5.8.8); the standard library parses the settings."""
    _, size = struct.unpack("<HH", packed.read(4))
    settings = packed.read(size)
    if len(settings) != 5:
        raise lzma.LZMAError("no settings")
    rest, dictionary = settings[0], int.from_bytes(settings[1:], "little")
    if dictionary > _MEMORY_BYTES_MAX:
        raise lzma.LZMAError("too large a dictionary")
    literal_context, rest = rest % 9, rest // 9
    own = {"lc": literal_context, "lp": rest % 5, "pb": rest // 5, "dict_size": max(dictionary, 4_096)}
    return lzma.LZMADecompressor(lzma.FORMAT_RAW, filters=[{"id": lzma.FILTER_LZMA1, **own}])


def _zstd(packed: _Packed) -> Iterator[bytes]:
    file = zstd.opened(packed)
    while data := file.read(_CHUNK_BYTES):
        yield data


_DECODERS: dict[int, Callable[[_Packed], Iterator[bytes]]] = {
    0: _stored,
    8: _deflated,
    9: _deflated64,
    12: _by(lambda _: bz2.BZ2Decompressor()),
    14: _by(_lzma),
    20: _zstd,
    93: _zstd,
    95: _by(lambda _: lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=_MEMORY_BYTES_MAX)),
}
