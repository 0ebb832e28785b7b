"""Finds where markup begins that the newest words of a growing text have not closed yet. Pure.

Markup that is open shows as what it is made of: two stars, half an address. It counts only where it could begin, before
a word and not right after one: "2 * 3" and "a_b" are words. No more of the text is looked at than ``LOOK_BACK_CHARS``:
what is open for longer is shown as it is.
"""

from __future__ import annotations

import re

LOOK_BACK_CHARS = 240
_BEGINS = re.compile(
    r"""(?<![A-Za-z0-9.,:;!?%)\]}"'`])(?P<sign>\*{1,3}(?![\s*])|~~(?![\s~])|`{1,2}(?![\s`])|\[(?!\s))"""
)


def opened_at(text: str, start: int, end: int) -> int:
    """Of ``text[start:end]``, which is within one line; ``end`` where nothing is open."""
    at = max(start, end - LOOK_BACK_CHARS)
    while (found := _BEGINS.search(text, at, end)) is not None:
        closed = _closed_at(text, found, end)
        if closed is None:
            return found.start()
        at = closed
    return end


def _closed_at(text: str, found: re.Match[str], end: int) -> int | None:
    """Where the markup that begins there ends; ``None`` where it does not, or may still become a link."""
    if found["sign"] != "[":
        return _behind(text, found["sign"], found.end(), end)
    label = _behind(text, "]", found.end(), end)
    if label is None or label == end:
        return None
    return _behind(text, ")", label, end) if text[label] == "(" else label


def _behind(text: str, sign: str, start: int, end: int) -> int | None:
    at = text.find(sign, start, end)
    return None if at < 0 else at + len(sign)
