"""Reads a table of a Word document, with a line for each row; a nested table is in brackets.

Pure. Source: ECMA-376 part 1, 17.4 (tables), 17.13.5 (inserted and deleted rows and cells).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.etree import ElementTree as ET

from bot.files.worker.documents.bylines import named
from bot.files.worker.documents.package import attribute, child, local
from bot.files.worker.words import word_choices
from bot.files.worker.words.word_paragraph import Paragraph, Paragraphs

_DEPTH_MAX = 20
_WRAPPERS = frozenset({"sdt", "sdtContent", "customXml", "ins", "del", "moveTo", "moveFrom", "smartTag"})
_ROW_CHANGES = (("trPr", "ins", "row inserted"), ("trPr", "del", "row deleted"))
_CELL_CHANGES = (("tcPr", "cellIns", "cell inserted"), ("tcPr", "cellDel", "cell deleted"))


@dataclass(slots=True)
class Row:
    """``marked`` as in a paragraph; ``beside`` are the paragraphs with attached text boxes or drawings."""

    text: str = ""
    marked: bool = False
    beside: list[Paragraph] = field(default_factory=list)


def rows(table: ET.Element, paragraphs: Paragraphs, depth: int = 0) -> Iterator[Row]:
    """Rows of nested tables are part of their cell's row."""
    for element in _parts(table, "tr"):
        row, cells, choices = Row(), list[str](), ""
        for part in _parts(element, "tc", "sdtPr"):
            if local(part) == "sdtPr":
                choices = _choices(part, row)
            else:
                cells.append(f"{choices} {_cell(part, row, paragraphs, depth)}".strip())
                choices = ""
        row.text = " | ".join(cells).strip(" |")
        row.text = _changed(element, _ROW_CHANGES, row.text, row)
        yield row


def _choices(begin: ET.Element, row: Row) -> str:
    line = word_choices.line(begin)
    row.marked |= bool(line)
    return line


def _changed(element: ET.Element, changes: tuple[tuple[str, str, str], ...], text: str, row: Row) -> str:
    for properties, name, done in changes:
        change = child(element, properties, name)
        if change is not None and text:
            author = named(attribute(change, "author"))
            text = f"[{done}{f' by {author}' if author else ''}] {text}"
            row.marked = True
    return text


def _cell(cell: ET.Element, row: Row, paragraphs: Paragraphs, depth: int) -> str:
    texts = []
    for part in _parts(cell, "p", "tbl", "sdtPr"):
        if local(part) == "sdtPr":
            texts.append(_choices(part, row))
        elif local(part) == "p":
            paragraph = paragraphs.read(part)
            row.marked |= paragraph.marked
            row.beside += [paragraph] if paragraph.boxes or paragraph.drawn else []
            texts.append(f"{paragraph.number} {paragraph.text}".strip())
        elif depth < _DEPTH_MAX:
            inner = list(rows(part, paragraphs, depth + 1))
            row.marked |= any(one.marked for one in inner)
            row.beside += [paragraph for one in inner for paragraph in one.beside]
            words = " / ".join(one.text for one in inner if one.text)
            texts.append(f"[ {words} ]" if words else "")
    return _changed(cell, _CELL_CHANGES, " / ".join(text for text in texts if text.strip()), row)


def _parts(element: ET.Element, *names: str) -> Iterator[ET.Element]:
    """Children with these names, also within mere wrappers."""
    waiting = list(reversed(element))
    while waiting:
        part = waiting.pop()
        if local(part) in names:
            yield part
        elif local(part) in _WRAPPERS:
            waiting.extend(reversed(part))
