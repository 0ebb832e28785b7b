"""Makes the mark that stands for a source in an answer, and removes marks from answers.

Pure. A mark is a number in raised brackets, "⁽¹⁾". After its first bracket there is a character that nobody sees or
types (U+2060, WORD JOINER), which distinguishes our marks from brackets that the model or a person wrote; those stay.
Brackets are punctuation, so bold text stays bold before and after a mark, and nothing in a mark is Markdown, an
address, an emoji or escaped. A line of the list of sources, for a file or a web page, begins with a sign of its own for
messages that are text alone; in all others it is outside of the answer.
"""

from __future__ import annotations

import re

JOINER = "\u2060"
BRACKET = "⁽"
OPEN = BRACKET + JOINER
PAGE, GLOBE = "📄", "🌐"
SOURCE_HEAD, WEB_HEAD = f"{PAGE}{JOINER} ", f"{GLOBE}{JOINER} "
"""What a line of the list of sources begins with: a file's, and a page's of the web."""
DIGITS = "⁰¹²³⁴⁵⁶⁷⁸⁹"
_RAISED = str.maketrans("0123456789", DIGITS)
_MARK = re.compile(rf" ?{OPEN}[{DIGITS}]+⁾")
"""With the blank that separates it from an address; otherwise no mark follows a blank."""
_OURS = re.compile(f"({BRACKET}|{PAGE}|{GLOBE}){JOINER}+")


def mark(number: int) -> str:
    return f"{OPEN}{str(number).translate(_RAISED)}⁾"


def without_marks(markdown: str) -> str:
    """An answer of ours as the model wrote it, without the marks and the lines that we added."""
    if JOINER not in markdown:
        return markdown
    kept: list[str] = []
    for line in markdown.split("\n"):
        if line.startswith((SOURCE_HEAD, WEB_HEAD)):
            continue
        bare = _MARK.sub("", line)
        if bare != line and not bare.strip(" \t>"):  # after code: a line of its own
            while kept and not kept[-1].strip():
                kept.pop()
            continue
        kept.append(bare)
    return "\n".join(kept)


class Own:
    """Passes on the model's words, so that nothing in them looks like a mark of ours."""

    def __init__(self) -> None:
        self._before = ""

    def feed(self, text: str) -> str:
        """``text`` without what makes brackets a mark, however it was split."""
        if not text:
            return ""
        whole = self._before + text
        if JOINER in whole:
            whole = _OURS.sub(r"\1", whole)
        kept = whole[len(self._before) :]
        self._before = whole[-1:] if whole.endswith((BRACKET, PAGE, GLOBE)) else ""
        return kept
