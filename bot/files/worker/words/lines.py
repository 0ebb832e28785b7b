"""Collects a document's words as sections of lines, and writes all of them or those that its pages do not show.

Pure. What pages do not show: comments, what was deleted or is hidden, speaker notes, hidden slides.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from bot.files.worker.documents.package import Broken

CHARS_MAX = 1_000_000
"""The most characters that are collected of a document; a longer one is cut off."""
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufeff\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Line:
    text: str
    shown: bool = True
    mark: str = ""
    """What comes before it on its page, such as a list number."""

    def __str__(self) -> str:
        return f"{self.mark} {self.text}" if self.mark else self.text


@dataclass(slots=True)
class Section:
    """``title`` is empty for the document's running text."""

    title: str = ""
    lines: list[Line] = field(default_factory=list)

    def add(self, text: str, *, shown: bool = True, mark: str = "") -> None:
        text = _CONTROLS.sub("", text).strip()
        if text:
            self.lines.append(Line(text, shown, _CONTROLS.sub("", mark)))


@dataclass(slots=True)
class Words:
    sections: list[Section] = field(default_factory=list)
    breaks_off: bool = False
    """Whether the file is damaged or too long from some place on."""

    def section(self, title: str = "") -> Section:
        self.sections.append(Section(title))
        return self.sections[-1]

    def filled(self) -> bool:
        return any(section.lines for section in self.sections)


class Counted:
    """Counts the characters collected so far. Raises ``Broken`` beyond the limit."""

    def __init__(self) -> None:
        self._left = CHARS_MAX

    def take(self, text: str) -> str:
        self._left -= len(text) + 1
        if self._left < 0:
            raise Broken("longer than is read")
        return text


def whole_text(words: Words) -> str:
    return _text(words.sections, lambda _: True)


def unseen_text(words: Words, on_pages: Callable[[str], bool]) -> str:
    """Lines that no page shows, by their kind or because ``on_pages`` does not find them; empty if all are visible."""
    return _text(words.sections, lambda line: not line.shown or not on_pages(line.text))


def _text(sections: Iterable[Section], wanted: Callable[[Line], bool]) -> str:
    pieces = []
    for section in sections:
        lines = [str(line) for line in section.lines if wanted(line)]
        if lines:
            pieces.append("\n".join([f"## {section.title}", *lines] if section.title else lines))
    return "\n\n".join(pieces)


def to_json(words: Words) -> str:
    return json.dumps([[s.title, [[line.text, line.shown, line.mark] for line in s.lines]] for s in words.sections])


def from_json(text: str) -> Words:
    return Words([Section(title, [Line(*line) for line in lines]) for title, lines in json.loads(text)])
