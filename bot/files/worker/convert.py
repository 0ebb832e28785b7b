"""Converts a file on disk into extracts. The kind that its bytes show decides which converter reads it.

I/O: reads and writes files; runs in a worker process.
"""

from __future__ import annotations

from collections.abc import Callable, Container
from contextlib import suppress
from pathlib import Path

from bot.files import inner_notes, notes
from bot.files.bounds import ConvertLimits
from bot.files.extracts import ALL_ROWS, DRAW, PAGES, Extract, NoteExtract, Unreadable
from bot.files.outbox import Outbox
from bot.files.worker.first_look import ends, is_disk_image, is_owner_file
from bot.files.worker.kinds import IMAGES, PACKED, Kind
from bot.files.worker.sniff import kind_of
from bot.files.worker.source_file import SourceFile

_REFUSED = {
    Kind.EMPTY: notes.EMPTY,
    Kind.AUDIO: notes.AUDIO,
    Kind.VIDEO: notes.VIDEO,
    Kind.PROGRAM: notes.PROGRAM,
}
_MAY_BE_DISK_IMAGE = frozenset({Kind.UNKNOWN, Kind.TEXT, Kind.PROGRAM})


def convert(
    source: Path, name: str, filetype: str, out: Outbox, limits: ConvertLimits, words: Path | None = None
) -> list[Extract]:
    """Raises ``Unreadable`` for every fault of the file. ``name`` and ``filetype`` only affect wording.

    ``words`` belong to the document that this file was made from: those that a PDF's pages don't show are given as
    text. For a workbook they are an office program's copy, with the results of formulas.

    Converters are imported when they are needed, so that a worker holds only the libraries that its files need.
    """
    if filetype == DRAW:
        from bot.files.worker.pictures import svg  # noqa: PLC0415

        return svg.draw(source, out, limits)
    if filetype == ALL_ROWS:
        from bot.files.worker.sheets import whole  # noqa: PLC0415

        return whole.write(source, out, limits)
    if filetype.startswith(PAGES):
        from bot.files.worker.pdfs import pages  # noqa: PLC0415

        return pages.some_pages(source, filetype.removeprefix(PAGES), out)
    file = SourceFile(source, name, filetype, out, limits, words, *ends(source))
    if is_owner_file(name, file.size_bytes):
        raise Unreadable(inner_notes.OWNER_FILE)
    kind = kind_of(file.head, file.tail)
    if kind in _MAY_BE_DISK_IMAGE and is_disk_image(source):
        kind = Kind.ARCHIVE
    extracts = _of_kind(file, kind)
    if extracts is None:
        from bot.files.worker import kind_words  # noqa: PLC0415

        raise Unreadable(kind_words.unread(file.head, name))
    return extracts


def _of_kind(file: SourceFile, kind: Kind) -> list[Extract] | None:
    """``None`` if nothing here reads the kind."""
    if kind in _REFUSED:
        raise Unreadable(_REFUSED[kind])
    if kind is Kind.PICTURE:
        from bot.files.worker import kind_words  # noqa: PLC0415

        raise Unreadable(notes.foreign_picture(kind_words.picture_of(file.head)))
    if kind in IMAGES:
        from bot.files.worker.pictures import images  # noqa: PLC0415

        return images.convert(file.source, kind, file.out, file.limits)
    if kind in _READERS:
        return _READERS[kind](file)
    return _packed(file, kind) if kind in PACKED else None


def _text(file: SourceFile) -> list[Extract]:
    from bot.files.worker import special_texts  # noqa: PLC0415

    return special_texts.convert(file)


def _pdf(file: SourceFile) -> list[Extract]:
    from bot.files.worker.pdfs import pages  # noqa: PLC0415

    words = file.words.read_text(encoding="utf-8") if file.words is not None else ""
    found = pages.convert(file.source, file.out, file.limits, words)
    return [*found, *_unseen(file, words)] if words else found


def _unseen(file: SourceFile, words: str) -> list[Extract]:
    """The words of the document that are not on its pages."""
    from bot.files.worker import text  # noqa: PLC0415
    from bot.files.worker.words import lines, pages  # noqa: PLC0415

    on_pages: Container[str] = ()
    with suppress(OSError, ValueError):
        on_pages = pages.Pages(file.source)
    unseen = lines.unseen_text(lines.from_json(words), lambda line: line in on_pages)
    return text.written(unseen, "", "what its pages do not show", file.out, file.limits) if unseen else []


def _rtf(file: SourceFile) -> list[Extract]:
    from bot.files.worker.documents import office  # noqa: PLC0415

    return office.from_rtf(file.source, file.name, file.out, file.limits)


def _tnef(file: SourceFile) -> list[Extract]:
    from bot.files.worker.outlook import tnef  # noqa: PLC0415

    return tnef.convert(file.source, file.out, file.limits)


def _compound(file: SourceFile) -> list[Extract]:
    from bot.files.worker.documents import old_documents  # noqa: PLC0415

    return old_documents.from_compound(file.source, file.name, file.out, file.limits, file.words)


def _dbase(file: SourceFile) -> list[Extract]:
    from bot.files.worker import text  # noqa: PLC0415
    from bot.files.worker.sheets import dbase  # noqa: PLC0415

    table, has_memos = dbase.read(file.source.read_bytes())
    found = text.written(table, "csv", "dBase table", file.out, file.limits)
    return [*found, NoteExtract(inner_notes.MEMOS)] if has_memos else found


def _signed(file: SourceFile) -> list[Extract]:
    from bot.files.worker.mails import signed_files  # noqa: PLC0415

    return signed_files.convert(file.source, file.name, file.out)


def _properties(file: SourceFile) -> list[Extract]:
    from bot.files.worker import property_lists  # noqa: PLC0415

    return property_lists.convert(file.source, file.out, file.limits)


def _eps(file: SourceFile) -> list[Extract] | None:
    from bot.files.worker.pictures import eps  # noqa: PLC0415

    return eps.convert(file.source, file.out)


def _old_excel(file: SourceFile) -> list[Extract]:
    from bot.files.worker.documents import old_documents  # noqa: PLC0415

    return old_documents.from_bare_excel(file.source, file.out, file.limits, file.words)


def _for_office(file: SourceFile) -> list[Extract]:
    """What only an office program can read."""
    from bot.files.worker.documents import bare_office  # noqa: PLC0415

    found = bare_office.office_kind(file.head)
    return [found] if found is not None else []


def _zip(file: SourceFile) -> list[Extract]:
    from bot.files.worker.documents import zip_signs  # noqa: PLC0415

    found = zip_signs.as_document(file.source, file.out, file.limits, file.words)
    return _packed(file, Kind.ZIP) if found is None else found


def _packed(file: SourceFile, kind: Kind) -> list[Extract]:
    from bot.files.worker.archives import members  # noqa: PLC0415

    return members.convert(file.source, kind, file.name, file.out, file.limits)


_READERS: dict[Kind, Callable[[SourceFile], list[Extract] | None]] = {
    Kind.TEXT: _text,
    Kind.MAIL: _text,
    Kind.PDF: _pdf,
    Kind.RTF: _rtf,
    Kind.TNEF: _tnef,
    Kind.OLE: _compound,
    Kind.ZIP: _zip,
    Kind.DBASE: _dbase,
    Kind.OLD_EXCEL: _old_excel,
    Kind.OFFICE: _for_office,
    Kind.SIGNED: _signed,
    Kind.PROPERTIES: _properties,
    Kind.EPS: _eps,
}
