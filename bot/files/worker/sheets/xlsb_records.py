"""Reads the records of a part of an Excel binary workbook, and the values within them.

Pure. Source: [MS-XLSB] 2.1.4 (records), 2.5 (values). A record that claims too many bytes ends the part, as does a
truncated one.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator

from bot.files.worker.documents.package import Broken

_RECORD_BYTES_MAX = 4_000_000


def records(chunks: Iterable[bytes]) -> Iterator[tuple[int, bytes]]:
    """Number and data of each record. Raises ``Broken`` if the part ends within one."""
    held, at = b"", 0
    for chunk in chunks:
        held, at = held[at:] + chunk, 0
        while (head := _head(held, at)) is not None:
            number, start, length = head
            if length > _RECORD_BYTES_MAX:
                raise Broken("a record that is too long")
            if start + length > len(held):
                break
            yield number, held[start : start + length]
            at = start + length
    if at < len(held):
        raise Broken("a record breaks off")


def _head(held: bytes, at: int) -> tuple[int, int, int] | None:
    """A record's number, where its data begins, and its length; ``None`` if that is not complete yet."""
    if at + 2 > len(held):
        return None
    number = held[at]
    at += 1
    if number & 0x80:
        number = number & 0x7F | (held[at] & 0x7F) << 7
        at += 1
    length = 0
    for shift in (0, 7, 14, 21):
        if at >= len(held):
            return None
        byte = held[at]
        at += 1
        length |= (byte & 0x7F) << shift
        if not byte & 0x80:
            break
    return number, at, length


def text_at(data: bytes, at: int) -> tuple[str, int]:
    """A text and where it ends; an empty one if there is none. Raises ``Broken``."""
    if at + 4 > len(data):
        raise Broken("a text breaks off")
    (count,) = struct.unpack_from("<I", data, at)
    if count == 0xFFFF_FFFF:
        return "", at + 4
    end = at + 4 + 2 * count
    if end > len(data):
        raise Broken("a text breaks off")
    return data[at + 4 : end].decode("utf-16-le", "replace"), end


def whole(data: bytes, at: int) -> int:
    """Four bytes, unsigned. Raises ``Broken``."""
    if at + 4 > len(data):
        raise Broken("a record breaks off")
    return int.from_bytes(data[at : at + 4], "little")


def small_number(data: bytes, at: int) -> float:
    """A number in four bytes (RkNumber): 30 bits of a float or of an integer, maybe to be divided by 100."""
    raw = whole(data, at)
    if raw & 2:
        value = float((raw ^ 0x8000_0000) - 0x8000_0000 >> 2)
    else:
        value = float(struct.unpack("<d", struct.pack("<II", 0, raw & 0xFFFF_FFFC))[0])
    return value / 100 if raw & 1 else value


def real(data: bytes, at: int) -> float:
    """Raises ``Broken``."""
    if at + 8 > len(data):
        raise Broken("a number breaks off")
    return float(struct.unpack_from("<d", data, at)[0])
