"""Converts a file on disk into extracts. The kind that its bytes show decides which converter reads it.

I/O: reads and writes files; runs in a worker process.
"""

from __future__ import annotations

from collections.abc import Callable, Container
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from bot.files import inner_notes, notes
from bot.files.bounds import ConvertLimits
from bot.files.extracts import ALL_ROWS, DRAW, PAGES, DrawingExtract, Extract, NoteExtract, Unreadable
from bot.files.names import extension
from bot.files.outbox import Outbox
from bot.files.worker import text_forms
from bot.files.worker.documents.bare_office import office_kind
from bot.files.worker.first_look import ends, is_disk_image, is_owner_file
from bot.files.worker.kind_words import picture_of, unread
from bot.files.worker.languages import language_of
from bot.files.worker.mails.mail_start import looks_like_mail
from bot.files.worker.sniff import IMAGES, PACKED, Kind, kind_of

_REFUSED = {
    Kind.EMPTY: notes.EMPTY,
    Kind.AUDIO: notes.AUDIO,
    Kind.VIDEO: notes.VIDEO,
    Kind.PROGRAM: notes.PROGRAM,
}
_MAY_BE_DISK_IMAGE = frozenset({Kind.UNKNOWN, Kind.TEXT, Kind.PROGRAM})
_PAGE_BYTES_MAX = 12_000_000
"""Parsing a page of tables takes 0.2 s and 24 MB of memory for each megabyte."""
_DRAWING_BYTES_MAX = 20_000_000


@dataclass(frozen=True, slots=True)
class _File:
    """What to convert, and by which rules. ``words`` belong to the document that a PDF was made from."""

    source: Path
    name: str
    filetype: str
    out: Outbox
    limits: ConvertLimits
    words: Path | None
    head: bytes
    tail: bytes

    @property
    def size_bytes(self) -> int:
        return self.source.stat().st_size


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
    file = _File(source, name, filetype, out, limits, words, *ends(source))
    if is_owner_file(name, file.size_bytes):
        raise Unreadable(inner_notes.OWNER_FILE)
    kind = kind_of(file.head, file.tail)
    if kind in _MAY_BE_DISK_IMAGE and is_disk_image(source):
        kind = Kind.ARCHIVE
    extracts = _of_kind(file, kind)
    if extracts is None:
        raise Unreadable(unread(file.head, name))
    return extracts


def _of_kind(file: _File, kind: Kind) -> list[Extract] | None:
    """``None`` if nothing here reads the kind."""
    if kind in _REFUSED:
        raise Unreadable(_REFUSED[kind])
    if kind is Kind.PICTURE:
        raise Unreadable(notes.foreign_picture(picture_of(file.head)))
    if kind in IMAGES:
        from bot.files.worker.pictures import images  # noqa: PLC0415

        return images.convert(file.source, kind, file.out, file.limits)
    if kind in _READERS:
        return _READERS[kind](file)
    return _packed(file, kind) if kind in PACKED else None


# --- text ----------------------------------------------------------------------------------------------------------
def _text(file: _File) -> list[Extract]:
    """Text, and kinds of file that are written as text. The first reader that recognises its own kind gets it."""
    from bot.files.worker import text  # noqa: PLC0415

    for matches, read in _FORMS:
        if matches(file) and (found := read(file)):
            return found
    extracts = text.convert(file.source, *language_of(file.name, file.filetype), file.out, file.limits)
    if text_forms.is_svg(file.head) and file.size_bytes <= _DRAWING_BYTES_MAX:
        extracts.append(DrawingExtract())
    return extracts


def _page_about(file: _File) -> str:
    about = text_forms.page_made_for(file.head, extension(file.name), file.filetype)
    return about if file.size_bytes <= _PAGE_BYTES_MAX or about == "Slack canvas" else ""


def _page(file: _File) -> list[Extract]:
    from bot.files.worker import text  # noqa: PLC0415
    from bot.files.worker.hypertext import reader  # noqa: PLC0415

    words = reader.to_text(text.decoded(file.source, file.limits))
    return text.written(words, "", _page_about(file), file.out, file.limits)


def _calendar(file: _File) -> list[Extract]:
    from bot.files.worker.mails import card_files  # noqa: PLC0415

    if text_forms.is_ldif(file.head):
        about = card_files.LDIF
    else:
        about = "calendar" if b"VCALENDAR" in file.head[:800].replace(b"\0", b"").upper() else "contacts"
    return card_files.convert(file.source, about, file.out, file.limits)


def _mail(file: _File) -> list[Extract] | None:
    from bot.files.worker.mails import mail  # noqa: PLC0415

    with suppress(Unreadable):  # headers and nothing else: still a text
        return mail.convert(file.source, file.out, file.limits)
    return None


def _notebook(file: _File) -> list[Extract] | None:
    from bot.files.worker import notebooks  # noqa: PLC0415

    return notebooks.convert(file.source, file.out, file.limits)


