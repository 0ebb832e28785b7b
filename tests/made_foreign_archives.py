"""Archives that Python has no writer for: some by libarchive's, RAR and LHA put together from their records."""

from __future__ import annotations

import ctypes
import struct
import tempfile
import zlib
from collections.abc import Mapping
from pathlib import Path

import pytest

try:
    _library: ctypes.CDLL | None = ctypes.CDLL("libarchive.so.13")
except OSError:
    _library = None
is_there = _library is not None
needs_libarchive = pytest.mark.skipif(not is_there, reason="libarchive is not installed")
_FILE, _DIRECTORY, _LINK = 0o100000, 0o040000, 0o120000


def written(
    kind: str, members: Mapping[str, bytes], *, packed_by: str = "", options: str = "", links: tuple[str, ...] = ()
) -> bytes:
    """``kind`` is libarchive's name of a format. A name that ends in a slash is a directory's; ``links`` lead to
    "/etc/passwd"."""
    assert _library is not None
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "archive"
        archive = _pointer("archive_write_new")
        _call("archive_write_set_format_by_name", archive, kind.encode())
        if packed_by:
            _call("archive_write_add_filter_by_name", archive, packed_by.encode())
        if options:
            _call("archive_write_set_options", archive, options.encode())
        _call("archive_write_open_filename", archive, str(path).encode())
        for name, data in members.items():
            _write(archive, name, data, _DIRECTORY if name.endswith("/") else _FILE)
        for name in links:
            _write(archive, name, b"", _LINK)
        _call("archive_write_close", archive)
        _call("archive_write_free", archive)
        return path.read_bytes()


def with_dictionary(seven_zip: bytes, size_bytes: int) -> bytes:
    """The same packed by LZMA, as if that needed a dictionary of ``size_bytes``."""
    made = bytearray(seven_zip)
    struct.pack_into("<I", made, made.index(b"\x03\x01\x01\x05\x5d", 32) + 5, size_bytes)
    offset, length = struct.unpack_from("<QQ", made, 12)
    struct.pack_into("<I", made, 28, zlib.crc32(made[32 + offset : 32 + offset + length]))
    struct.pack_into("<I", made, 8, zlib.crc32(made[12:32]))
    return bytes(made)


def with_method(seven_zip: bytes, codec: bytes) -> bytes:
    """The same packed by LZMA, as if that were another method."""
    offset, _ = struct.unpack_from("<QQ", seven_zip, 12)
    listed = seven_zip[32 + offset :].replace(b"\x23\x03\x01\x01", bytes((0x20 | len(codec),)) + codec)
    return with_list(seven_zip[: 32 + offset], listed)


def with_list(beginning: bytes, listed: bytes) -> bytes:
    """A 7-Zip archive, whose list of what is in it stands at its end."""
    place = struct.pack("<QQI", len(beginning) - 32, len(listed), zlib.crc32(listed))
    return beginning[:8] + struct.pack("<I", zlib.crc32(place)) + place + beginning[32:] + listed


def _write(archive: ctypes.c_void_p, name: str, data: bytes, kind: int) -> None:
    entry = _pointer("archive_entry_new")
    _call("archive_entry_set_pathname_utf8", entry, name.rstrip("/").encode(), checked=False)
    _call("archive_entry_set_filetype", entry, ctypes.c_uint(kind), checked=False)
    _call("archive_entry_set_perm", entry, ctypes.c_uint(0o644), checked=False)
    _call("archive_entry_set_size", entry, ctypes.c_int64(len(data)), checked=False)
    if kind == _LINK:
        _call("archive_entry_set_symlink", entry, b"/etc/passwd", checked=False)
    _call("archive_write_header", archive, entry)
    _call("archive_write_data", archive, data, ctypes.c_size_t(len(data)), checked=False)
    _call("archive_entry_free", entry, checked=False)


def _pointer(function: str) -> ctypes.c_void_p:
    called = getattr(_library, function)
    called.restype = ctypes.c_void_p
    return ctypes.c_void_p(called())


def _call(function: str, *arguments: object, checked: bool = True) -> None:
    result = getattr(_library, function)(*arguments)
    if checked and result < -20:
        raise ValueError(function)


