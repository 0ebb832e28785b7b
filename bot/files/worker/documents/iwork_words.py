"""Reads the words and tables of a newer iWork document (Pages, Numbers, Keynote).

I/O: reads parts of the package; runs in a worker process. The text of slide templates is left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from bot.files.bounds import ConvertLimits
from bot.files.worker.documents import iwork_formats, iwork_tables
from bot.files.worker.documents.bylines import byline, in_one_piece
from bot.files.worker.documents.iwa import Object, blobs, fields, objects, referred, text, whole
from bot.files.worker.documents.package import Broken, Package
from bot.files.worker.sheets.model import SHEETS_MAX, Workbook
from bot.files.worker.words.lines import Counted, Section, Words

_DOCUMENT, _SHOW_OR_SHEET, _NODE, _SLIDE_ITSELF = 1, 2, 4, 5
_STORAGE, _COMMENT, _AUTHOR = 2001, 3056, 212
_WANTED = frozenset(
    {_DOCUMENT, _SHOW_OR_SHEET, _NODE, _SLIDE_ITSELF, _STORAGE, _COMMENT, _AUTHOR}
    | {iwork_tables.INFO, iwork_tables.MODEL, 6002, 6005, 6201, 6218, iwork_formats.CUSTOM_FORMATS}
)
_BODY, _HEADER, _FOOTNOTE, _BOX, _NOTE, _CELL = range(6)
_PLACE_OF_AN_OBJECT = "\ufffc"
_SLIDE = re.compile(r"index/slide[^/]*\.iwa")
_TEMPLATE = re.compile(r"index/(?:master|template|theme|operation|viewstate)[^/]*\.iwa|.*stylesheet.*")
_BYTES_MAX = 60_000_000
_BROKEN_PARTS_MAX = 20


def read(package: Package, limits: ConvertLimits) -> tuple[Words, Workbook]:
    """Damaged parts are left out, and reported by ``Words.breaks_off``."""
    words, workbook, counted = Words(), Workbook(), Counted()
    parts, found = _parts(package, words), dict[int, Object]()
    for held in parts.values():
        found |= {one.number: one for one in held}
    try:
        slides = [name for name in _order(parts, found) if name in parts]
        for number, name in enumerate(slides, 1):
            _add(parts[name], words.section(f"Slide {number}"), found, counted)
        rest = [one for name, held in parts.items() if name not in slides for one in held]
        _add_rest(rest, words, found, counted)
        for info, sheet_name in _tables(found, is_numbers=not slides):
            if len(workbook.sheets) < SHEETS_MAX:
                iwork_tables.add(workbook, found, info, sheet_name, limits.text_chars_max)
    except Broken:
        words.breaks_off = True
    return words, workbook


def _parts(package: Package, words: Words) -> dict[str, list[Object]]:
    found: dict[str, list[Object]] = {}
    bytes_left, broken = _BYTES_MAX, 0
    for name in package.names:
        if not name.endswith(".iwa") or _TEMPLATE.fullmatch(name):
            continue
        held: list[Object] = found.setdefault(name, [])
        try:
            for one in objects(package.data(name)):
                bytes_left -= len(one.data)
                if one.kind in _WANTED:
                    held.append(one)
        except Broken:
            words.breaks_off = True
            broken += 1
        if bytes_left < 0 or broken > _BROKEN_PARTS_MAX:
            words.breaks_off = True
            break
    return found


def _order(parts: dict[str, list[Object]], found: dict[int, Object]) -> Iterator[str]:
    """The parts that are slides, in the order of the presentation."""
    slides = {name: held for name, held in parts.items() if _SLIDE.fullmatch(name)}
    if not slides:
        return
    package_of = {one.number: name for name, held in slides.items() for one in held}
    shows = (one for one in found.values() if one.kind == _SHOW_OR_SHEET)
    nodes = [node for show in shows for tree in blobs(show.fields, 3) for node in _nodes(tree, found)]
    named = [name for node in nodes for number in referred(node.fields, 2) if (name := package_of.get(number, ""))]
    yield from dict.fromkeys([*named, *slides])


def _nodes(tree: bytes, found: dict[int, Object]) -> Iterator[Object]:
    for number in referred(fields(tree), 2):
        if number in found and found[number].kind == _NODE:
            yield found[number]


def _add(held: Iterable[Object], section: Section, found: dict[int, Object], counted: Counted) -> None:
    """A slide's words, its presenter notes, and its comments."""
    held = list(held)
    comments = {text(one.fields, 1) for one in held if one.kind == _COMMENT}
    for one in held:
        if one.kind == _STORAGE and whole(one.fields, 1, _BOX) != _CELL and (said := _said(one)) not in comments:
            is_note = whole(one.fields, 1, _BOX) == _NOTE
            section.add(counted.take(f"Speaker notes: {said}" if is_note and said else said))
    for one in held:
        if one.kind == _COMMENT:
            section.add(counted.take(_comment(one, found)))


def _add_rest(held: list[Object], words: Words, found: dict[int, Object], counted: Counted) -> None:
    """The text of a document, then what surrounds it."""
    kinds: dict[int, list[Object]] = {_BODY: [], _BOX: [], _FOOTNOTE: [], _HEADER: []}
    for one in held:
        if one.kind == _STORAGE:
            kinds.get(whole(one.fields, 1, _BOX), []).append(one)
    comments = [one for one in held if one.kind == _COMMENT]
    said_in_comments = {text(one.fields, 1) for one in comments}
    titles = {_BODY: "", _BOX: "Text boxes", _FOOTNOTE: "Footnotes", _HEADER: "Headers and footers of pages"}
    for kind, storages in kinds.items():
        section = words.section(titles[kind])
        for said in dict.fromkeys(map(_said, storages)):
            if said not in said_in_comments:
                section.add(counted.take(said))
    section = words.section("Comments")
    for one in comments:
        section.add(counted.take(_comment(one, found)))
    words.sections = [one for one in words.sections if one.lines]


def _said(storage: Object) -> str:
    return text(storage.fields, 3).replace(_PLACE_OF_AN_OBJECT, "").replace("\u2028", "\n").strip()


def _comment(comment: Object, found: dict[int, Object]) -> str:
    authors = [found[number] for number in referred(comment.fields, 3) if number in found]
    by = byline(next((text(one.fields, 1) for one in authors if one.kind == _AUTHOR), ""))
    said = in_one_piece(text(comment.fields, 1))
    return f"Comment{by}: {said}" if said else ""


def _tables(found: dict[int, Object], *, is_numbers: bool) -> Iterator[tuple[Object, str]]:
    """Each with the name of its sheet, in the order of the sheets; for other documents than Numbers all tables."""
    documents = [one for one in found.values() if one.kind == _DOCUMENT and is_numbers]
    sheets = [found[number] for one in documents for number in referred(one.fields, 1) if number in found]
    sheets = [one for one in sheets if one.kind == _SHOW_OR_SHEET]
    for sheet in sheets:
        for number in referred(sheet.fields, 2):
            if number in found and found[number].kind == iwork_tables.INFO:
                yield found[number], text(sheet.fields, 1)
    if not sheets:
        yield from ((one, "") for one in found.values() if one.kind == iwork_tables.INFO)
