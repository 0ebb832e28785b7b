"""Reads the words of a PowerPoint 97-2003 presentation, with notes, comments and hidden slides.

Pure, on the stream of the compound file. Source: [MS-PPT] 2.3 to 2.5. Records are nested. Each saved change appends new
ones, so the newest record of a slide counts.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from itertools import islice

from bot.files import notes
from bot.files.extracts import Unreadable
from bot.files.worker.documents.bylines import byline, in_one_piece
from bot.files.worker.documents.package import Broken
from bot.files.worker.words.lines import Counted, Section, Words

_DOCUMENT, _SLIDE, _NOTES, _NOTES_ATOM = 0x03E8, 0x03EE, 0x03F0, 0x03F1
_SLIDE_INFO, _LIST, _PERSIST = 0x03F9, 0x0FF0, 0x03F3
_CHARS, _BYTES, _CSTRING = 0x0FA0, 0x0FA8, 0x0FBA
_EDIT, _DIRECTORY, _COMMENT, _COMMENT_ATOM = 0x0FF5, 0x1772, 0x2EE0, 0x2EE1
_TAGGED = 0x138B
"""Containers of newer data, such as comments, whose header does not say that they hold records. [MS-PPT] 2.3.26."""
_EDGES, _EDGES_ATOM, _OF_NOTES, _EDGE_SHOWN = 0x0FD9, 0x0FDA, 4, {0: 0x04, 1: 0x10, 2: 0x20}
_ENCRYPTED = 0xF3D1_C4DF
_HIDDEN = 0x04
_SLIDE_LIST, _NOTES_LIST = 0, 2
_EDITS_MAX, _DEPTH_MAX = 500, 20


def read(streams: dict[str, bytes]) -> Words:
    """``streams`` are by lower-case name. Raises ``Broken``, and ``Unreadable`` if it is locked."""
    data, user = streams.get("powerpoint document", b""), streams.get("current user", b"")
    mark, newest = struct.unpack_from("<2I", user.ljust(20, b"\0"), 12)
    if mark == _ENCRYPTED or "encryptedsummary" in streams:
        raise Unreadable(notes.PASSWORD)
    try:
        places, document = _places(data, newest)
        return _read(data, places, document)
    except (struct.error, RecursionError) as error:
        raise Broken("no presentation") from error


def _read(data: bytes, places: dict[int, int], document: int) -> Words:
    words, counted = Words(), Counted()
    slides, outlines, note_places = _order(data, places.get(document, -1))
    speaker_notes = _speaker_notes(data, [places[number] for number in note_places if number in places])
    try:
        for number, (persist, slide_id) in enumerate(slides, 1):
            body = _body(data, places.get(persist, -1))
            section = words.section(f"Slide {number}")
            hidden = _add_slide(data, body, section, outlines.get(persist, []), counted)
            section.title += " (hidden)" if hidden else ""
            for text in speaker_notes.get(slide_id, ()):
                section.add(counted.take(f"Speaker notes: {text}"), shown=False)
        edges = words.section("On pages of speaker notes")
        for line in _edges_of_notes(data, places.get(document, -1)) if note_places else ():
            edges.add(counted.take(line), shown=False)
    except Broken:
        words.breaks_off = True
    if not slides:
        raise Broken("no slides")
    return words


def _records(data: bytes, start: int, end: int) -> Iterator[tuple[int, int, int, int, bool]]:
    """Kind, instance, where its body begins and ends, and whether that holds records."""
    while start + 8 <= min(end, len(data)):
        head, kind, size = struct.unpack_from("<HHI", data, start)
        yield kind, head >> 4, start + 8, min(start + 8 + size, end), head & 0xF == 0xF
        start += 8 + size


def _walk(data: bytes, start: int, end: int, depth: int = 0) -> Iterator[tuple[int, int, int, int]]:
    for kind, instance, at, stop, container in _records(data, start, end):
        yield kind, instance, at, stop
        if (container or kind == _TAGGED) and depth < _DEPTH_MAX:
            yield from _walk(data, at, stop, depth + 1)


def _places(data: bytes, newest: int) -> tuple[dict[int, int], int]:
    """Where the newest record of each object is, and which object is the document."""
    places: dict[int, int] = {}
    document = 0
    if next(_records(data, newest, len(data)), (0,))[0] != _EDIT:
        newest = max((at - 8 for kind, _, at, _, _ in _records(data, 0, len(data)) if kind == _EDIT), default=0)
    for _ in range(_EDITS_MAX):
        kind, _, at, _, _ = next(_records(data, newest, len(data)), (0, 0, 0, 0, False))
        if kind != _EDIT:
            break
        before, directory, edited = struct.unpack_from("<3I", data, at + 8)
        document = document or edited
        for inner, _, start, stop, _ in islice(_records(data, directory, len(data)), 1):
            if inner == _DIRECTORY:
                _add_places(data, start, stop, places)
        if not before:
            break
        newest = before
    return places, document


def _add_places(data: bytes, at: int, stop: int, places: dict[int, int]) -> None:
    """Runs of objects: the first one's number and their count, then where each is."""
    while at + 4 <= stop:
        packed = struct.unpack_from("<I", data, at)[0]
        count = min(packed >> 20, (stop - at - 4) // 4)
        for number, place in enumerate(struct.unpack_from(f"<{count}I", data, at + 4), packed & 0xFFFFF):
            places.setdefault(number, place)
        at += 4 + 4 * count


def _body(data: bytes, place: int) -> tuple[int, int]:
    if place < 0:
        return 0, 0
    record = next(_records(data, place, len(data)), None)
    return (record[2], record[3]) if record is not None else (0, 0)


def _order(data: bytes, place: int) -> tuple[list[tuple[int, int]], dict[int, list[str]], list[int]]:
    """Slides as (object, id), the texts that the document stores for them, and the objects that are notes."""
    slides: list[tuple[int, int]] = []
    outlines: dict[int, list[str]] = {}
    note_places: list[int] = []
    for kind, instance, at, stop in _walk(data, *_body(data, place)):
        if kind != _LIST or instance not in {_SLIDE_LIST, _NOTES_LIST}:
            continue
        current = -1
        for inner, _, start, end, _ in _records(data, at, stop):
            if inner == _PERSIST and end - start >= 16:
                current = struct.unpack_from("<I", data, start)[0]
                if instance == _NOTES_LIST:
                    note_places.append(current)
                else:
                    slides.append((current, struct.unpack_from("<I", data, start + 12)[0]))
            elif inner in {_CHARS, _BYTES} and instance == _SLIDE_LIST:
                outlines.setdefault(current, []).append(_text(data, inner, start, end))
    return slides, outlines, note_places


def _add_slide(data: bytes, body: tuple[int, int], section: Section, outline: list[str], counted: Counted) -> bool:
    """Whether the slide is hidden."""
    records = list(_walk(data, *body))
    hidden = any(
        kind == _SLIDE_INFO and stop - at >= 12 and struct.unpack_from("<H", data, at + 10)[0] & _HIDDEN
        for kind, _, at, stop in records
    )
    texts = [*outline, *(_text(data, kind, at, stop) for kind, _, at, stop in records if kind in {_CHARS, _BYTES})]
    for text in dict.fromkeys(texts):
        for line in text.split("\n"):
            section.add(counted.take(line), shown=not hidden)
    for kind, _, at, stop in records:
        if kind == _COMMENT:
            parts = {
                number: _text(data, _CHARS, a, b) for k, number, a, b, _ in _records(data, at, stop) if k == _CSTRING
            }
            by = byline(parts.get(0, ""), _day(data, at, stop))
            section.add(counted.take(f"Comment{by}: {in_one_piece(parts.get(1, ''))}"), shown=False)
    return hidden


def _day(data: bytes, at: int, stop: int) -> str:
    """The day of a comment. Source: [MS-PPT] 2.9.6, Comment10Atom: a number, then the time."""
    for kind, _, start, end, _ in _records(data, at, stop):
        if kind == _COMMENT_ATOM and end - start >= 12:
            year, month, _, day = struct.unpack_from("<4H", data, start + 4)
            return f"{year:04}-{month:02}-{day:02}"
    return ""


def _speaker_notes(data: bytes, places: list[int]) -> dict[int, list[str]]:
    """Notes by the id of their slide."""
    found: dict[int, list[str]] = {}
    for place in places:
        slide_id, texts = 0, list[str]()
        for kind, _, at, stop in _walk(data, *_body(data, place)):
            if kind == _NOTES_ATOM and stop - at >= 4:
                slide_id = struct.unpack_from("<I", data, at)[0]
            elif kind in {_CHARS, _BYTES}:
                texts += [line for line in _text(data, kind, at, stop).split("\n") if line.strip() not in {"", "*"}]
        found.setdefault(slide_id, []).extend(texts)
    return found


def _edges_of_notes(data: bytes, place: int) -> Iterator[str]:
    """Date, header and footer, if shown. Source: [MS-PPT] 2.4.15."""
    for kind, instance, at, stop in _walk(data, *_body(data, place)):
        if kind != _EDGES or instance != _OF_NOTES:
            continue
        shown = 0
        for inner, number, start, end, _ in _records(data, at, stop):
            if inner == _EDGES_ATOM and end - start >= 4:
                shown = struct.unpack_from("<H", data, start + 2)[0]
            elif inner == _CSTRING and shown & _EDGE_SHOWN.get(number, 0):
                yield _text(data, _CHARS, start, end)


def _text(data: bytes, kind: int, at: int, stop: int) -> str:
    raw = data[at:stop]
    text = raw.decode("latin-1") if kind == _BYTES else raw.decode("utf-16-le", "replace")
    return text.replace("\r", "\n").replace("\x0b", " ")