# --- RAR -------------------------------------------------------------------------------------------------------------
def rar4(
    members: Mapping[bytes, bytes],
    *,
    locked: bytes = b"",
    volume: bool = False,
    damaged: bytes = b"",
    version: int = 29,
    method: int = 0,
    comment: bytes = b"",
) -> bytes:
    """Stored, whatever ``method`` says. ``locked`` and ``damaged`` are names of members, one under a password and one
    with another checksum. A comment is within the first header, and not in its checksum, as versions before 3 have it.
    """
    archive = b"Rar!\x1a\x07\0" + _rar4_block(0x73, int(volume) | 2 * bool(comment), bytes(6), comment)
    for name, data in members.items():
        crc = zlib.crc32(data) ^ (name == damaged)
        packed = (version, 0x30 + method, len(name), 0x20)
        fields = struct.pack("<IIBIIBBHI", len(data), len(data), 0, crc, 0x5D79_0000, *packed)
        archive += _rar4_block(0x74, 0x8000 | (4 if name == locked else 0), fields + name) + data
    return archive + _rar4_block(0x7B, 0x4000, b"")


def _rar4_block(kind: int, flags: int, fields: bytes, unchecked: bytes = b"") -> bytes:
    block = struct.pack("<BHH", kind, flags, 7 + len(fields) + len(unchecked)) + fields
    return struct.pack("<H", zlib.crc32(block) & 0xFFFF) + block + unchecked


def rar5(
    members: Mapping[str, bytes],
    *,
    locked: str = "",
    volume: bool = False,
    damaged: str = "",
    headers_locked: bool = False,
    method: int = 0,
    dictionary: int = 0,
) -> bytes:
    """As ``rar4``. ``dictionary`` is the power of two by which it is larger than 128 kB."""
    archive = b"Rar!\x1a\x07\x01\0"
    if headers_locked:
        return archive + _rar5_block(4, 0, _number(0) + _number(0) + b"\x0f" + bytes(16)) + bytes(range(64))
    archive += _rar5_block(1, 0, _number(int(volume)))
    for name, data in members.items():
        crc = zlib.crc32(data) ^ (name == damaged)
        extra = _number(len(_ENCRYPTION)) + _ENCRYPTION if name == locked else b""
        fields = _number(4) + _number(len(data)) + _number(0x20) + struct.pack("<I", crc)
        fields += _number(method << 7 | dictionary << 10) + _number(1) + _number(len(name.encode())) + name.encode()
        sizes = (_number(len(extra)) if extra else b"") + _number(len(data))
        archive += _rar5_block(2, 2 | bool(extra), sizes + fields + extra) + data
    return archive + _rar5_block(5, 0, _number(0))


_ENCRYPTION = b"\x01\0\0\x0f" + bytes(32)


def _rar5_block(kind: int, flags: int, fields: bytes) -> bytes:
    block = _number(kind) + _number(flags) + fields
    block = _number(len(block)) + block
    return struct.pack("<I", zlib.crc32(block)) + block


def _number(value: int) -> bytes:
    digits = [value & 0x7F]
    while value := value >> 7:
        digits.append(value & 0x7F)
    return bytes(digit | 0x80 for digit in digits[:-1]) + bytes(digits[-1:])


# --- LHA -------------------------------------------------------------------------------------------------------------
def lha(members: Mapping[bytes, bytes], *, level: int = 0, method: bytes = b"-lh0-") -> bytes:
    """Stored; ``level`` is that of the headers."""
    make = (_lha_0, _lha_1, _lha_2)[level]
    return b"".join(make(name, data, method) + data for name, data in members.items()) + b"\0"


def _crc16(data: bytes) -> int:
    crc = 0
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0xA001 if crc & 1 else 0)
    return crc


def _lha_fields(data: bytes, method: bytes, packed_bytes: int, level: int) -> bytes:
    return method + struct.pack("<IIIBB", packed_bytes, len(data), 0x5D79_0000, 0x20, level)


def _lha_0(name: bytes, data: bytes, method: bytes) -> bytes:
    fields = _lha_fields(data, method, len(data), 0) + bytes([len(name)]) + name + struct.pack("<H", _crc16(data))
    return bytes([len(fields), sum(fields) & 0xFF]) + fields


def _lha_1(name: bytes, data: bytes, method: bytes) -> bytes:
    fields = _lha_fields(data, method, len(data), 1) + bytes([len(name)]) + name
    fields += struct.pack("<HBH", _crc16(data), ord("U"), 0)
    return bytes([len(fields), sum(fields) & 0xFF]) + fields


def _lha_2(name: bytes, data: bytes, method: bytes) -> bytes:
    """Its own checksum stands in the first of two further headers, and counts as zeros there."""
    fields = _lha_fields(data, method, len(data), 2) + struct.pack("<HB", _crc16(data), ord("U"))
    named = struct.pack("<HB", 3 + len(name), 1) + name + bytes(2)
    begun = struct.pack("<H", 2 + len(fields) + 5 + len(named)) + fields + struct.pack("<HB", 5, 0)
    return begun + struct.pack("<H", _crc16(begun + bytes(2) + named)) + named
