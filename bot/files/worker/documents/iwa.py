"""Reads the objects in a part of an Apple iWork document (.iwa).

Pure. Apple does not document the format; it is known from other readers: blocks packed with Snappy, without checksums,
contain objects in the wire format of Protocol Buffers, each after its number and kind.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from bot.files.worker.documents.package import Broken

PART_BYTES_MAX = 30_000_000
_VARINT_BYTES_MAX = 10
_FIXED_BYTES = {1: 8, 5: 4}
_LENGTH_GIVEN = 2


@dataclass(frozen=True)
class Object:
    """``fields`` by number, each with all of its values: integers or bytes."""

    number: int
    kind: int
    data: bytes

    @cached_property
    def fields(self) -> dict[int, list[int | bytes]]:
        return fields(self.data)


def objects(part: bytes) -> Iterator[Object]:
    """Raises ``Broken``, possibly after some objects."""
    data, at = _unpacked(part), 0
    while at < len(data):
        size, at = _varint(data, at)
        about = fields(data[at : at + size])
        at += size
        for message in blobs(about, 2):
            known = fields(message)
            length = whole(known, 3)
            yield Object(whole(about, 1), whole(known, 1), data[at : at + length])
            at += length


def fields(data: bytes) -> dict[int, list[int | bytes]]:
    """Raises ``Broken``."""
    found: dict[int, list[int | bytes]] = {}
    at = 0
    while at < len(data):
        key, at = _varint(data, at)
        value: int | bytes
        if key & 7 == 0:
            value, at = _varint(data, at)
        else:
            size = _FIXED_BYTES.get(key & 7, -1)
            if key & 7 == _LENGTH_GIVEN:
                size, at = _varint(data, at)
            if size < 0 or at + size > len(data):
                raise Broken("a field breaks off")
            value = data[at : at + size]
            at += size
        found.setdefault(key >> 3, []).append(value)
    return found


def whole(found: dict[int, list[int | bytes]], key: int, default: int = 0) -> int:
    return next((value for value in found.get(key, []) if isinstance(value, int)), default)


def blobs(found: dict[int, list[int | bytes]], key: int) -> list[bytes]:
    return [value for value in found.get(key, []) if isinstance(value, bytes)]


def text(found: dict[int, list[int | bytes]], key: int) -> str:
    return "".join(value.decode("utf-8", "replace") for value in blobs(found, key))


def referred(found: dict[int, list[int | bytes]], key: int) -> list[int]:
    """The numbers of the objects that a field refers to."""
    return [whole(fields(value), 1) for value in blobs(found, key)]


def _varint(data: bytes, at: int) -> tuple[int, int]:
    value = 0
    for shift in range(0, 7 * _VARINT_BYTES_MAX, 7):
        if at >= len(data):
            break
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
    raise Broken("a number breaks off")


def _unpacked(part: bytes) -> bytes:
    out, at = bytearray(), 0
    while at + 4 <= len(part):
        size = int.from_bytes(part[at + 1 : at + 4], "little")
        _add_block(part[at + 4 : at + 4 + size], out)
        at += 4 + size
    return bytes(out)


def _add_block(block: bytes, out: bytearray) -> None:
    """Source: the description of Snappy's format, as published with it."""
    length, at = _varint(block, 0)
    start = len(out)
    if start + length > PART_BYTES_MAX:
        raise Broken("more than is read")
    while at < len(block):
        tag = block[at]
        at += 1
        if tag & 3 == 0:
            size = tag >> 2
            if size >= 60:
                extra = size - 59
                size = int.from_bytes(block[at : at + extra], "little")
                at += extra
            out += block[at : at + size + 1]
            at += size + 1
            continue
        width = (0, 1, 2, 4)[tag & 3]
        back = int.from_bytes(block[at : at + width], "little")
        at += width
        size = (tag >> 2) + 1
        if width == 1:
            back, size = back | tag >> 5 << 8, (tag >> 2 & 7) + 4
        _repeat(out, back, size, start)
        if len(out) - start > length:
            break
    if len(out) - start != length:
        raise Broken("a block is not what it says it is")


def _repeat(out: bytearray, back: int, size: int, start: int) -> None:
    """Copies from ``back`` bytes before, possibly overlapping what is being written."""
    begin = len(out) - back
    if not back or begin < start:
        raise Broken("a block refers to before its beginning")
    piece = bytes(out[begin : begin + size])
    out += (piece * (size // len(piece) + 1))[:size]
