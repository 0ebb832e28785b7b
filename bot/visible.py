"""Removes from other people's text what only a machine would read. Pure.

Some characters are invisible: tags, variation selectors, joiners, fillers. A name that differs from another only by
them looks the same, and they can spell a sentence that nobody sees but a model reads. Single ones have their uses (a
flag, the colour of an emoji, joined letters in Persian or Hindi) and stay. Source: Unicode's
Default_Ignorable_Code_Point, UTS 51 (flags of regions).
"""

from __future__ import annotations

import re
import unicodedata

_BLANK = "\u115f\u1160\u2800\u3164\uffa0"
"""Letters and signs that look like a space."""
_UNSEEN = "\u00ad\u034f\u061c\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff"
_UNSEEN += "\ufff0-\ufff8\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
_SPELLING = "\U000e0000-\U000e0fff"
"""Tags and variation selectors of which there are as many as letters."""
_RUN_MAX = 3
"""This many occur together in ordinary text: an emoji's selector, a joiner and a direction mark."""
_FLAG = re.compile(r"\U0001f3f4[\U000e0030-\U000e0039\U000e0061-\U000e007a]{3,6}\U000e007f")
_HIDDEN = re.compile(f"{_FLAG.pattern}|[{_UNSEEN}{_SPELLING}]+")
_NO_PICTURE = re.compile(f"[{_UNSEEN}{_SPELLING}]")
_TURNS = re.compile("[\u202a-\u202e\u2066-\u2069]")
"""Overrides, embeddings and isolates of direction; a text that is written from right to left does without."""
QUOTES = '"“”„‟‚″‴〝〞〟ˮʺ״\uff02'
"""The double quotation mark, and what looks like one."""


def seen(text: str) -> str:
    """Lines and all; what is removed once is removed for good, so that nothing comes together by it later."""
    return text if text.isascii() else _HIDDEN.sub(_kept, text)


def repeated(text: str) -> str:
    """For a message of our own that repeats it: nothing in it turns around what stands beside it there."""
    return _TURNS.sub("", seen(text))


def one_line(text: str) -> str:
    """Without what could end its line, reorder the text around it, or be there unseen."""
    if text.isascii() and text.isprintable():
        return " ".join(text.split())
    return " ".join("".join(_in_a_line(char) for char in text).split())


def _kept(hidden: re.Match[str]) -> str:
    run = hidden[0]
    if _FLAG.fullmatch(run):
        return run
    run = run if len(run) <= _RUN_MAX else ""
    return "".join(char for char in run if not "\U000e0000" <= char <= "\U000e0fff")


def _in_a_line(char: str) -> str:
    category = unicodedata.category(char)
    if char.isspace() or category[0] == "Z" or char in _BLANK:
        return " "
    return "" if category[0] == "C" or _NO_PICTURE.match(char) else char
