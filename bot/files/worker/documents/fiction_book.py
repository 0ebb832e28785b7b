"""Reads an electronic book in one XML file (FictionBook, .fb2): its text in order, and its pictures.

I/O: reads the file, writes text and pictures; runs in a worker process. Source: the schema of FictionBook 2.1.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterator
from pathlib import Path
from xml.etree.ElementTree import Element

from bot.files import notes
from bot.files.bounds import ConvertLimits
from bot.files.extracts import Extract, MemberExtract, NoteExtract
from bot.files.outbox import Outbox
from bot.files.worker.documents.package import Broken, attribute, child, descendants, local, parsed
from bot.files.worker.text import written

_BYTES_MAX = 60_000_000
_PICTURES_MAX = 20
_LINES = frozenset({"p", "v", "subtitle", "text-author", "date"})
_NAMES = ("first-name", "middle-name", "last-name", "nickname")


def convert(source: Path, out: Outbox, limits: ConvertLimits) -> list[Extract] | None:
    """``None`` if it is incomplete; it is then shown as text. Raises ``Unreadable``."""
    if source.stat().st_size > _BYTES_MAX:
        return None
    try:
        book = parsed(source.read_bytes())
    except Broken:
        return None
    lines = [*_about(book)]
    for body in (one for one in book if local(one) == "body"):
        lines += ["", *_lines(body, 1)]
    text = re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
    found = written(f"{text}\n", "", "FictionBook", out, limits)
    return [*found, *_pictures(book, out)]


def _about(book: Element) -> Iterator[str]:
    about = child(book, "description", "title-info")
    for element in about if about is not None else []:
        if local(element) == "book-title":
            yield f"Title: {_words(element)}"
        elif local(element) == "author":
            names = (_words(part) for part in element if local(part) in _NAMES)
            yield f"Author: {' '.join(filter(None, names))}"
        elif local(element) == "annotation":
            yield from ("", *_lines(element, 1))


def _lines(element: Element, level: int) -> Iterator[str]:
    """A line for each paragraph, with an empty one before each beginning section."""
    for part in element:
        name = local(part)
        if name == "title":
            words = " / ".join(filter(None, _lines(part, level)))
            yield from ("", f"{'#' * min(level, 6)} {words}", "") if words else ()
        elif name in _LINES:
            yield _words(part)
        elif name == "tr":
            yield " | ".join(_words(cell) for cell in part)
        elif name == "image":
            yield f"(picture: {_target(part)})"
        elif name == "empty-line":
            yield ""
        else:
            yield from _lines(part, level + (name == "section"))


def _words(element: Element) -> str:
    return " ".join("".join(element.itertext()).split())


def _target(image: Element) -> str:
    return attribute(image, "href").removeprefix("#")


def _pictures(book: Element, out: Outbox) -> list[Extract]:
    found: list[Extract] = []
    packed = [one for one in descendants(book, "binary") if (one.text or "").strip()]
    for number, one in enumerate(packed[:_PICTURES_MAX], 1):
        path = out.new(".bin")
        try:
            path.write_bytes(binascii.a2b_base64(one.text or ""))
        except ValueError:  # no base64, or not even ASCII
            path.write_bytes(b"")
        found.append(MemberExtract(path.name, attribute(one, "id") or f"picture {number}"))
    if len(packed) > _PICTURES_MAX:
        found.append(NoteExtract(notes.pictures_left_out(_PICTURES_MAX, len(packed) - _PICTURES_MAX)))
    return found
