"""Replaces pictures and misleading links in arriving Markdown by words with an address.

Pure. A picture in an answer would be a way out: whoever talks the model into one has its address fetched, with what the
model put into it, as soon as somebody reads the answer. So ``![a chart](https://…)`` becomes ``a chart (https://…)``: a
person sees where it leads, and nothing is fetched before they choose to. The same becomes of a link whose words show
another address than it leads to: ``[https://bank.example](https://…)``. What may be the beginning of a picture, such a
link or code waits for its end, but not for long. In code nothing is either.
"""

from __future__ import annotations

import re

from bot.slack.write.markdown.links import misleads, shows_address
from bot.slack.write.markdown.sure_code import INDENT_CHARS_MAX, LINE_CHARS_MAX, SureCode

PICTURE_CHARS_MAX = 4_000
CODE_CHARS_MAX = 2_000
LABEL_CHARS_MAX = 500
"""A longer picture, a span of code, or a link with longer words, is not one; and what waits is no longer."""
UNNAMED = "picture"
_TOKEN = re.compile(r"\\|`+|!|\[|\n")
_TICKS = re.compile("`+")
_ALT = re.compile(r"!?\[(?P<alt>(?:[^\[\]\\\n]|\\.|\n(?!\s*\n)|\[[^\[\]\n]*\])*)\]", re.DOTALL)
_TARGET = re.compile(
    r"""\(\s*+(?:<(?P<quoted>[^<>\n]*+)>|(?P<bare>[^\s()]*+(?:\([^\s()]*+\)[^\s()]*+)*))(?:\s++(?:"[^"]*"|'[^']*'|\([^()]*\)))?\s*+\)"""
)
_BLANK_LINE = re.compile(r"\n\s*\n")
_AS_IT_IS, _NO_LINK = (1, "["), (1, "\\[")


class Pictures:
    """Of one answer. What was fed comes out with the next call at the latest that makes clear what it is."""

    def __init__(self) -> None:
        self._waiting = ""
        self._line = ""
        self._code = SureCode()

    def feed(self, text: str) -> str:
        return self._read(self._waiting + text, final=False)

    def close(self) -> str:
        """The rest: what was begun and never ended is what it looks like."""
        return self._read(self._waiting, final=True)

    def _read(self, text: str, *, final: bool) -> str:
        shown: list[str] = []
        at = 0
        while at < len(text):
            if self._code.open and not self._line:
                beginning = text[at : at + INDENT_CHARS_MAX]
                if self._code.goes_on(beginning, final=final) is None:
                    break
            token = None if self._code.open else _TOKEN.search(text, at)
            end = text.find("\n", at) if self._code.open else (token.start() if token else -1)
            if end < 0:
                end = len(text)
            self._line = (self._line + text[at:end])[:LINE_CHARS_MAX]
            shown.append(text[at:end])
            at = end
            if at == len(text):
                break
            length, words = (1, "\n") if text[at] == "\n" else self._marked(text, at, final=final)
            if not length:
                break
            if words == "\n":
                self._end_line()
            else:
                self._line = (self._line + text[at : at + length])[:LINE_CHARS_MAX]
            shown.append(words)
            at += length
        self._waiting = text[at:]
        return "".join(shown)

    def _marked(self, text: str, at: int, *, final: bool) -> tuple[int, str]:
        """How much of the text from ``at`` on, where a mark stands, is read now, and what is shown for it."""
        if text[at] == "`":
            return _code(text, at, final=final)
        if at + 1 == len(text) and not final:
            return 0, ""
        if text[at] == "\\":
            escaped = text[at : at + 2]
            return (1, "\\") if escaped.endswith("\n") else (len(escaped), escaped)
        if text[at] == "[":
            return _link(text, at, final=final)
        return _picture(text, at, final=final) if text.startswith("![", at) else (1, "!")

    def _end_line(self) -> None:
        self._code.end_line(self._line)
        self._line = ""


def _code(text: str, at: int, *, final: bool) -> tuple[int, str]:
    """A span of code on one line, as it is; a run of backticks that ends nowhere on it, as such."""
    run = _TICKS.match(text, at, at + CODE_CHARS_MAX)
    end = run.end() if run else at + 1
    if end - at == CODE_CHARS_MAX:
        return CODE_CHARS_MAX, text[at:end]
    if end == len(text) and not final:
        return 0, ""
    line_end = text.find("\n", end, at + CODE_CHARS_MAX)
    limit = min(len(text), at + CODE_CHARS_MAX) if line_end < 0 else line_end
    closing = re.compile(rf"(?<!`)`{{{end - at}}}(?!`)").search(text, end, limit)
    if closing and (closing.end() < len(text) or final):
        return closing.end() - at, text[at : closing.end()]
    undecided = line_end < 0 and len(text) < at + CODE_CHARS_MAX and not final
    return (0, "") if undecided else (end - at, text[at:end])


def _link(text: str, at: int, *, final: bool) -> tuple[int, str]:
    """Its beginning alone, where it is honest; what follows is read on its own."""
    limit = at + LABEL_CHARS_MAX
    label = _ALT.match(text, at, limit)
    if label is None:
        parted = _BLANK_LINE.search(text, at, limit) is not None
        return _unended(final=final or parted, too_long=not parted and len(text) >= limit)
    if label.end() == len(text):
        return _unended(final=final)
    if text[label.end()] not in "([:" or not shows_address(label["alt"]):
        return _AS_IT_IS
    if text[label.end()] in "[:":  # its address would stand somewhere else, or this may be one for words elsewhere
        return _NO_LINK
    limit = label.end() + PICTURE_CHARS_MAX
    target = _TARGET.match(text, label.end(), limit)
    if target is None:
        return _unended(final=final, too_long=len(text) >= limit)
    return _honest(label["alt"], target, target.end() - at)


def _unended(*, final: bool, too_long: bool = False) -> tuple[int, str]:
    if too_long:
        return _NO_LINK
    return _AS_IT_IS if final else (0, "")


def _honest(words: str, target: re.Match[str], length: int) -> tuple[int, str]:
    address = target["quoted"] if target["quoted"] is not None else target["bare"]
    if not misleads(words, address):
        return _AS_IT_IS
    within = Pictures()
    return length, f"{within.feed(words)}{within.close()} ({address})"


def _picture(text: str, at: int, *, final: bool) -> tuple[int, str]:
    limit = at + PICTURE_CHARS_MAX
    over = final or len(text) >= limit or _BLANK_LINE.search(text, at, limit) is not None
    no_picture = 2, "!\\["
    alt = _ALT.match(text, at, limit)
    if alt is None:
        return no_picture if over else (0, "")
    if alt.end() == len(text):
        return no_picture if over else (0, "")
    if text[alt.end()] != "(":
        return no_picture
    target = _TARGET.match(text, alt.end(), limit)
    if target is None:
        return no_picture if over else (0, "")
    words = " ".join(alt["alt"].split()) or UNNAMED
    address = target["quoted"] if target["quoted"] is not None else target["bare"]
    return target.end() - at, f"{words} ({address})" if address else words
