"""Decodes UTF-16 with lines of another encoding, as when another program appended to a log.

Pure. A line counts as single bytes only if it begins where a line does, is long, has no zero byte, and has blanks or
digits at both even and odd offsets. East Asian characters, whose bytes may look like letters, do not.
"""

from __future__ import annotations

import re

_LINE_BYTES_MIN = 20
_MAY_BE = re.compile(rb"[\t\x20-\x7e]{20}")
_NARROW = re.compile(rb"[\t\x20-\x7e\x80-\xff]*+(?:\r?\n|\Z)")
_BLANK_OR_DIGIT = frozenset(b" !\"#$%&'()*+,-./123456789")


def decode_wide(data: bytes, codec: str) -> str:
    """``codec`` is utf-16, with a byte order or a mark that gives it. Anything that fits nothing becomes U+FFFD."""
    if not _MAY_BE.search(data):
        return data.decode(codec, "replace")
    if codec == "utf-16":
        codec = "utf-16-be" if data.startswith(b"\xfe\xff") else "utf-16-le"
        data = data[2:] if data.startswith((b"\xff\xfe", b"\xfe\xff")) else data
    feed = "\n".encode(codec)
    pieces: list[str] = []
    begin = at = 0  # of the UTF-16 piece, and of the line
    within_narrow = False
    while at < len(data):
        line = _NARROW.match(data, at)
        if line is not None and line.end() > at and (within_narrow or _is_narrow(line[0])):
            pieces += [data[begin:at].decode(codec, "replace"), _decoded(line[0])]
            begin = at = line.end()
            within_narrow = True
        else:
            at = _end_of_line(data, begin, at, feed)
            within_narrow = False
    return "".join([*pieces, data[begin:].decode(codec, "replace")])


def _is_narrow(line: bytes) -> bool:
    words = line.rstrip(b"\r\n")
    return len(words) >= _LINE_BYTES_MIN and all(not _BLANK_OR_DIGIT.isdisjoint(words[odd::2]) for odd in (0, 1))


def _end_of_line(data: bytes, begin: int, at: int, feed: bytes) -> int:
    """The offset after the next two-byte line feed at a whole number of characters from ``begin``."""
    found = data.find(feed, at)
    while found >= 0 and (found - begin) % 2:
        found = data.find(feed, found + 1)
    return found + 2 if found >= 0 else len(data)


def _decoded(line: bytes) -> str:
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError:
        return line.decode("cp1252", "replace")
