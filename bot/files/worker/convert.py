"""A file on disk in, its extracts out: the kind that its bytes show decides which converter reads it.

I/O: reads and writes files; runs in a worker process.
"""

from __future__ import annotations

import os
import re
from contextlib import suppress
from pathlib import Path

from bot.files import notes
from bot.files.bounds import ConvertLimits
from bot.files.extracts import ALL_ROWS, DRAW, PAGES, DrawingExtract, Extract, Unreadable
from bot.files.names import extension
from bot.files.outbox import Outbox
from bot.files.worker.closed_archives import archive_kind
from bot.files.worker.languages import language_of
from bot.files.worker.mail_start import looks_like_mail
from bot.files.worker.sniff import (
    HEAD_BYTES,
    IMAGES,
    PACKED,
    TAIL_BYTES,
    Kind,
    describe,
    kind_of,
    picture_of,
)

_REFUSED = {
    Kind.EMPTY: notes.EMPTY,
    Kind.AUDIO: notes.AUDIO,
    Kind.VIDEO: notes.VIDEO,
    Kind.PROGRAM: notes.PROGRAM,
}
_PAGE_BYTES_MAX = 2_000_000
_HTML = re.compile(rb"[\xef\xbb\xbf\xff\xfe\s]*(<\?xml[^>]{0,200}>\s*)?<(!doctype html|html|head|meta|style|table)\b")
_READ_ENDINGS = frozenset({
    "pdf", "png", "jpg", "jpeg", "gif", "webp", "bmp", "tif", "tiff", "heic", "avif", "svg", "psd", "ico",
    "docx", "xlsx", "pptx", "doc", "xls", "ppt", "xlsb", "odt", "ods", "odp", "rtf", "pages", "numbers", "key",
    "txt", "csv", "log", "md", "json", "xml", "html", "eml", "msg", "mbox", "ics", "ipynb", "zip", "tar", "gz",
})  # fmt: skip
"""Of the kinds that are read, those whose files people call by it. Only for words: what a file is, its bytes say."""
_WRITTEN_IN_SLACK = frozenset({"quip", "canvas", "post", "space"})


def convert(
    source: Path, name: str, filetype: str, out: Outbox, limits: ConvertLimits, words: Path | None = None
) -> list[Extract]:
    """Raises ``Unreadable`` for every fault of the file's own. ``name`` and ``filetype`` only choose words.

    ``words`` are of the document that this file was made of: what is not on a PDF's pages is given as text, and a
    workbook's comments are those that its original has.

    Converters are imported where they are needed, so that a worker holds only the libraries its files called for.
    """
    if filetype == DRAW:
        from bot.files.worker import svg  # noqa: PLC0415

        return svg.draw(source, out, limits)
    if filetype == ALL_ROWS:
        from bot.files.worker.sheets import whole  # noqa: PLC0415

        return whole.write(source, out, limits)
    if filetype.startswith(PAGES):
        from bot.files.worker import pdfs  # noqa: PLC0415

        return pdfs.some_pages(source, filetype.removeprefix(PAGES), out)
    head, tail = _ends(source)
    kind = kind_of(head, tail)
    if kind in _REFUSED:
        raise Unreadable(_REFUSED[kind])
    if kind is Kind.ARCHIVE:
        raise Unreadable(notes.archive_of_kind(archive_kind(head)))
    if kind is Kind.PICTURE:
        raise Unreadable(notes.foreign_picture(picture_of(head)))
    if kind in IMAGES:
        from bot.files.worker import images  # noqa: PLC0415

        return images.convert(source, kind, out, limits)
    if kind is Kind.PDF:
        from bot.files.worker import pdfs  # noqa: PLC0415

        return [*pdfs.convert(source, out, limits), *(_unseen(source, words, out, limits) if words else [])]
    extracts = _words(source, head, tail, name, filetype, out, limits) if kind in {Kind.TEXT, Kind.MAIL} else None
    extracts = extracts or _documents(source, kind, name, out, limits, words)
    if extracts is None:
        described, ending = describe(head, extension(name)), extension(name)
        misnamed = ending in _READ_ENDINGS and described == f"a .{ending} file"
        raise Unreadable(notes.not_what_its_name_says(ending) if misnamed else notes.unknown_kind(described))
    return extracts


