"""Reads an electronic book (EPUB): its text in order, and its pictures.

I/O: reads the file, writes text and pictures; runs in a worker process. Source: EPUB 3.3, OPF 2.0.
"""

from __future__ import annotations

import posixpath
from urllib.parse import unquote
from xml.etree.ElementTree import Element

from bot.files import inner_notes, notes
from bot.files.bounds import ConvertLimits
from bot.files.extracts import Extract, MemberExtract, NoteExtract, Unreadable
from bot.files.outbox import Outbox
from bot.files.worker.documents.package import Broken, Package, attribute, descendants
from bot.files.worker.encodings.detecting import text_of
from bot.files.worker.hypertext.reader import to_text
from bot.files.worker.text import written

_MIMETYPE = b"application/epub+zip"
_CHAPTERS_MAX = 5_000
_CHARS_MAX = 20_000_000
_PICTURES_MAX = 20
_PICTURE_BYTES_MIN = 10_000
"""Smaller pictures are rules and ornaments."""
_STARTS_OF_PICTURES = (b"\xff\xd8\xff", b"\x89PNG", b"GIF8", b"RIFF")
_ABOUT = ("title", "creator", "publisher", "date", "description")


def is_epub(package: Package) -> bool:
    try:
        return "META-INF/container.xml" in package and package.data("mimetype", 200).strip().startswith(_MIMETYPE)
    except Broken:
        return False


def convert(package: Package, out: Outbox, limits: ConvertLimits) -> list[Extract]:
    """Raises ``Unreadable``, also for a book with encrypted chapters."""
    root = next(descendants(package.optional_tree("META-INF/container.xml"), "rootfile"), None)
    part = attribute(root, "full-path") if root is not None else ""
    book = package.optional_tree(part)
    items = {attribute(item, "id"): item for item in descendants(book, "item")}
    spine = [items[number] for ref in descendants(book, "itemref") if (number := attribute(ref, "idref")) in items]
    chapters = [_at(part, attribute(item, "href")) for item in spine[:_CHAPTERS_MAX]]
    if _locked(package, chapters):
        raise Unreadable(inner_notes.LOCKED_BOOK)
    head = [f"{name.title()}: {text}" for name in _ABOUT if (text := _about(book, name))]
    texts, left, missing = ["\n".join(head)], _CHARS_MAX, len(spine) > _CHAPTERS_MAX
    for chapter in chapters:
        words = _chapter(package, chapter)
        missing = missing or words is None
        left -= len(words or "")
        if left < 0:
            break
        texts.append((words or "").strip())
    pictures = [_at(part, attribute(i, "href")) for i in items.values() if _is_picture(attribute(i, "media-type"))]
    shown = _pictures(package, pictures, out)
    if not any(text for text in texts[1:]) and not shown:
        raise Unreadable(notes.not_opened("EPUB book"))
    found = written("\n\n".join(filter(None, texts)), "", "EPUB book", out, limits)
    return [*found, *[NoteExtract(notes.BREAKS_OFF)] * (missing or left < 0), *shown]


def _at(book: str, href: str) -> str:
    return posixpath.normpath(posixpath.join(posixpath.dirname(book), unquote(href.partition("#")[0])))


def _about(book: Element, name: str) -> str:
    """The book's description, which may contain markup."""
    texts = (" ".join(to_text("".join(element.itertext())).split()) for element in descendants(book, name))
    return ", ".join(text for text in texts if text)


def _locked(package: Package, chapters: list[str]) -> bool:
    """Whether chapters are encrypted; many readable books have obfuscated fonts."""
    listed = descendants(package.optional_tree("META-INF/encryption.xml"), "CipherReference")
    encrypted = {unquote(attribute(element, "URI")).lower() for element in listed}
    return any(chapter.lower() in encrypted for chapter in chapters)


def _chapter(package: Package, name: str) -> str | None:
    """``None`` if it is missing or damaged; empty for a chapter that is a picture."""
    try:
        data = package.data(name)
    except Broken:
        return None
    return "" if data.startswith(_STARTS_OF_PICTURES) else to_text(text_of(data))


def _is_picture(kind: str) -> bool:
    return kind.startswith("image/")


def _pictures(package: Package, names: list[str], out: Outbox) -> list[Extract]:
    large = [name for name in dict.fromkeys(names) if package.size_bytes(name) >= _PICTURE_BYTES_MIN]
    found: list[Extract] = [
        MemberExtract(file, posixpath.basename(name))
        for name in large[:_PICTURES_MAX]
        if (file := package.write(name, out)) is not None
    ]
    if len(large) > _PICTURES_MAX:
        found.append(NoteExtract(notes.pictures_left_out(_PICTURES_MAX, len(large) - _PICTURES_MAX)))
    return found
