"""File names as they may stand in a prompt or a note: what people typed in, one harmless line out.

Pure.
"""

from __future__ import annotations

import unicodedata

NAME_CHARS_MAX = 100
_REPLACED = str.maketrans({'"': "'", "“": "'", "”": "'", "`": "'", "<": "‹", ">": "›", "&": "+"})


def safe_name(name: str) -> str:
    """``name`` without what could end a quotation, a line, a tag or a fence, or reorder the text around it.

    Control, format (bidi included), private and unassigned characters go; runs of white space become one space; a long
    name loses its middle and keeps its extension.
    """
    line = one_line(name).translate(_REPLACED)
    if len(line) > NAME_CHARS_MAX:
        line = f"{line[: NAME_CHARS_MAX - 21]}…{line[-20:]}"
    return line or "unnamed file"


def one_line(text: str) -> str:
    """``text`` without what could end its line or reorder the text around it."""
    visible = "".join(
        " " if char.isspace() else char
        for char in text
        if char.isspace() or not unicodedata.category(char).startswith("C")
    )
    return " ".join(visible.split())


def extension(name: str) -> str:
    """The part after the last dot, in lower case; empty where there is none."""
    stem, dot, last = name.rpartition(".")
    return last.lower() if dot and stem else ""
