"""Describes where an exception came from, with only those of its words that may be logged. Pure.

An exception quotes what it could not work with: ``invalid literal for int(): '…'``, ``KeyError: '…'``, an answer of
Slack's in whole. That may be what people wrote, so that nothing in quotation marks is kept of its words. Where the
exception came from is functions and lines, without values.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from types import TracebackType
from typing import Any

from structlog.tracebacks import ExceptionDictTransformer

from bot.telemetry.redaction import Redaction

ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None]
WORDS_CHARS_MAX = 500
LEFT_OUT = "'…'"
_QUOTED = re.compile(r"""(?<!\w)[bru]?(?:'(?:\\.|[^'\\])*(?:'|$)|"(?:\\.|[^"\\])*(?:"|$))|[“‘][^”’]*""", re.DOTALL)
_NAMED = re.compile(r"[\w .]*")
_KIND = re.compile(r"\b(?:error|message) ?: ([A-Z]\w{0,60}(?:Error|Exception|Timeout|Refused))(?=[,)])")
_FRAMES = ExceptionDictTransformer(show_locals=False)
"""Local variables hold what people wrote, too."""


class Tracebacks:
    """``redaction`` comes first: what is left of a secret without its quotation marks is not known as one."""

    def __init__(self, redaction: Redaction) -> None:
        self._redaction = redaction

    def for_machines(self, exc_info: ExcInfo) -> list[dict[str, Any]]:
        stacks = _FRAMES(exc_info)
        self._brief(stacks)
        return stacks

    def for_people(self, exc_info: ExcInfo) -> str:
        return "\n".join(_lines(self.for_machines(exc_info), ""))

    def _brief(self, stacks: list[dict[str, Any]]) -> None:
        """Of an exception, those that it came from, and those within it."""
        for stack in stacks:
            stack["exc_value"] = self._words(str(stack["exc_value"]))
            stack["exc_notes"] = [self._words(str(note)) for note in stack.get("exc_notes", ())]
            if syntax := stack.get("syntax_error"):
                syntax["line"] = ""
            for inner in stack.get("exceptions", ()):
                self._brief(inner)

    def _words(self, text: str) -> str:
        return _QUOTED.sub(LEFT_OUT, self._redaction.text(text))[:WORDS_CHARS_MAX]


def of_a_library(message: str, kind: str = "") -> str:
    """The beginning of a line of asyncio's or of Slack's libraries, which goes on with callbacks, their arguments and
    what they came to, or with an exception's words. ``kind`` of exception: else as the line itself names it."""
    beginning = _NAMED.match(message)[0].strip()  # type: ignore[index]  # it matches anything
    named = _KIND.search(message)
    kind = kind or (named[1] if named else "")
    return f"{beginning} ({kind})" if kind else beginning


def unquoted(message: str) -> str:
    """A line of another library's, without what it quotes."""
    return _QUOTED.sub(LEFT_OUT, message)


def _lines(stacks: list[dict[str, Any]], indent: str) -> Iterator[str]:
    for number, stack in enumerate(reversed(stacks)):
        if number:
            yield f"{indent}which led to:"
        yield f"{indent}Traceback (most recent call last):"
        for frame in stack["frames"]:
            yield f'{indent}  File "{frame["filename"]}", line {frame["lineno"]}, in {frame["name"]}'
        yield f"{indent}{stack['exc_type']}: {stack['exc_value']}"
        for inner in stack.get("exceptions", ()):
            yield from _lines(inner, f"{indent}  | ")