def _unseen(pdf: Path, words: Path, out: Outbox, limits: ConvertLimits) -> list[Extract]:
    from bot.files.worker import text  # noqa: PLC0415
    from bot.files.worker.words import lines, pages  # noqa: PLC0415

    try:
        on_pages = pages.Pages(pdf)
    except (OSError, ValueError):
        on_pages = None
    read = lines.from_json(words.read_text(encoding="utf-8"))
    unseen = lines.unseen_text(read, lambda line: on_pages is not None and line in on_pages)
    return text.written(unseen, "", "what its pages do not show", out, limits) if unseen else []


def _ends(source: Path) -> tuple[bytes, bytes]:
    with source.open("rb") as file:
        head = file.read(HEAD_BYTES)
        file.seek(-min(TAIL_BYTES, os.fstat(file.fileno()).st_size), os.SEEK_END)
        return head, file.read()


def _words(
    source: Path, head: bytes, tail: bytes, name: str, filetype: str, out: Outbox, limits: ConvertLimits
) -> list[Extract]:
    """Text, and the kinds of file that are written as text."""
    from bot.files.worker import calendars, documents, hypertext, mail, notebooks, svg, text  # noqa: PLC0415

    if page := _page(source, head, extension(name), filetype):
        return text.written(hypertext.to_text(text.decoded(source, limits)), "", page, out, limits)
    if calendars.looks_like_calendar(head):
        about = "calendar" if b"VCALENDAR" in head[:400].upper() else "contacts"
        return text.written(calendars.to_text(source.read_bytes()), "", about, out, limits)
    if looks_like_mail(head):
        with suppress(Unreadable):  # headers and nothing else: they still are text
            return mail.convert(source, out, limits)
    if notebooks.looks_like_notebook(head, tail) and (cells := notebooks.convert(source, out, limits)):
        return cells
    document = documents.from_xml(source, head, out, limits)
    if document is not None:
        return document
    extracts = text.convert(source, *language_of(name, filetype), out, limits)
    if svg.looks_like_svg(head) and source.stat().st_size <= svg.BYTES_MAX:
        extracts.append(DrawingExtract())
    return extracts


def _page(source: Path, head: bytes, ending: str, filetype: str) -> str:
    """What HTML is called that is read for its words and not for its source; empty for all else.

    That is what Slack makes, and what programs export for Excel or Word to open.
    """
    if filetype in _WRITTEN_IN_SLACK and b"<" in head:
        return "Slack canvas"
    start = head[:4_096].replace(b"\0", b"").lower()
    exported = b"schemas-microsoft-com:office:" in start or ending in {"xls", "doc"}
    if exported and _HTML.match(start) and source.stat().st_size <= _PAGE_BYTES_MAX:
        return "web page made for an office program"
    return ""


def _documents(
    source: Path, kind: Kind, name: str, out: Outbox, limits: ConvertLimits, words: Path | None
) -> list[Extract] | None:
    """Office documents, mails and archives."""
    from bot.files.worker import archives, documents, old_documents, tnef  # noqa: PLC0415

    if kind is Kind.RTF:
        return documents.from_rtf(source, out, limits)
    if kind is Kind.TNEF:
        return tnef.convert(source, out, limits)
    if kind is Kind.OLE:
        return old_documents.from_compound(source, out, limits)
    found = documents.from_zip(source, out, limits, words) if kind is Kind.ZIP else None
    if found is None and kind in PACKED:
        return archives.convert(source, kind, name, out, limits)
    return found
