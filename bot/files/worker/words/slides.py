"""Reads the words of a PowerPoint presentation (Office Open XML), with notes, comments and hidden slides.

I/O: reads the file; runs in a worker process. Source: ECMA-376 part 1, 19.
"""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree import ElementTree as ET

from bot.files.worker.documents import charts
from bot.files.worker.documents.bylines import byline, in_one_piece, state
from bot.files.worker.documents.drawing import diagram_text
from bot.files.worker.documents.drawn_text import paragraphs
from bot.files.worker.documents.package import Broken, Package, attribute, child, descendants, local
from bot.files.worker.words.addresses import Addresses, targets_of
from bot.files.worker.words.lines import Counted, Section, Words

_SLIDES_MAX = 2_000
_FIELDS = frozenset({"sldNum", "sldImg"})
_AROUND_NOTES = frozenset({"dt", "hdr", "ftr"})


def read_package(package: Package) -> Words:
    """Raises ``Broken`` if it contains no presentation."""
    main = next((name for name in package.related("", "officeDocument") if name in package), "ppt/presentation.xml")
    root, relations = package.tree(main), package.relations(main)
    authors = _authors(package)
    words, counted, addresses = Words(), Counted(), Addresses()
    around_notes = Section("On pages of speaker notes")
    layouts: dict[str, None] = {}
    order = [_id(element) for element in descendants(root, "sldId")]
    parts = [relations[number].target for number in order if number in relations and not relations[number].external]
    try:
        for number, part in enumerate(parts[:_SLIDES_MAX], 1):
            slide = package.optional_tree(part)
            hidden = attribute(slide, "show", "1") in {"0", "false"}
            section = words.section(f"Slide {number}{' (hidden)' if hidden else ''}")
            _add_slide(package, part, slide, section, counted, hidden=hidden)
            _add_asides(package, part, section, around_notes, counted)
            for linked in (part, *package.related(part, "notesSlide")):
                addresses.of_slide(package.optional_tree(linked), targets_of(package.relations(linked)))
            _add_comments(package, part, section, authors, counted)
            if not hidden:
                layouts |= dict.fromkeys(package.related(part, "slideLayout"))
    except Broken:
        words.breaks_off = True
    _add_layouts(package, layouts, words, addresses)
    addresses.add_to(words)
    if around_notes.lines or any(package.related(main, "notesMaster")):
        _add_notes_master(package, main, around_notes)
        words.sections.append(around_notes)
    if not parts:
        raise Broken("no slides")
    return words


def _id(element: ET.Element) -> str:
    return next((value for key, value in element.attrib.items() if key.endswith("}id")), "")


def _add_slide(
    package: Package, part: str, slide: ET.Element, section: Section, counted: Counted, *, hidden: bool
) -> None:
    relations = package.relations(part)
    for shape, unseen in _shapes(slide):
        for text in _texts(shape):
            section.add(
                counted.take(f"[hidden] {text}" if unseen and not hidden else text), shown=not hidden and not unseen
            )
        for frame in descendants(shape, "chart", "relIds"):
            ids = [value for key, value in frame.attrib.items() if key.endswith(("}id", "}dm"))]
            relation = relations.get(ids[0]) if ids else None
            if relation is None or relation.external:
                continue
            if relation.kind in {"chart", "chartEx"}:
                for line in charts.of_part(package, relation.target):
                    section.add(counted.take(f"Chart: {line}"), shown=not hidden)
            elif relation.kind == "diagramData":
                section.add(counted.take(diagram_text(package, relation.target)), shown=not hidden)


def _shapes(slide: ET.Element) -> Iterator[tuple[ET.Element, bool]]:
    """Each shape that is not a group, and whether it or its group is hidden."""
    tree = child(slide, "cSld", "spTree")
    waiting = [(element, False) for element in reversed(tree if tree is not None else [])]
    while waiting:
        element, unseen = waiting.pop()
        name = local(element)
        about = next((part for part in descendants(element, "cNvPr")), None)
        unseen = unseen or (about is not None and attribute(about, "hidden") in {"1", "true"})
        if name == "AlternateContent":
            waiting += [(inner, unseen) for choice in list(element)[:1] for inner in reversed(choice)]
        elif name == "grpSp":
            waiting += [(inner, unseen) for inner in reversed(element)]
        elif name in {"sp", "graphicFrame", "cxnSp", "pic", "contentPart"}:
            yield element, unseen


