"""Reads the words of a Word document (Office Open XML, or Word 2003 XML), with comments and changes marked.

I/O: reads the file; runs in a worker process. Source: ECMA-376 part 1, 17; Word 2003 differs in where comments,
insertions and deletions are kept (``annotation`` elements).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from xml.etree import ElementTree as ET

from bot.files.worker.documents import charts
from bot.files.worker.documents.drawing import diagram_text
from bot.files.worker.documents.package import (
    Broken,
    Package,
    Relation,
    attribute,
    child,
    descendants,
    local,
    xml_events,
)
from bot.files.worker.words import word_choices
from bot.files.worker.words.addresses import Addresses, targets_of
from bot.files.worker.words.lines import Counted, Section, Words
from bot.files.worker.words.word_comments import comments_of
from bot.files.worker.words.word_lists import Lists
from bot.files.worker.words.word_paragraph import Paragraph, Paragraphs
from bot.files.worker.words.word_table import rows

_BLOCKS = frozenset({"p", "tbl"})
_WRAPPERS = frozenset({"body", "sdt", "sdtContent", "sect", "sub-section", "customXml", "wordDocument", "document"})
_SMALL_PARTS = (("header", "Header"), ("footer", "Footer"))
_Drawn = Callable[[str], list[str]]
"""Returns the lines of the chart or diagram that a relation id leads to."""


def _nothing_drawn(_: str) -> list[str]:
    return []


def read_package(package: Package) -> Words:
    """Raises ``Broken`` if it contains no document."""
    main = next((name for name in package.related("", "officeDocument") if name in package), "word/document.xml")
    relations = package.relations(main)
    targets = targets_of(relations)
    parts = (next(iter(package.related(main, kind)), "") for kind in ("numbering", "styles"))
    addresses = Addresses()
    comments = comments_of(package, relations, addresses)
    paragraphs = Paragraphs(comments, Lists(*map(package.optional_tree, parts)))
    words = _read(
        package.chunks(main),
        paragraphs,
        lambda relation_id: _drawn(package, relations, relation_id),
        lambda block: addresses.of_word(block, targets),
    )
    notes = {kind: _notes(package, relations, kind, paragraphs, addresses) for kind in ("footnote", "endnote")}
    for kind, section in notes.items():
        if section.lines:
            section.title = "Footnotes" if kind == "footnote" else "Endnotes"
            words.sections.append(section)
    seen: set[str] = set()
    for kind, title in _SMALL_PARTS:
        section = Section(f"{title}s of pages")
        for relation in relations.values():
            if relation.kind == kind:
                tree = package.optional_tree(relation.target)
                _add_distinct(tree, paragraphs, section, seen)
                addresses.of_part(tree, package, relation.target)
        words.sections += [section] if section.lines else []
    addresses.add_to(words)
    unplaced = paragraphs.comments_not_met()
    if unplaced:
        section = words.section("Comments")
        for text in unplaced:
            section.add(text, shown=False)
    return words


def read_xml(chunks: Iterator[bytes]) -> Words:
    """Word 2003 XML. Raises ``Broken`` if it is not that."""
    addresses = Addresses()
    words = _read(chunks, Paragraphs({}), _nothing_drawn, lambda block: addresses.of_word(block, {}))
    addresses.add_to(words)
    return words


def _read(
    chunks: Iterator[bytes], paragraphs: Paragraphs, drawn: _Drawn, look_at: Callable[[ET.Element], None]
) -> Words:
    words, counted = Words(), Counted()
    section = words.section()
    try:
        for block in _blocks(chunks):
            _add_block(block, paragraphs, section, counted, drawn)
            look_at(block)
    except Broken:
        if not words.filled():
            raise
        words.breaks_off = True
    return words


def _blocks(chunks: Iterator[bytes]) -> Iterator[ET.Element]:
    """Paragraphs and tables, also within wrappers; each is released when the next is asked for."""
    open_elements: list[ET.Element] = []
    inside = 0
    for event, element in xml_events(chunks):
        name = local(element)
        if event == "start":
            inside += bool(inside) or name in _BLOCKS
            open_elements.append(element)
            continue
        open_elements.pop()
        inside = max(inside - 1, 0)
        if inside == 0 and name in {*_BLOCKS, "sdtPr"}:
            yield element
        if inside == 0 and open_elements and local(open_elements[-1]) in _WRAPPERS:
            open_elements[-1].clear()


def _add_block(
    block: ET.Element, paragraphs: Paragraphs, section: Section, counted: Counted, drawn: _Drawn = _nothing_drawn
) -> None:
    if local(block) == "p":
        _add_paragraph(paragraphs.read(block), section, counted, drawn)
        return
    if local(block) == "sdtPr":
        section.add(word_choices.line(block), shown=False)
        return
    for row in rows(block, paragraphs):
        section.add(counted.take(row.text), shown=not row.marked)
        for paragraph in row.beside:
            _add_beside(paragraph, section, counted, drawn)


def _add_paragraph(paragraph: Paragraph, section: Section, counted: Counted, drawn: _Drawn) -> None:
    section.add(counted.take(paragraph.text), shown=not paragraph.marked, mark=paragraph.number)
    _add_beside(paragraph, section, counted, drawn)


def _add_beside(paragraph: Paragraph, section: Section, counted: Counted, drawn: _Drawn) -> None:
    """What is attached to a paragraph."""
    for box in paragraph.boxes:
        section.add(counted.take(box))
    for relation_id in paragraph.drawn:
        for line in drawn(relation_id):
            section.add(counted.take(line))


def _drawn(package: Package, relations: dict[str, Relation], relation_id: str) -> list[str]:
    relation = relations.get(relation_id)
    if relation is None or relation.external:
        return []
    if relation.kind in {"chart", "chartEx"}:
        return [f"Chart: {line}" for line in charts.of_part(package, relation.target)]
    if relation.kind == "diagramData" and (text := diagram_text(package, relation.target)):
        return [f"Diagram: {text}"]
    return []


def _notes(
    package: Package, relations: dict[str, Relation], kind: str, paragraphs: Paragraphs, addresses: Addresses
) -> Section:
    section, counted = Section(), Counted()
    for relation in relations.values():
        if relation.kind != f"{kind}s":
            continue
        tree = package.optional_tree(relation.target)
        addresses.of_part(tree, package, relation.target)
        for note in descendants(tree, kind):
            if attribute(note, "type") in {"separator", "continuationSeparator", "continuationNotice"}:
                continue
            found = [paragraphs.read(part) for part in descendants(note, "p")]
            text = " / ".join(paragraph.text.strip() for paragraph in found if paragraph.text.strip())
            number = paragraphs.note_number(kind, attribute(note, "id"))
            if text:
                marked = any(paragraph.marked for paragraph in found)
                section.add(counted.take(f"[{number}] {text}" if number else text), shown=not marked)
    return section


def _add_distinct(root: ET.Element, paragraphs: Paragraphs, section: Section, seen: set[str]) -> None:
    lines = Section()
    for block in root:
        if local(block) in _BLOCKS:
            _add_block(block, paragraphs, lines, Counted())
        elif child(block, "sdtContent") is not None:
            for inner in descendants(block, "p"):
                _add_block(inner, paragraphs, lines, Counted())
    for line in lines.lines:
        if line.text not in seen:
            seen.add(line.text)
            section.lines.append(line)
