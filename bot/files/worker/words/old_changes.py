"""Reads which characters of a Word 97-2003 document were inserted, deleted or hidden.

Pure. Source: [MS-DOC] 2.8.25 (the list of formatting pages), 2.9.33 (such a page), 2.6.1 (character properties).
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from bot.files.worker.documents.bylines import named

_RUNS_AT, _AUTHORS_AT = 0xFA, 0x232
_PAGE_BYTES, _PAGES_MAX = 512, 200_000
_DELETED, _INSERTED, _HIDDEN, _INSERTER, _DELETER = 0x0800, 0x0801, 0x083C, 0x4804, 0x4863
_OPERAND_BYTES = (1, 1, 2, 4, 2, 2, 0, 3)
"""Length by the three highest bits of a property's number; 0 means that the first byte has the length."""
_FIELD = re.compile(r"[\x13-\x15]")
_PARTED = re.compile(r"([\r\x07\x0b\f\x0e]+)")
_UNSEEN = re.compile(r"[\x00-\x1f]")


@dataclass(frozen=True, slots=True)
class Piece:
    """Characters from ``start`` to ``end`` of the text, at ``offset`` in the file, with ``width`` bytes each."""

    start: int
    end: int
    offset: int
    width: int


@dataclass(frozen=True, slots=True)
class Change:
    start: int
    end: int
    mark: str


def changes(data: bytes, table: bytes, pieces: Sequence[Piece]) -> list[Change]:
    """In order, with adjacent changes of one kind joined; what cannot be read is left out."""
    try:
        authors = _authors(table, *struct.unpack_from("<2I", data, _AUTHORS_AT))
        runs = list(_runs(data, table, *struct.unpack_from("<2I", data, _RUNS_AT)))
    except struct.error:
        return []
    by_place = sorted(pieces, key=lambda piece: piece.offset)
    found = sorted(_placed(runs, by_place, authors), key=lambda change: change.start)
    joined = list[Change]()
    for one in found:
        if joined and joined[-1].end == one.start and joined[-1].mark == one.mark:
            one = Change(joined.pop().start, one.end, one.mark)  # noqa: PLW2901 - the two as one
        joined.append(one)
    return joined


def marked(text: str, start: int, end: int, found: Sequence[Change]) -> str:
    """This part of the text, with changes in brackets, paragraph by paragraph."""
    pieces, at = list[str](), start
    for change in found:
        begin, stop = max(change.start, at), min(change.end, end)
        if begin >= stop or (change.mark == "hidden" and _FIELD.search(text, begin, stop)):
            continue
        pieces += [text[at:begin], *(_bracketed(one, change.mark) for one in _PARTED.split(text[begin:stop]))]
        at = stop
    return re.sub(" {2,}", " ", "".join([*pieces, text[at:end]])) if pieces else text[start:end]


def _bracketed(text: str, mark: str) -> str:
    return f" [{mark}: {text.strip()}] " if _UNSEEN.sub("", text).strip() else text


def _authors(table: bytes, at: int, size: int) -> list[str]:
    """Names, each after its length."""
    names, left = list[str](), table[at + 6 : at + size]
    while len(left) > 1:
        length = 2 + 2 * int.from_bytes(left[:2], "little")
        names.append(left[2:length].decode("utf-16-le", "replace"))
        left = left[length:]
    return names


def _runs(data: bytes, table: bytes, at: int, size: int) -> Iterator[tuple[int, int, dict[int, int]]]:
    """Begin and end in the file of each changed or hidden run, and its properties."""
    count = min(max(size - 4, 0) // 8, _PAGES_MAX)
    for number in struct.unpack_from(f"<{count}I", table, at + 4 * (count + 1)):
        begin = (number & 0x3F_FFFF) * _PAGE_BYTES
        page = data[begin : begin + _PAGE_BYTES]
        if len(page) < _PAGE_BYTES:
            return
        many = min(page[-1], 101)
        places = struct.unpack_from(f"<{many + 1}I", page)
        for which, (start, end) in enumerate(pairwise(places)):
            where = 2 * page[4 * (many + 1) + which]
            properties = _properties(page[where + 1 : where + 1 + page[where]]) if where else {}
            if properties.get(_DELETED) or properties.get(_INSERTED) or properties.get(_HIDDEN):
                yield start, end, properties


def _properties(listed: bytes) -> dict[int, int]:
    found, at = dict[int, int](), 0
    while at + 2 < len(listed):
        number = int.from_bytes(listed[at : at + 2], "little")
        at += 2
        size = _OPERAND_BYTES[number >> 13] or 1 + listed[at]
        found[number] = int.from_bytes(listed[at : at + size], "little")
        at += size
    return found


def _placed(
    runs: Sequence[tuple[int, int, dict[int, int]]], by_place: Sequence[Piece], authors: Sequence[str]
) -> Iterator[Change]:
    """Where a run's bytes are in the text. Runs and pieces are both in order, but may overlap."""
    first = 0
    for start, end, properties in sorted(runs, key=lambda run: run[0]):
        while first < len(by_place) and _behind(by_place[first]) <= start:
            first += 1
        for piece in by_place[first:]:
            if piece.offset >= end:
                break
            begin = piece.start + max(start - piece.offset, 0) // piece.width
            stop = min(piece.start + (end - piece.offset) // piece.width, piece.end)
            if begin < stop:
                yield Change(begin, stop, _mark(properties, authors))


def _behind(piece: Piece) -> int:
    return piece.offset + (piece.end - piece.start) * piece.width


def _mark(properties: dict[int, int], authors: Sequence[str]) -> str:
    """What one person inserted and another deleted is gone."""
    for kind, by, mark in ((_DELETED, _DELETER, "deleted"), (_INSERTED, _INSERTER, "inserted")):
        if properties.get(kind):
            number = properties.get(by, properties.get(_INSERTER, len(authors)))
            author = named(authors[number]) if number < len(authors) else ""
            return f"{mark} by {author}" if author not in {"", "Unknown"} else mark
    return "hidden"
