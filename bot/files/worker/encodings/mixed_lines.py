"""Decodes a text in a single-byte encoding in which some lines are UTF-8.

Pure. A line can be UTF-8 only if its first byte beyond ASCII begins a character, and hardly any line in another
encoding looks like that. These lines are found in one pass; what lies between them is decoded at once.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from bot.files.worker.encodings.look_alikes import is_by_chance

_ROLES = bytes(0x80) + b"c" * 0x40 + b"x" * 2 + b"l" * 0x33 + b"x" * 11
"""Zero for ASCII, and letters for bytes that go on with a character in UTF-8, that lead one, and that do neither."""
_ASCII, _GOING_ON = bytes(range(0x80)), bytes(range(0x80, 0xC0))
_FIRST_BYTES = 32_000
_LOG_LINE_BYTES_MAX = 400
_DIGITS = bytes.maketrans(b"123456789", b"0" * 9)
_BEGIN, _CHAR_ANYWHERE = b"\0lc", b"lc"
_CHAR = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")


def lines_decoded(data: bytes, codec: str) -> Iterator[str]:
    """In pieces of any number of lines. What does not fit becomes U+FFFD."""
    done = begun = ended = 0  # what is in UTF-8 and was not given yet is between the last two
    for begin, end in _lines_like_utf8(data) if _goes_on(data[:_FIRST_BYTES]) or _goes_on(data) else ():
        line = data[begin:end]
        if not (
            _is_utf8(line, codec) if len(line) > _LOG_LINE_BYTES_MAX else _is_utf8_often(line.translate(_DIGITS), codec)
        ):
            continue
        if begin != ended:
            yield from _both(data, done, begun, ended, codec)
            done, begun = ended, begin
        ended = end
    yield from _both(data, done, begun, ended, codec)
    yield data[ended:].decode(codec, "replace")


def _both(data: bytes, done: int, begun: int, ended: int, codec: str) -> Iterator[str]:
    if ended > done:
        yield data[done:begun].decode(codec, "replace")
        yield data[begun:ended].decode()


def may_have_utf8(data: bytes) -> bool:
    """Whether the first bytes beyond ASCII of some line may be a character in UTF-8; others are none for sure."""
    return _BEGIN in b"\0" + data.translate(_ROLES)


def _goes_on(data: bytes) -> bool:
    """Whether it has bytes that go on with a character in UTF-8. Few Western texts have any, which is soon seen, and
    Russian ones have them early."""
    others = data.translate(None, _ASCII)
    return len(others.translate(None, _GOING_ON)) < len(others)


def _is_utf8(line: bytes, codec: str) -> bool:
    """For sure, and not in ``codec`` by chance."""
    try:
        line.decode()
    except UnicodeDecodeError:
        return False
    return not is_by_chance(line, codec)


_is_utf8_often = lru_cache(maxsize=4_096)(_is_utf8)
"""For lines of a log, which mostly differ in numbers."""


def _lines_like_utf8(data: bytes) -> Iterator[tuple[int, int]]:
    """Where they begin and end, with their ends. Each byte is looked at a few times, however many lines there are."""
    roles = b"\0" + data.translate(_ROLES)  # so a place there is one before the same in ``data``
    returns = _Ends(data, b"\r") if b"\r" in data else None
    done, feed, at = 0, 0, _first(roles, 0)
    while at >= 0:
        if _CHAR.match(data, at):
            begin = data.rfind(b"\n", done, at) + 1 or done
            if feed <= at:
                feed = data.find(b"\n", at) + 1 or len(data)
            done = feed
            if returns is not None:
                begin = max(begin, data.rfind(b"\r", begin, at) + 1)
                done = min(done, returns.behind(at))
                if data[done - 1 : done + 1] == b"\r\n":
                    done += 1
            yield begin, done
            at = done - 1
        at = _first(roles, at + 1)


def _first(roles: bytes, at: int) -> int:
    """``roles.find(_BEGIN, at)``, in half of the time where hardly any character is like one in UTF-8."""
    found = roles.find(_CHAR_ANYWHERE, at + 1)
    return roles.find(_BEGIN, found) if found > 0 and roles[found - 1] else max(found - 1, -1)


class _Ends:
    """Of lines by one sign, each looked for once."""

    def __init__(self, data: bytes, sign: bytes) -> None:
        self._data, self._sign, self._next = data, sign, 0

    def behind(self, at: int) -> int:
        """The place behind the first from ``at`` on; places only grow."""
        if self._next <= at:
            self._next = self._data.find(self._sign, at) + 1 or len(self._data) + 1
        return min(self._next, len(self._data))
