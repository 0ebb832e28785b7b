"""Reads words from elements of OpenDocument files: paragraphs, comments, charts.

Pure. Source: OpenDocument 1.3 part 3.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from xml.etree import ElementTree as ET

from bot.files.worker.documents.bylines import byline, in_one_piece, signature, state
from bot.files.worker.documents.equations import linear
from bot.files.worker.documents.package import attribute, child, local
from bot.files.worker.raised import aligned

_SPACES_MAX = 100
_ROWS_MAX = 200
_ASIDE = frozenset({"annotation", "annotation-end", "note", "frame", "custom-shape", "object", "tracked-changes"})


def paragraph_text(element: ET.Element, raised_by: Mapping[str, str] | None = None) -> str:
    """The words of a paragraph, without comments, notes and drawings.

    ``raised_by`` maps style names to the results of ``position``.
    """
    pieces: list[str] = []
    _gather(element, pieces, raised_by or {})
    return "".join(pieces)


def position(style: ET.Element) -> str:
    """Whether a text style raises or lowers its text, in the words of ``raised.aligned``. Source: OpenDocument 1.3,
    20.391."""
    properties = child(style, "text-properties")
    where = attribute(properties, "text-position").split() if properties is not None else []
    if not where or where[0] in {"0%", "normal"}:
        return ""
    return "subscript" if where[0] == "sub" or where[0].startswith("-") else "superscript"


def _gather(element: ET.Element, pieces: list[str], raised_by: Mapping[str, str], depth: int = 0) -> None:
    name = local(element)
    where = raised_by.get(attribute(element, "style-name"), "") if raised_by and name == "span" else ""
    if where:
        inner: list[str] = []
        _gather_within(element, inner, raised_by, depth)
        pieces.append(aligned("".join(inner), where))
        return
    if name == "s":
        count = attribute(element, "c", "1")
        pieces.append(" " * (min(int(count), _SPACES_MAX) if count.isdecimal() and len(count) < 5 else 1))
    elif name == "tab":
        pieces.append("\t")
    elif name == "line-break":
        pieces.append("\n")
    _gather_within(element, pieces, raised_by, depth)


def _gather_within(element: ET.Element, pieces: list[str], raised_by: Mapping[str, str], depth: int) -> None:
    pieces.append(element.text or "")
    for part in element:
        if local(part) not in _ASIDE and depth < 50:
            _gather(part, pieces, raised_by, depth + 1)
        pieces.append(part.tail or "")


@dataclass(frozen=True, slots=True)
class Comment:
    """Where it stands in its thread is said by LibreOffice alone (``loext``), which names comments that are answered.
    ``signature`` and ``byline`` are as in ``bylines``."""

    text: str
    author: str
    when: str
    state: str

    @property
    def signature(self) -> str:
        return signature(self.author, self.when if self.author else "", self.state)

    @property
    def byline(self) -> str:
        return byline(self.author, self.when if self.author else "", self.state)


def annotation(element: ET.Element, authors: Mapping[str, str] | None = None) -> Comment:
    """``authors`` of all comments, by the comments' names."""
    words = [paragraph_text(part) for part in element.iter() if local(part) == "p"]
    text = " / ".join(word for word in words if word.strip())
    date, parent = child(element, "date"), attribute(element, "parent-name")
    standing = state(
        reply_to=(authors or {}).get(parent, "") if parent else None, resolved=attribute(element, "resolved") == "true"
    )
    return Comment(in_one_piece(text), author_of(element), (date.text or "") if date is not None else "", standing)


def author_of(annotated: ET.Element) -> str:
    creator = child(annotated, "creator")
    return "".join(creator.itertext()).strip() if creator is not None else ""


def object_lines(root: ET.Element) -> list[str]:
    """The words of an embedded chart or formula; empty for other objects."""
    for part in root.iter():
        if local(part) == "math":
            text = " ".join(linear(part).split())
            return [text] if text else []
        if local(part) == "chart" and attribute(part, "class"):
            return [f"Chart: {line}" for line in chart_lines(root)]
    return []


def chart_lines(root: ET.Element) -> list[str]:
    """Titles, then the table behind the chart."""
    charts = [element for element in root.iter() if local(element) == "chart" and attribute(element, "class")]
    kind = attribute(charts[0], "class").partition(":")[2] + " chart" if charts else "a chart"
    titles = [_words(element) for element in root.iter() if local(element) in {"title", "subtitle"}]
    lines = [", ".join([kind, *(f"“{title}”" for title in titles if title)])]
    for row in [element for element in root.iter() if local(element) == "table-row"][:_ROWS_MAX]:
        cells = [_words(cell) for cell in row if local(cell) == "table-cell"]
        if any(cells):
            lines.append(" | ".join(cells))
    return lines


def _words(element: ET.Element) -> str:
    return " ".join(text for part in element.iter() if local(part) == "p" and (text := paragraph_text(part).strip()))
