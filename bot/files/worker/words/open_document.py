"""Reads the words of an OpenDocument text, presentation or drawing, and marks those that no page shows.

Pure. Source: OpenDocument 1.3 part 3: 5 (text), 5.5 (changes), 14.1 (comments), 16.9 to 16.17 (slides).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from xml.etree import ElementTree as ET

from bot.files.worker.documents import odf_controls
from bot.files.worker.documents.bylines import beside_marks
from bot.files.worker.documents.odf import annotation, author_of, object_lines, paragraph_text
from bot.files.worker.documents.package import Broken, attribute, child, local
from bot.files.worker.words.addresses import Addresses
from bot.files.worker.words.lines import Counted, Section, Words

_BLOCKS = frozenset({"p", "h"})
_SKIPPED = frozenset({"tracked-changes", "annotation-end", "sequence-decls", "variable-decls", "title", "desc"})
_SPACES_MAX, _DEPTH_MAX, _TABLES_DEEP_MAX = 100, 60, 20


Opened = Callable[[str], ET.Element]
"""The content of an embedded object, by its address."""


def read(content: ET.Element, styles: ET.Element, opened: Opened = ET.Element) -> Words:
    """``styles`` is the same element in a flat file. Raises ``Broken`` if there is no body."""
    body = next((part for part in content.iter() if local(part) == "body"), None)
    if body is None or not len(body):
        raise Broken("no body")
    reader = _Reader(content, opened)
    try:
        if any(local(part) == "page" for part in body[0]):
            reader.pages(body[0])
        else:
            reader.text(body[0])
    except Broken:
        reader.words.breaks_off = True
    reader.around(styles)
    addresses = Addresses()
    addresses.of_open_document(body)
    addresses.of_open_document(styles)
    addresses.add_to(reader.words)
    return reader.words


class _Reader:
    def __init__(self, content: ET.Element, opened: Opened) -> None:
        self.words = Words()
        self._opened = opened
        self._counted = Counted()
        self._notes = Section("Notes at the foot or the end")
        self._hidden_styles, self._hidden_pages = _hidden(content)
        self._changes = _changes(content)
        self._authors = {
            attribute(part, "name"): author_of(part) for part in content.iter() if local(part) == "annotation"
        }
        self._boxes: list[str] = []
        self._marked = False

    def text(self, body: ET.Element) -> None:
        section = self.words.section()
        self._blocks(body, section, shown=True)
        if self._notes.lines:
            self.words.sections.append(self._notes)

    def pages(self, body: ET.Element) -> None:
        what = "Slide" if local(body) == "presentation" else "Page"
        pages = [part for part in body if local(part) == "page"]
        for number, page in enumerate(pages, 1):
            hidden = attribute(page, "style-name") in self._hidden_pages
            section = self.words.section(f"{what} {number}{' (hidden)' if hidden else ''}")
            for part in page:
                if local(part) == "notes":
                    notes = Section()
                    self._blocks(part, notes, shown=False)
                    for line in notes.lines:
                        section.add(f"Speaker notes: {line.text}", shown=False)
                elif local(part) == "annotation":
                    section.add(self._comment(part), shown=False)
                else:
                    self._blocks(part, section, shown=not hidden)
        declared = self.words.section("On several slides")
        for part in body:
            if local(part) in {"footer-decl", "header-decl"}:
                declared.add("".join(part.itertext()))

    def around(self, styles: ET.Element) -> None:
        """Headers and footers of pages, and what master slides draw."""
        for name, title in (("header", "Headers of pages"), ("footer", "Footers of pages")):
            section = Section(title)
            for element in styles.iter():
                if local(element) in {name, f"{name}-left", f"{name}-first"}:
                    self._blocks(element, section, shown=True)
            distinct = list(dict.fromkeys(section.lines))
            if distinct:
                self.words.sections.append(Section(title, distinct))
        masters = self.words.section("On several slides")
        for element in styles.iter():
            if local(element) == "master-page":
                for shape in element:
                    if not attribute(shape, "class") and local(shape) in {"frame", "custom-shape", "g"}:
                        self._blocks(shape, masters, shown=True)

    def _blocks(self, element: ET.Element, section: Section, *, shown: bool, depth: int = 0) -> None:
        name = local(element)
        if depth > _DEPTH_MAX or name in _SKIPPED:
            return
        if name in _BLOCKS:
            self._paragraph(element, section, shown=shown)
        elif name == "table-row":
            self._row(element, section, shown=shown)
        elif name == "annotation":
            section.add(self._comment(element), shown=False)
        elif name == "forms":
            for line in odf_controls.lines(element):
                section.add(self._counted.take(line), shown=True)
        elif name == "object":
            for line in self._object(element):
                section.add(self._counted.take(line), shown=shown)
        else:
            shown = shown and attribute(element, "display") not in {"none", "condition"}
            for part in element:
                self._blocks(part, section, shown=shown, depth=depth + 1)

    def _paragraph(self, element: ET.Element, section: Section, *, shown: bool) -> None:
        if _is_page_number(element):
            return
        text, marked = self._read(element)
        boxes, self._boxes = self._boxes, []
        section.add(self._counted.take(text), shown=shown and not marked)
        for box in boxes:
            section.add(self._counted.take(box), shown=shown)

    def _row(self, row: ET.Element, section: Section, *, shown: bool) -> None:
        text, marked = self._row_text(row, 0)
        boxes, self._boxes = self._boxes, []
        section.add(self._counted.take(text), shown=shown and not marked)
        for box in boxes:
            section.add(self._counted.take(box), shown=shown)

    def _row_text(self, row: ET.Element, depth: int) -> tuple[str, bool]:
        """Tables within a cell are in brackets. Also returns whether the text contains marks."""
        cells, marked = [], False
        for cell in row:
            texts = []
            for part in _outermost(cell, _BLOCKS | {"table", "annotation", "object"}):
                found = False
                if local(part) in _BLOCKS:
                    text, found = self._read(part)
                elif local(part) == "object":
                    text = " / ".join(self._object(part))
                elif local(part) == "annotation":
                    text, found = f"[{self._comment(part)}]", True
                elif depth < _TABLES_DEEP_MAX:
                    inner = [self._row_text(one, depth + 1) for one in _outermost(part, {"table-row"})]
                    found = any(of_row for _, of_row in inner)
                    words = " / ".join(of_row for of_row, _ in inner if of_row)
                    text = f"[ {words} ]" if words else ""
                else:
                    text = " ".join("".join(part.itertext()).split())
                texts.append(text)
                marked = marked or found
            cells.append(" / ".join(text for text in texts if text.strip()))
        return " | ".join(cells).strip(" |"), marked

    def _object(self, element: ET.Element) -> list[str]:
        """The words of a chart or a formula; other objects are files of their own."""
        href = attribute(element, "href").removeprefix("./")
        return object_lines(self._opened(href) if href and not len(element) else element)

    def _read(self, element: ET.Element) -> tuple[str, bool]:
        """A paragraph's text, and whether it contains marks."""
        self._marked = attribute(element, "style-name") in self._hidden_styles
        pieces: list[str] = []
        self._gather(element, pieces, 0)
        return beside_marks("".join(pieces)), self._marked

    def _gather(self, element: ET.Element, pieces: list[str], depth: int) -> None:
        pieces.append(element.text or "")
        for part in element:
            if depth < _DEPTH_MAX:
                self._inline(part, pieces, depth)
            pieces.append(part.tail or "")

    def _inline(self, part: ET.Element, pieces: list[str], depth: int) -> None:
        name = local(part)
        if name in {"s", "tab", "line-break"}:
            pieces.append(paragraph_text(part))
        elif name == "annotation":
            self._mark(pieces, self._comment(part))
        elif name.startswith("change"):
            self._change(name, attribute(part, "change-id"), pieces)
        elif name == "note":
            self._note(part, pieces)
        elif name in {"frame", "custom-shape", "rect", "g", "text-box"}:
            for box in _outermost(part, _BLOCKS | {"object"}):
                texts = self._object(box) if local(box) == "object" else [paragraph_text(box)]
                self._boxes += [text for text in texts if text]
        elif name == "hidden-text":
            self._mark(pieces, f"hidden: {attribute(part, 'string-value')}")
        elif name not in _SKIPPED:
            inner: list[str] = []
            self._gather(part, inner, depth + 1)
            text = "".join(inner)
            if attribute(part, "style-name") in self._hidden_styles and text.strip():
                self._mark(pieces, f"hidden: {text}")
            else:
                pieces.append(f" ({text})" if name == "ruby-text" and text else text)

    def _change(self, name: str, change_id: str, pieces: list[str]) -> None:
        """Deleted text is stored elsewhere; inserted text is between two of these elements."""
        done, deleted = self._changes.get(change_id, ("changed", ""))
        if name == "change":
            self._mark(pieces, deleted)
        else:
            self._marked = True
            pieces.append(f" [{done}: " if name == "change-start" else "] ")

    def _mark(self, pieces: list[str], text: str) -> None:
        if text:
            self._marked = True
            pieces.append(f" [{text}] ")

    def _comment(self, element: ET.Element) -> str:
        comment = annotation(element, self._authors)
        return f"comment{comment.byline}: {comment.text}" if comment.text else ""

    def _note(self, note: ET.Element, pieces: list[str]) -> None:
        citation = "".join(child(note, "note-citation").itertext()) if child(note, "note-citation") is not None else ""  # type: ignore[union-attr]
        body = child(note, "note-body")
        pieces.append(f"[{citation}]")
        words = [paragraph_text(part) for part in (body if body is not None else [])]
        self._notes.add(f"[{citation}] {' / '.join(word for word in words if word)}")


