"""Writes words and structure as plain text with simple Markdown.

Pure. Each list item, quotation, row and cell collects its own lines and passes them on, with its mark, when it closes.
Only when all cells of a row are there can it be told whether it holds data or is layout.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from bot.files.worker.numerals import numeral

_LINKS = ("http://", "https://", "mailto:", "tel:", "ftp://")
_FILLER = re.compile("[\u00a0\u00ad\u034f\u2007\u200b-\u200f\u2060\ufeff\\s]{4,}")
"""Invisible characters that mails use to fill the preview in a list of mails."""
_BLANK_LINES = re.compile(r"\n(?:[ \t>]*\n){2,}")
_DEPTH_MAX = 12
"""The most marks before a line; deeper nesting is shown at this depth."""
_CELL_LINES_MAX = 4
_CELL_CHARS_MAX = 400


@dataclass(slots=True)
class _Box:
    """``cells`` are those of a row; ``simple`` is false once a cell holds more structure than a row can show."""

    kind: str
    lines: list[str] = field(default_factory=list)
    line: list[str] = field(default_factory=list)
    verbatim: bool = False
    cells: list[list[str]] = field(default_factory=list)
    simple: bool = True


class Flow:
    def __init__(self) -> None:
        self._boxes = [_Box("page")]
        self._numbers: list[tuple[int, str] | None] = []
        self._marks = 0
        self._link: tuple[_Box, int] | None = None

    def words(self, text: str) -> None:
        """Text whose white space only separates words."""
        self._boxes[-1].line.append(re.sub(r"\s+", " ", _FILLER.sub(" ", text)))

    def lines(self, text: str) -> None:
        """Text whose white space is kept."""
        first, *others = text.split("\n")
        box = self._boxes[-1]
        box.line.append(first)
        box.verbatim = True
        for line in others:
            self.end_line(even_empty=True)
            box.line.append(line)
            box.verbatim = True

    def end_line(self, *, paragraph: bool = False, even_empty: bool = False) -> None:
        """``paragraph`` adds an empty line; ``even_empty`` writes a line without text."""
        box = self._boxes[-1]
        text = "".join(box.line)
        text = text.rstrip() if box.verbatim else " ".join(text.split())
        if text or even_empty:
            box.lines.append(text)
        if paragraph and box.lines and box.lines[-1]:
            box.lines.append("")
        box.line.clear()
        box.verbatim = False

    # --- structure: everything that is opened is closed --------------------------------------------------------------

    def open_list(self, number: int | None, form: str = "") -> None:
        """``number`` is that of the first item, ``None`` for bullets; ``form`` is one of those in ``numerals``."""
        self._numbers.append((number, form) if number is not None else None)

    def number_item(self, number: int) -> None:
        """Gives the newest item this number, whatever those before it had."""
        if self._numbers and (before := self._numbers[-1]) is not None:
            self._numbers[-1] = (number, before[1])

    def close_list(self) -> None:
        self._numbers.pop()

    def open_item(self) -> None:
        self._open("li")

    def open_quotation(self) -> None:
        self._open("blockquote")

    def open_row(self) -> None:
        self._open("tr")

    def open_cell(self) -> None:
        self._open("td")

    def close(self, kind: str) -> None:
        """``kind`` is the name of the element: li, blockquote, tr, td or th."""
        self.end_line()
        box = self._boxes.pop()
        parent = self._boxes[-1]
        self._marks -= kind in {"li", "blockquote"}
        if kind in {"td", "th"} and parent.kind == "tr":
            parent.cells.append(box.lines)
            parent.simple &= box.simple
        elif kind == "tr":
            parent.lines += _row(box)
            parent.simple = False
        elif kind == "li":
            parent.lines += _marked(box.lines, self._item_mark(), "  ") if self._marks < _DEPTH_MAX else box.lines
        elif kind == "blockquote":
            parent.lines += _marked(box.lines, "> ", "> ") if self._marks < _DEPTH_MAX else box.lines
        else:
            parent.lines += box.lines

    def _open(self, kind: str) -> None:
        self.end_line()
        self._marks += kind in {"li", "blockquote"}
        self._boxes.append(_Box(kind))

    def _item_mark(self) -> str:
        if not self._numbers or (found := self._numbers[-1]) is None:
            return "- "
        number, form = found
        self._numbers[-1] = (number + 1, form)
        return f"{numeral(number, form)}. "

    def open_link(self) -> None:
        self._link = (self._boxes[-1], len(self._boxes[-1].line))

    def close_link(self, address: str) -> None:
        """Adds the address after the words, unless they contain it or there are none."""
        box = self._boxes[-1]
        if not address.lower().startswith(_LINKS):
            return
        start = self._link[1] if self._link is not None and self._link[0] is box else 0
        shown = "".join(box.line[start:])
        if shown.strip() and _bare(address) not in shown:
            box.line.append(f" ({address})")

    def text(self) -> str:
        self.end_line()
        while len(self._boxes) > 1:
            self.close(self._boxes[-1].kind)
        return _BLANK_LINES.sub("\n\n", "\n".join(self._boxes[0].lines)).strip("\n") + "\n"


def _bare(address: str) -> str:
    return re.sub(r"^(?:https?://|mailto:|tel:)", "", address).rstrip("/")


def _row(box: _Box) -> Iterable[str]:
    cells = [[line for line in cell if line.strip()] for cell in box.cells]
    used = [cell for cell in cells if cell]
    fits = all(len(cell) <= _CELL_LINES_MAX and sum(map(len, cell)) <= _CELL_CHARS_MAX for cell in used)
    if len(used) > 1 and box.simple and fits:
        while not cells[-1]:
            cells.pop()
        return [*box.lines, " | ".join(" ".join(cell) for cell in cells)]
    return [*box.lines, *(line for cell in box.cells for line in [*cell, *([""] if len(cell) > 1 else [])])]


def _marked(lines: list[str], first: str, others: str) -> list[str]:
    while lines and not lines[-1]:
        lines.pop()
    return [f"{others if number else first}{line}".rstrip() for number, line in enumerate(lines)]
