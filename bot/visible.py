"""Other people's text goes in; what people see of it comes out, and nothing that only a machine reads. Pure.

Some characters have no picture: tags, variation selectors, joiners, fillers. A name that differs from another one by
them alone looks the same, and a sentence can be spelled in them that nobody sees but a model reads. Single ones have
their use in a text (a flag, the colour of a sign, letters that join in Persian or Hindi), and stay there. Source:
Unicode's Default_Ignorable_Code_Point, UTS 51 (flags of regions).
"""

from __future__ import annotations

import re
import unicodedata

_BLANK = "\u115f\u1160\u2800\u3164\uffa0"
"""Letters and signs whose picture is a blank."""
_UNSEEN = "\u00ad\u034f\u061c\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff"
_UNSEEN += "\ufff0-\ufff8\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
_SPELLING = "\U000e0000-\U000e0fff"
"""Tags and variation selectors of which there are as many as letters."""
_RUN_MAX = 3
"""So many stand together in what people write: a sign's selector, a joiner and a mark of direction."""
_FLAG = re.compile(r"\U0001f3f4[\U000e0030-\U000e0039\U000e0061-\U000e007a]{3,6}\U000e007f")
_HIDDEN = re.compile(f"{_FLAG.pattern}|[{_UNSEEN}{_SPELLING}]+")
_NO_PICTURE = re.compile(f"[{_UNSEEN}{_SPELLING}]")
QUOTES = '"“”„‟‚″‴〝〞〟ˮʺ״\uff02'
"""The double quotation mark, and what looks like one."""


def seen(text: str) -> str:
    """Lines and all; what is removed once is removed for good, so that nothing comes together by it later."""
    return text if text.isascii() else _HIDDEN.sub(_kept, text)


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