def _outermost(element: ET.Element, names: Collection[str]) -> Iterator[ET.Element]:
    """Elements with one of these names, except those within another such element."""
    waiting = list(reversed(element))
    while waiting:
        part = waiting.pop()
        if local(part) in names:
            yield part
        elif local(part) not in _SKIPPED:
            waiting.extend(reversed(part))


def _hidden(content: ET.Element) -> tuple[set[str], set[str]]:
    """The names of hidden text styles, and of hidden slide styles."""
    texts, pages = set(), set()
    for style in content.iter():
        if local(style) != "style":
            continue
        for properties in style:
            if local(properties) == "text-properties" and attribute(properties, "display") == "none":
                texts.add(attribute(style, "name"))
            if local(properties) == "drawing-page-properties" and attribute(properties, "visibility") == "hidden":
                pages.add(attribute(style, "name"))
    return texts, pages


def _is_page_number(paragraph: ET.Element) -> bool:
    """Whether nothing but the number of the page is in it, in whose place programs write "<number>"."""
    text = "".join(paragraph.itertext()).strip()
    return text[:1] == "<" and any(local(part) == "page-number" and part.text == text for part in paragraph.iter())


def _changes(content: ET.Element) -> dict[str, tuple[str, str]]:
    """By id: what was done and by whom, and the same with the deleted words."""
    found = {}
    for region in content.iter():
        if local(region) != "changed-region":
            continue
        for change in region:
            creator = child(change, "change-info", "creator")
            done = {"insertion": "inserted", "deletion": "deleted"}.get(local(change), "changed")
            done += f" by {''.join(creator.itertext())}" if creator is not None else ""
            words = [paragraph_text(part) for part in change.iter() if local(part) in _BLOCKS]
            text = " / ".join(word for word in words if word)
            found[attribute(region, "id")] = (done, f"{done}: {text}" if text else "")
    return found
