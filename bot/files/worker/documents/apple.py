"""Reads an Apple iWork document (Pages, Numbers, Keynote): its preview, and the words of newer ones.

I/O: reads the file, writes the preview, words and tables; runs in a worker process. A preview of all pages is enough.
With only a picture of the first page, or nothing, the words and tables of newer documents (since 2013) are given. Those
of 2009 are left to an office program.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from bot.files import inner_notes, notes
from bot.files.bounds import ConvertLimits
from bot.files.extracts import Extract, MemberExtract, NoteExtract, OfficeExtract, Unreadable, to_json
from bot.files.outbox import Outbox
from bot.files.worker import text
from bot.files.worker.documents.package import Broken, Package
from bot.files.worker.words import lines

_PREVIEWS = (
    ("QuickLook/Preview.pdf", True), ("preview.pdf", True), ("preview.jpg", False), ("QuickLook/Preview.jpg", False),
    ("preview-web.jpg", False), ("QuickLook/Thumbnail.jpg", False), ("preview-micro.jpg", False),
)  # fmt: skip
_OF_2009 = {"index.xml": "document", "index.apxl": "Keynote presentation", "index.xml.gz": "document"}
_INDEX_BYTES_MAX = 60_000_000
_ABOUT = "Apple iWork document"
_LOCKED = (".iwph", ".iwpv", ".iwpv2")


def is_iwork(package: Package) -> bool:
    names = package.names
    if any(name in package for name in ("index.zip", ".iwph", ".iwpv", ".iwpv2")):
        return True
    of_2009 = any(name in package for name in _OF_2009) and any(
        name.startswith("quicklook/") or name == "buildversionhistory.plist" for name in names
    )
    return of_2009 or any(name.startswith("index/") and name.endswith(".iwa") for name in names)


def convert(package: Package, out: Outbox, limits: ConvertLimits) -> list[Extract]:
    """The preview as a member, and a note that it is only that. Raises ``Unreadable``."""
    if any(name.rpartition("/")[2] in _LOCKED for name in package.names):
        raise Unreadable(notes.PASSWORD)
    preview: list[Extract] = []
    for name, whole in _PREVIEWS:
        if name in package and (file := package.write(name, out)) is not None:
            preview.append(MemberExtract(file, "preview"))
            if whole:
                return [*preview, NoteExtract(notes.APPLE_PREVIEW)]
            break
    if found := _words_and_tables(package, out, limits):
        return [*preview, *found, NoteExtract(inner_notes.APPLE_WORDS)]
    of_2009 = next((name for name in _OF_2009 if name in package), "")
    if of_2009 and not _is_open(package, of_2009):
        raise Unreadable(notes.PASSWORD)
    if of_2009:
        alone = [*preview, NoteExtract(notes.APPLE_FIRST_PAGE if preview else notes.no_office(_ABOUT))]
        return [OfficeExtract(".key", _ABOUT, instead=tuple(to_json(alone))), NoteExtract(inner_notes.APPLE_2009)]
    if preview:
        return [*preview, NoteExtract(notes.APPLE_FIRST_PAGE)]
    raise Unreadable(notes.no_office(_ABOUT))


def _is_open(package: Package, name: str) -> bool:
    """Whether it is XML, packed or not: in a locked document it is encrypted."""
    try:
        start = next(package.chunks(name), b"")
    except Broken:
        return False
    return start.lstrip(b"\xef\xbb\xbf \r\n").startswith((b"<", b"\x1f\x8b"))


def _words_and_tables(package: Package, out: Outbox, limits: ConvertLimits) -> list[Extract]:
    """Empty if there are none. In documents that are folders, all parts but the pictures are in an inner zip."""
    from bot.files.worker.documents import iwork_words  # noqa: PLC0415
    from bot.files.worker.sheets import table  # noqa: PLC0415

    try:
        with _opened(package, out) as opened:
            words, workbook = iwork_words.read(opened, limits)
    except Broken:
        return []
    said = lines.whole_text(words)
    found = text.written(said, "", f"{_ABOUT}, its words", out, limits) if said.strip() else []
    found += table.written(workbook, _ABOUT, out, limits) if workbook.sheets else []
    return [*found, NoteExtract(inner_notes.APPLE_IN_PART)] if words.breaks_off and found else found


@contextmanager
def _opened(package: Package, out: Outbox) -> Iterator[Package]:
    if "index.zip" not in package:
        yield package
        return
    path = out.new(".bin")
    path.write_bytes(package.data("index.zip", _INDEX_BYTES_MAX))
    try:
        with Package(path) as inner:
            yield inner
    finally:
        path.unlink()
