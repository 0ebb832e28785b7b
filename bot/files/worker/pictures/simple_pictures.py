"""Recognises simple kinds of pictures, whose mark is short or missing, by their first bytes.

Pure.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Callable

_BMP_HEADERS_BYTES = frozenset({12, 16, 40, 52, 56, 64, 108, 124})
_DIB_HEADERS_BYTES = frozenset({40, 52, 56, 108, 124})
_DIB_SIDE_MAX = 100_000
_CONTROLS = re.compile(rb"[\x00-\x08\x0e-\x1f\x7f-\xff]")
PAM_HEADER = re.compile(rb"P7\s[^\0]{0,2000}?ENDHDR\n")
_TGA_END = b"TRUEVISION-XFILE.\x00"


def is_ico(head: bytes) -> bool:
    """One to 64 pictures, the first entry's reserved byte zero."""
    return head[:4] == b"\x00\x00\x01\x00" and 0 < int.from_bytes(head[4:6], "little") <= 64 and head[9:10] == b"\x00"


def is_bmp(head: bytes) -> bool:
    return head[:2] == b"BM" and int.from_bytes(head[14:18], "little") in _BMP_HEADERS_BYTES


def is_dib(head: bytes) -> bool:
    """A bitmap without its file header, as in memory (.dib): every number in its header must make sense."""
    if len(head) < 40 or int.from_bytes(head[:4], "little") not in _DIB_HEADERS_BYTES:
        return False
    width, height, planes, depth, packing = struct.unpack_from("<iiHHI", head, 4)
    sound = 0 < width < _DIB_SIDE_MAX and 0 < abs(height) < _DIB_SIDE_MAX and planes == 1
    return sound and depth in {1, 4, 8, 16, 24, 32} and packing <= 6


def is_pnm(head: bytes) -> bool:
    """Portable pixel, grey and bit maps, in binary or in plain form."""
    if re.match(rb"P[123]\s+(?:#[^\n]{0,200}\n\s*)*\d{1,6}\s+\d{1,6}\s[\d\s]*(?:#|\Z)", head):
        return True
    binary = re.match(rb"P(?:[456]|[Ff](?=\s))\s+(?:#[^\n]{0,200}\n\s*)*\d{1,6}\s+\d{1,6}\s+[-.\d]*\s?", head)
    return binary is not None and _CONTROLS.search(head, binary.end()) is not None


def is_pcx(head: bytes) -> bool:
    return head[:1] == b"\x0a" and head[1:2] in b"\x00\x02\x03\x04\x05" and head[2:4] in {b"\x01\x01", b"\x01\x08"}


def is_cursor(head: bytes) -> bool:
    return head[:4] == b"\x00\x00\x02\x00" and 0 < int.from_bytes(head[4:6], "little") <= 64 and head[9:10] == b"\x00"


def is_tga(head: bytes, tail: bytes) -> bool:
    """By the mark at its end. Older ones have none: every number in their header must make sense."""
    if len(head) < 18:
        return False
    has_map, kind, depth = head[1], head[2], head[16]
    width, height = int.from_bytes(head[12:14], "little"), int.from_bytes(head[14:16], "little")
    sound = (has_map, kind & 7) in {(1, 1), (0, 2), (0, 3)} and kind in {1, 2, 3, 9, 10, 11} and width * height > 0
    if tail.endswith(_TGA_END):
        return sound
    plain = not any(head[3:8]) and not any(head[8:12]) and depth in {8, 15, 16, 24, 32} and kind & 7 > 1
    whole = kind > 8 or len(head) < 8_192 or width * height * depth // 8 > 4_096
    return sound and plain and whole and head[17] & 0xC0 == 0


SHAPES: tuple[tuple[str, Callable[[bytes], bool]], ...] = (
    ("BMP", is_bmp),
    ("BMP", is_dib),
    ("icon", is_ico),
    ("PNM", lambda head: is_pnm(head) or PAM_HEADER.match(head) is not None),
    ("PCX", is_pcx),
    ("SGI", lambda head: head[:2] == b"\x01\xda" and head[2:3] in {b"\0", b"\1"} and head[3:4] in {b"\1", b"\2"}),
    ("Sun raster", lambda head: head[:4] == b"\x59\xa6\x6a\x95"),
)
"""By the names of the kinds."""
