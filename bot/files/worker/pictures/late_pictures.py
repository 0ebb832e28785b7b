"""Finds a picture that follows a few other bytes in a file.

Pure. Programs that save data from a network or a form may write line ends or headers before it. It counts only if the
picture ends with the file.
"""

from __future__ import annotations

import re

_BEGINS = re.compile(rb"(\xff\xd8\xff[\xc0-\xfe])|(\x89PNG\r\n\x1a\n)|(GIF8[79]a)|(RIFF[\s\S]{4}WEBP)")
_KINDS = ("JPEG", "PNG", "GIF", "WebP")
_BEFORE_BYTES_MAX = 1_024
_ENDS = {"JPEG": (b"\xff\xd9",), "PNG": (b"IEND\xae\x42\x60\x82",), "GIF": (b";",)}


def late_picture(head: bytes, tail: bytes) -> tuple[str, int] | None:
    """Its kind, as people call it, and the number of bytes before it."""
    found = _BEGINS.search(head[: _BEFORE_BYTES_MAX + 12])
    if found is None or not found.start():
        return None
    kind = next(name for name, mark in zip(_KINDS, found.groups(), strict=True) if mark is not None)
    ended = tail.rstrip(b"\r\n\0 ")
    if kind in _ENDS and not ended.endswith(_ENDS[kind]):
        return None
    return kind, found.start()