def _texts(shape: ET.Element) -> Iterator[str]:
    """A line for each paragraph, or row of a table."""
    rows = list(descendants(shape, "tr"))
    for row in rows:
        yield " | ".join(" / ".join(paragraphs(cell)) for cell in row if local(cell) == "tc")
    for body in () if rows else descendants(shape, "txBody"):
        yield from paragraphs(body)


def _placeholder(shape: ET.Element) -> str | None:
    """The kind of placeholder that a shape is; ``None`` if it is none."""
    found = next(descendants(shape, "ph"), None)
    return attribute(found, "type", "body") if found is not None else None


def _add_asides(package: Package, part: str, section: Section, around: Section, counted: Counted) -> None:
    """A slide's speaker notes; headers and footers are the same on nearly all notes pages."""
    for notes in package.related(part, "notesSlide"):
        for shape, _ in _shapes(package.optional_tree(notes)):
            kind = _placeholder(shape)
            if kind in _FIELDS:
                continue
            for text in _texts(shape):
                if kind not in _AROUND_NOTES:
                    section.add(counted.take(f"Speaker notes: {text}"), shown=False)
                elif not any(line.text == text for line in around.lines):
                    around.add(counted.take(text), shown=False)


def _add_comments(package: Package, part: str, section: Section, authors: dict[str, str], counted: Counted) -> None:
    for relation in package.relations(part).values():
        if relation.kind != "comments" or relation.external:
            continue
        comments = package.optional_tree(relation.target)
        parents = _parents(comments)
        for comment in descendants(comments, "cm", "reply"):
            plain = child(comment, "text")
            said = (plain.text or "") if plain is not None else " / ".join(_body(comment))
            when = attribute(comment, "dt") or attribute(comment, "created")
            parent = parents.get(comment)
            standing = state(
                reply_to=None if parent is None else authors.get(parent, ""),
                resolved=attribute(comment, "status") in {"resolved", "closed"},
            )
            by = byline(authors.get(attribute(comment, "authorId"), ""), when, standing)
            section.add(counted.take(f"Comment{by}: {in_one_piece(said)}"), shown=False)


def _parents(comments: ET.Element) -> dict[ET.Element, str]:
    """The author's id of the comment that a reply answers. Source: [MS-PPTX] 2.7.1 (replies within a comment), 2.2.3
    (parentCm, which PowerPoint has written since 2013)."""
    found: dict[ET.Element, str] = {}
    for comment in descendants(comments, "cm"):
        found |= dict.fromkeys(descendants(comment, "reply"), attribute(comment, "authorId"))
        for parent in descendants(comment, "parentCm"):
            found[comment] = attribute(parent, "authorId")
    return found


def _body(comment: ET.Element) -> list[str]:
    body = child(comment, "txBody")
    return paragraphs(body) if body is not None else []


def _authors(package: Package) -> dict[str, str]:
    return {
        attribute(author, "id"): attribute(author, "name")
        for name in ("ppt/commentAuthors.xml", "ppt/authors.xml")
        for author in descendants(package.optional_tree(name), "cmAuthor", "author")
    }


def _add_layouts(package: Package, layouts: dict[str, None], words: Words, addresses: Addresses) -> None:
    """What is on all slides of a layout or a master; placeholders only say what to type."""
    section = words.section("On several slides")
    masters: dict[str, None] = {}
    for layout in layouts:
        root = package.optional_tree(layout)
        if attribute(root, "showMasterSp", "1") not in {"0", "false"}:
            masters |= dict.fromkeys(package.related(layout, "slideMaster"))
        _add_fixed(root, section)
    for master in masters:
        _add_fixed(package.optional_tree(master), section)
    for part in (*layouts, *masters):
        addresses.of_slide(package.optional_tree(part), targets_of(package.relations(part)))


def _add_notes_master(package: Package, main: str, section: Section) -> None:
    """What the master draws on every notes page, and on handouts if they are printed."""
    for kind in ("notesMaster", "handoutMaster"):
        for master in package.related(main, kind):
            for shape, unseen in _shapes(package.optional_tree(master)):
                typed = _placeholder(shape) is None or (
                    kind == "handoutMaster" and _placeholder(shape) in _AROUND_NOTES
                )
                for text in _texts(shape) if typed and not unseen else ():
                    if not any(line.text == text for line in section.lines):
                        section.add(text, shown=False)


def _add_fixed(root: ET.Element, section: Section) -> None:
    for shape, unseen in _shapes(root):
        if _placeholder(shape) is None and not unseen:
            for text in _texts(shape):
                section.add(text)
