"""The first and last bytes of a file in, where a picture begins in it that something stands before, out.

Pure. Programs that write what a network or a form sent them put line ends or a few headers before a picture; it is one
that ends with the file.
"""

from __future__ import annotations

import re

_BEGINS = re.compile(rb"(\xff\xd8\xff[\xc0-\xfe])|(\x89PNG\r\n\x1a\n)|(GIF8[79]a)|(RIFF[\s\S]{4}WEBP)")
_KINDS = ("JPEG", "PNG", "GIF", "WebP")
_BEFORE_BYTES_MAX = 1_024
_ENDS = {"JPEG": (b"\xff\xd9",), "PNG": (b"IEND\xae\x42\x60\x82",), "GIF": (b";",)}


def late_picture(head: bytes, tail: bytes) -> tuple[str, int] | None:
    """Its kind, as people call it, and how many bytes stand before it."""
    found = _BEGINS.search(head[: _BEFORE_BYTES_MAX + 12])
    if found is None or not found.start():
        return None
    kind = next(name for name, mark in zip(_KINDS, found.groups(), strict=True) if mark is not None)
    ended = tail.rstrip(b"\r\n\0 ")
    if kind in _ENDS and not ended.endswith(_ENDS[kind]):
        return None
    return kind, found.start()
