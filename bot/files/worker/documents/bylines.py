"""Writes who made a comment, and when, and whether it answers another or is settled.

Pure. Comments and changes are in square brackets, with the author before a colon. Brackets in names and comments become
parentheses, and colons in names blanks, so that nobody can write what looks like somebody else's comment.
"""

from __future__ import annotations

import re

from bot.visible import one_line

_NAME_CHARS_MAX = 100
_IN_BRACKETS = str.maketrans("[]", "()")
_IN_NAMES = str.maketrans("[]:", "() ")
_AT_BRACKETS = re.compile(r"(?<! ) {2,}+(?=\[)|(?<=\]) {2,}")
"""Matches a run of blanks only at its beginning: documents contain very long ones."""
_DAY = re.compile(r"[12]\d{3}-[01]\d-[0-3]\d")


def signature(author: str, when: str = "", state: str = "") -> str:
    """ "Ann, 2011-08-17, resolved", as far as the file says so; ``when`` begins with the day."""
    day = _DAY.match(when)
    return ", ".join(filter(None, (named(author), day[0] if day else "", state)))


def state(*, reply_to: str | None = None, resolved: bool = False) -> str:
    """Where a comment stands in its thread. ``reply_to`` is the author of the comment that it answers; empty if nobody
    says who that was."""
    answers = "" if reply_to is None else f"in reply to {named(reply_to)}" if named(reply_to) else "a reply"
    return ", ".join(filter(None, (answers, "resolved" if resolved else "")))


def byline(author: str, when: str = "", state: str = "") -> str:
    """The same, to follow "comment"; without an author there is no "by"."""
    signed = signature(author, when, state)
    return (f" by {signed}" if named(author) else f", {signed}") if signed else ""


def named(author: str) -> str:
    return " ".join(one_line(author).translate(_IN_NAMES).split())[:_NAME_CHARS_MAX]


def in_brackets(comment: str) -> str:
    return comment.translate(_IN_BRACKETS)


def in_one_piece(comment: str) -> str:
    """For a comment on a line of its own, or in brackets: it is joined to one line, so that no part reads like the next
    comment."""
    return in_brackets(" / ".join(line for line in map(str.strip, comment.splitlines()) if line))


def day_of(dttm: int) -> str:
    """A date that Word packs into 32 bits; "" if it is not one. Source: [MS-DOC] 2.9.73 (DTTM)."""
    day, month, year = dttm >> 11 & 0x1F, dttm >> 16 & 0xF, 1900 + (dttm >> 20 & 0x1FF)
    return f"{year:04}-{month:02}-{day:02}" if day and 0 < month <= 12 else ""


def beside_marks(text: str) -> str:
    """With one blank beside a bracket, where the text without it would have had two."""
    return _AT_BRACKETS.sub(" ", text)
