"""Tells whether a picture only decorates: logos, rules, icons.

Pure.
"""

from __future__ import annotations

import re
import struct

_DECORATION_BYTES_MAX = 10_000
_DECORATION_PX_MAX = 40_000
"""In square pixels, 200 × 200: logos and rules of a signature are no larger, charts are."""
_FRAME_OF_JPEG = re.compile(rb"\xff[\xc0-\xc3]\x00[\x08-\x14]\x08(.{4})[\x01-\x04]", re.DOTALL)
"""A JPEG's frame header: length, bits, height, width and components, which hardly occur by chance."""


def is_small_picture(data: bytes) -> bool:
    """By its bytes, and by its area if that is easy to find: a plain chart has few bytes, too, and is no logo."""
    return 0 < len(data) < _DECORATION_BYTES_MAX and _starts_as_picture(data) and _area_px(data) <= _DECORATION_PX_MAX


def _starts_as_picture(data: bytes) -> bool:
    return data.startswith((b"\x89PNG", b"GIF8", b"\xff\xd8\xff", b"BM", b"RIFF", b"<svg", b"<?xml", b"II*", b"MM\0*"))


def _area_px(data: bytes) -> int:
    """The area of a PNG, GIF or JPEG by its first bytes; 0 for other kinds, which are judged by their length."""
    try:
        if data.startswith(b"\x89PNG"):
            width, height = struct.unpack_from(">II", data, 16)
        elif data.startswith(b"GIF8"):
            width, height = struct.unpack_from("<HH", data, 6)
        elif data.startswith(b"\xff\xd8") and (frame := _FRAME_OF_JPEG.search(data)):
            height, width = struct.unpack(">HH", frame[1])
        else:
            return 0
    except struct.error:
        return 0
    return int(width) * int(height)
