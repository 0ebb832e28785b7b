"""File names made harmless for a prompt or a note: one line.

Pure.
"""

from __future__ import annotations

from bot.visible import QUOTES, one_line

NAME_CHARS_MAX = 100
_REPLACED = str.maketrans(dict.fromkeys(QUOTES, "'") | {"`": "'", "<": "‹", ">": "›", "&": "+"})


def safe_name(name: str) -> str:
    """``name`` without what could end a quotation, a line, a tag or a fence, or reorder the text around it.

    Control, format (bidi included), private, unassigned and unseen characters go; runs of white space become one space;
    a long name loses its middle and keeps its extension.
    """
    line = one_line(name).translate(_REPLACED)
    if len(line) > NAME_CHARS_MAX:
        line = f"{line[: NAME_CHARS_MAX - 21]}…{line[-20:]}"
    return line or "unnamed file"


def extension(name: str) -> str:
    """The part after the last dot, in lower case; empty if there is none."""
    stem, dot, last = name.rpartition(".")
    return last.lower() if dot and stem else ""
