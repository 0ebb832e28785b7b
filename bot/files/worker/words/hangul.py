"""Reads the words of a Hangul document, in the newer form (HWPX) or the older one (HWP 5).

I/O: reads the file; runs in a worker process. Source: KS X 6101 (OWPML), as Hancom's own programs write it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from xml.etree import ElementTree as ET

from bot.files.worker.documents.bylines import beside_marks, in_brackets
from bot.files.worker.documents.package import Broken, Package, attribute, child, descendants, local
from bot.files.worker.words import hangul_records
from bot.files.worker.words.lines import Counted, Section, Words

_SECTION = re.compile(r"Contents/section(\d+)\.xml", re.IGNORECASE)
_MASTER = re.compile(r"Contents/masterpage(\d+)\.xml", re.IGNORECASE)
_DEPTH_MAX = 30
_ASIDES = {"footNote": "note", "endNote": "note", "hiddenComment": "comment", "fieldBegin": "comment"}
_EDGES = {"header": "Headers of pages", "footer": "Footers of pages"}
_SIGNS = {"tab": "\t", "lineBreak": "\n", "nbSpace": " ", "fwSpace": " ", "hyphen": "-"}
_SIGNS |= {"insertBegin": "[inserted: ", "insertEnd": "]", "deleteBegin": "[deleted: ", "deleteEnd": "]"}
_KEPT = {"compose": "composeText", "textart": "text", "btn": "caption", "comboBox": "selectedValue", "autoNum": "num"}
"""Elements with words that are not in a paragraph."""
_NO_WORDS = frozenset({"secPr", "linesegarray", "parameters", "shapeComment", "metaTag"})


def is_hwpx(package: Package) -> bool:
    return any(_SECTION.fullmatch(name) for name in package.names)


def is_locked(package: Package) -> bool:
    return next(descendants(package.optional_tree("META-INF/manifest.xml"), "encryption-data"), None) is not None


def read(package: Package) -> Words:
    """Raises ``Broken`` if nothing can be read."""
    words = Words()
    reader = _Reader(words)
    for name in _numbered(package, _SECTION):
        try:
            reader.add(package.tree(name), words.section())
        except Broken:
            words.breaks_off = True
    for name in _numbered(package, _MASTER):
        for inner in _lists(package.optional_tree(name)):
            reader.add(inner, reader.around("On several pages"))
    words.sections = sorted((one for one in words.sections if one.lines), key=lambda one: bool(one.title))
    if not words.filled() and words.breaks_off:
        raise Broken("no words")
    return words


def read_old(streams: Mapping[str, bytes], *, packed: bool) -> Words:
    """``streams`` are those of its BodyText, by name."""
    words = Words()
    reader = _Reader(words)
    try:
        for section in hangul_records.sections(streams, packed=packed):
            reader.add(section, words.section())
    except Broken:
        words.breaks_off = True
    words.sections = sorted((one for one in words.sections if one.lines), key=lambda one: bool(one.title))
    return words


def _numbered(package: Package, pattern: re.Pattern[str]) -> list[str]:
    found = [(int(match[1]), name) for name in package.names if (match := pattern.fullmatch(name))]
    return [name for _, name in sorted(found)]


class _Reader:
    def __init__(self, words: Words) -> None:
        self._words = words
        self._counted = Counted()

    def around(self, title: str) -> Section:
        """The section with that title, which follows the text."""
        return next((one for one in self._words.sections if one.title == title), None) or self._words.section(title)

    def add(self, element: ET.Element, section: Section, depth: int = 0) -> None:
        """The paragraphs, each before what is attached to it: tables row by row, boxes, headers and footers."""
        for paragraph in element if depth <= _DEPTH_MAX else ():
            if local(paragraph) != "p":
                continue
            hanging = list[ET.Element]()
            section.add(self._counted.take(self._text(paragraph, hanging, depth)))
            for one in hanging:
                if local(one) in _EDGES:
                    self._add_edge(one, depth)
                    continue
                for row in _rows(one):
                    section.add(self._counted.take(self._row(row, depth)))
                for inner in _lists(one):
                    self.add(inner, section, depth + 1)

    def _add_edge(self, edge: ET.Element, depth: int) -> None:
        lines, section = Section(), self.around(_EDGES[local(edge)])
        for inner in _lists(edge):
            self.add(inner, lines, depth + 1)
        known = {line.text for line in section.lines}
        section.lines += [line for line in lines.lines if line.text not in known]

    def _row(self, row: ET.Element, depth: int) -> str:
        return " | ".join(self._joined(cell, depth) for cell in row if local(cell) == "tc").strip(" |")

    def _joined(self, element: ET.Element, depth: int) -> str:
        """All paragraphs of a cell or a note on one line; a table within a cell is in brackets."""
        texts = list[str]()
        for inner in _lists(element) if depth <= _DEPTH_MAX else ():
            for paragraph in inner:
                hanging = list[ET.Element]()
                texts.append(self._text(paragraph, hanging, depth))
                for one in hanging:
                    rows = [self._row(row, depth + 1) for row in _rows(one)]
                    texts.append(f"[ {' / '.join(filter(None, rows))} ]" if any(rows) else self._joined(one, depth + 1))
        return " / ".join(text.strip() for text in texts if text.strip())

    def _text(self, paragraph: ET.Element, hanging: list[ET.Element], depth: int) -> str:
        pieces = list[str]()
        self._gather(paragraph, pieces, hanging, depth)
        return beside_marks("".join(pieces))

    def _gather(self, element: ET.Element, pieces: list[str], hanging: list[ET.Element], depth: int) -> None:
        for part in element if depth <= _DEPTH_MAX else ():
            name = local(part)
            if name == "t":
                pieces.append(part.text or "")
                for sign in part:
                    pieces += [_SIGNS.get(local(sign), ""), sign.tail or ""]
            elif name in {"run", "ctrl"}:
                self._gather(part, pieces, hanging, depth + 1)
            elif name == "switch":  # alternatives for newer and for older programs
                self._gather(next(iter(part), part), pieces, hanging, depth + 1)
            elif name in _ASIDES:
                said = self._joined(part, depth + 1)
                pieces += [f" [{_ASIDES[name]}: {in_brackets(said)}] "] if said else []
            elif name not in _NO_WORDS:
                pieces.append(_own_words(name, part))
                hanging.append(part)


def _rows(element: ET.Element) -> list[ET.Element]:
    """The rows of a table; empty for anything else."""
    return [part for part in element if local(part) == "tr"]


def _lists(element: ET.Element) -> Iterator[ET.Element]:
    """The paragraph lists in a drawing, except those within another list or in a table's cells."""
    for part in element:
        if local(part) == "subList":
            yield part
        elif local(part) != "tr":
            yield from _lists(part)


def _own_words(name: str, element: ET.Element) -> str:
    """The words of what is inline, or drawn with words that are no paragraphs."""
    if name == "equation":
        script = child(element, "script")
        return f" {' '.join((script.text or '').split())} " if script is not None else ""
    if name == "dutmal":
        texts = ["".join(part.itertext()) for part in element if local(part) in {"mainText", "subText"}]
        return f"{texts[0]} ({texts[1]})" if len(texts) == 2 else "".join(texts)
    if name in {"checkBtn", "radioBtn"}:
        ticked = attribute(element, "value").upper() in {"CHECKED", "1", "TRUE"}
        return f"{'☒' if ticked else '☐'} {attribute(element, 'caption')} "
    if name == "edit":
        typed = child(element, "text")
        return typed.text or "" if typed is not None else ""
    return " ".join(attribute(element, _KEPT[name]).replace("␍␊", " ").split()) if name in _KEPT else ""
