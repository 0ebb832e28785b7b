"""Who wrote a comment and when in, the words that say so out.

Pure.
"""

from __future__ import annotations

import re

_DAY = re.compile(r"[12]\d{3}-[01]\d-[0-3]\d")


def signature(author: str, when: str = "") -> str:
    """ "Ann, 2011-08-17", as far as the file says so; ``when`` begins with the day."""
    day = _DAY.match(when)
    return ", ".join(filter(None, (author.strip(), day[0] if day else "")))


def byline(author: str, when: str = "") -> str:
    """The same, to stand behind "comment"; a day alone stands there without "by"."""
    signed = signature(author, when)
    return (f" by {signed}" if author.strip() else f", {signed}") if signed else ""


def day_of(dttm: int) -> str:
    """Of a moment as Word packs it into 32 bits, "" where it is none. Source: [MS-DOC] 2.9.73 (DTTM)."""
    day, month, year = dttm >> 11 & 0x1F, dttm >> 16 & 0xF, 1900 + (dttm >> 20 & 0x1FF)
    return f"{year:04}-{month:02}-{day:02}" if day and 0 < month <= 12 else ""
