"""Separates a model's words from the page references in them, when it answers from notes.

Pure: the same in any pieces. Notes on a long PDF are not a document that the API could cite, so the model is asked to
write the pages itself (``wanted``). What is not closed, or too long for a reference, counts as words.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

OPENING = "[["
CHARS_MAX = 250
_BLANKS = " \t"
_REFERENCE = re.compile(r"\[\[([^\[\]\n]{1,200}), ?pp?\. ?([0-9][0-9,–\- ]{0,40})\]\]")
_PAGES = re.compile(r"(\d{1,6})(?: ?[–-] ?(\d{1,6}))?")


def wanted(name: str) -> str:
    """The form that the model is shown. A bracket in a name would end the reference."""
    shown = " ".join(name.translate(str.maketrans("[]", "()")).split())
    return f"[[{shown}, p. 12]] or [[{shown}, pp. 3–5, 12]]"


@dataclass(frozen=True, slots=True)
class PageReference:
    """``pages`` are first and final ones, in the order in which they were written."""

    name: str = field(repr=False)
    pages: tuple[tuple[int, int], ...]


class PageReferences:
    def __init__(self) -> None:
        self._held = ""

    def feed(self, text: str) -> Iterator[str | PageReference]:
        """Blanks before a reference are dropped: the mark in its place comes right after the words."""
        whole, at = self._held + text, 0
        for found in _REFERENCE.finditer(whole):
            if words := whole[at : found.start()].rstrip(_BLANKS):
                yield words
            pages = [(int(first), int(final or first)) for first, final in _PAGES.findall(found[2])]
            yield PageReference(found[1].strip(), tuple(pages))
            at = found.end()
        rest = whole[at:]
        begin = _may_begin(rest)
        if begin:
            yield rest[:begin]
        self._held = rest[begin:]

    def close(self) -> str:
        rest, self._held = self._held, ""
        return rest


def _may_begin(text: str) -> int:
    """Where something begins that may still become a reference, with the blanks before it, in a text without one."""
    begin = text.rfind(OPENING)
    inside = text[begin + len(OPENING) :]
    if begin < 0 or len(inside) > CHARS_MAX or "\n" in inside or "]" in inside[:-1]:
        begin = len(text) - text.endswith("[")
    blanks = begin - len(text[:begin].rstrip(_BLANKS))
    return begin - blanks if blanks <= CHARS_MAX else begin