def _office_xml(file: _File) -> list[Extract] | None:
    from bot.files.worker.documents import flat_package, office  # noqa: PLC0415

    if text_forms.office_xml(file.head) == "package":
        member = flat_package.unflattened(file.source, file.name, file.out)
        return [member] if member is not None else None
    return office.from_xml(file.source, file.head, file.out, file.limits, file.words)


def _table(file: _File) -> list[Extract]:
    """A table in a text format that only programs write."""
    from bot.files.worker import text  # noqa: PLC0415
    from bot.files.worker.sheets import dif, sylk  # noqa: PLC0415

    about = text_forms.table_form(file.head)
    read = sylk.read if about == text_forms.SYLK else dif.read
    return text.written(read(file.source.read_bytes()), "csv", about, file.out, file.limits)


def _diagram(file: _File) -> list[Extract]:
    from bot.files.worker.documents import drawio  # noqa: PLC0415

    return drawio.convert(file.source, file.out, file.limits)


def _signed(file: _File) -> list[Extract]:
    from bot.files.worker.mails import signed_files  # noqa: PLC0415

    return signed_files.convert(file.source, file.name, file.out)


_FORMS: tuple[tuple[Callable[[_File], object], Callable[[_File], list[Extract] | None]], ...] = (
    (_page_about, _page),
    (lambda file: text_forms.is_calendar(file.head) or text_forms.is_ldif(file.head), _calendar),
    (lambda file: looks_like_mail(file.head), _mail),
    (lambda file: text_forms.is_notebook(file.head, file.tail), _notebook),
    (lambda file: text_forms.office_xml(file.head), _office_xml),
    (lambda file: text_forms.table_form(file.head), _table),
    (lambda file: text_forms.is_diagram(file.head), _diagram),
    (lambda file: text_forms.is_armoured(file.head, extension(file.name)), _signed),
)
"""The special kinds of text, and what reads each."""


# --- documents and archives ----------------------------------------------------------------------------------------
def _pdf(file: _File) -> list[Extract]:
    from bot.files.worker.pdfs import pages  # noqa: PLC0415

    words = file.words.read_text(encoding="utf-8") if file.words is not None else ""
    found = pages.convert(file.source, file.out, file.limits, words)
    return [*found, *_unseen(file, words)] if words else found


def _unseen(file: _File, words: str) -> list[Extract]:
    """The words of the document that are not on its pages."""
    from bot.files.worker import text  # noqa: PLC0415
    from bot.files.worker.words import lines, pages  # noqa: PLC0415

    on_pages: Container[str] = ()
    with suppress(OSError, ValueError):
        on_pages = pages.Pages(file.source)
    unseen = lines.unseen_text(lines.from_json(words), lambda line: line in on_pages)
    return text.written(unseen, "", "what its pages do not show", file.out, file.limits) if unseen else []


def _rtf(file: _File) -> list[Extract]:
    from bot.files.worker.documents import office  # noqa: PLC0415

    return office.from_rtf(file.source, file.name, file.out, file.limits)


def _tnef(file: _File) -> list[Extract]:
    from bot.files.worker.outlook import tnef  # noqa: PLC0415

    return tnef.convert(file.source, file.out, file.limits)


def _compound(file: _File) -> list[Extract]:
    from bot.files.worker.documents import old_documents  # noqa: PLC0415

    return old_documents.from_compound(file.source, file.out, file.limits, file.words)


def _dbase(file: _File) -> list[Extract]:
    from bot.files.worker import text  # noqa: PLC0415
    from bot.files.worker.sheets import dbase  # noqa: PLC0415

    table, has_memos = dbase.read(file.source.read_bytes())
    found = text.written(table, "csv", "dBase table", file.out, file.limits)
    return [*found, NoteExtract(inner_notes.MEMOS)] if has_memos else found


def _properties(file: _File) -> list[Extract]:
    from bot.files.worker import property_lists  # noqa: PLC0415

    return property_lists.convert(file.source, file.out, file.limits)


def _eps(file: _File) -> list[Extract] | None:
    from bot.files.worker.pictures import eps  # noqa: PLC0415

    return eps.convert(file.source, file.out)


def _old_excel(file: _File) -> list[Extract]:
    from bot.files.worker.documents import old_documents  # noqa: PLC0415

    return old_documents.from_bare_excel(file.source, file.out, file.limits, file.words)


def _for_office(file: _File) -> list[Extract]:
    """What only an office program can read."""
    found = office_kind(file.head)
    return [found] if found is not None else []


def _zip(file: _File) -> list[Extract]:
    from bot.files.worker.documents import zip_signs  # noqa: PLC0415

    found = zip_signs.as_document(file.source, file.out, file.limits, file.words)
    return _packed(file, Kind.ZIP) if found is None else found


def _packed(file: _File, kind: Kind) -> list[Extract]:
    from bot.files.worker.archives import members  # noqa: PLC0415

    return members.convert(file.source, kind, file.name, file.out, file.limits)


_READERS: dict[Kind, Callable[[_File], list[Extract] | None]] = {
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
