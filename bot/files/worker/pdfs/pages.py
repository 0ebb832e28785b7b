"""Makes a PDF that the API takes, valid and unencrypted, of any length; or extracts some pages of one.

I/O: reads and writes files; runs in a worker process. What the API takes: claude:en/build-with-claude/pdf-support.
"""

from __future__ import annotations

from pathlib import Path

import pikepdf

from bot.files import inner_notes, notes
from bot.files.bounds import ConvertLimits
from bot.files.extracts import Extract, MemberExtract, NoteExtract, PdfExtract, Unreadable
from bot.files.outbox import Outbox
from bot.files.worker.pdfs import pdf_attachments, torn
from bot.files.worker.pdfs.page_annotations import Annotation, of_pages

_BROKEN = (pikepdf.PdfError, pikepdf.ForeignObjectError, RuntimeError, TypeError, ValueError, KeyError)


def convert(source: Path, out: Outbox, limits: ConvertLimits, told: str = "") -> list[Extract]:
    """The PDF itself if nothing is wrong with it, else a repaired or unlocked copy; embedded files are members.
    ``told`` are words that the model gets as well. Raises ``Unreadable``."""
    try:
        with pikepdf.open(source) as pdf:
            return _checked(pdf, source, out, limits, told)
    except pikepdf.PasswordError:
        return _by_second_reader(source, out, limits, notes.PASSWORD)
    except _Unclear as unclear:
        return _by_other_readers(source, out, limits, unclear.reason)
    except _BROKEN:
        return _by_other_readers(source, out, limits, notes.DAMAGED_PDF)


class _Unclear(Exception):
    """qpdf finds no pages to show; another reader may."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def _by_other_readers(source: Path, out: Outbox, limits: ConvertLimits, reason: str) -> list[Extract]:
    """What PDFium makes of it, else the pages that are found by going through its bytes, with a note. Raises
    ``Unreadable``."""
    try:
        return _by_second_reader(source, out, limits, reason)
    except Unreadable as refused:
        if refused.reason in {notes.PASSWORD, inner_notes.ENCRYPTED_FILE}:
            raise
        from bot.files.worker.pdfs import rescued  # noqa: PLC0415 - few PDFs break off

        try:
            copy = rescued.copy(source, out)
            if copy is None:
                raise
            with pikepdf.open(copy) as pdf:
                found = _checked(pdf, copy, out, limits)
        except (_Unclear, *_BROKEN):
            raise refused from None
        copy.unlink()
        note = NoteExtract(notes.BREAKS_OFF)
        return found if note in found else [*found, note]


def _by_second_reader(source: Path, out: Outbox, limits: ConvertLimits, reason: str) -> list[Extract]:
    """Uses PDFium, which shows PDFs in most browsers, for a file that qpdf can't read.

    It asks for no password if only attachments have one. Raises ``Unreadable`` with ``reason``, or asking for a
    password, if it can't read the file either.
    """
    from bot.files.worker.pdfs import second_reader  # noqa: PLC0415 - its 8 MB are only for workers that meet such a file

    for copy in second_reader.copies(source, out, reason):
        try:
            with pikepdf.open(copy) as pdf:
                locked = pdf_attachments.count(pdf, of_pages(pdf.pages)) if reason == notes.PASSWORD else 0
                found = _checked(pdf, copy, out, limits, members_wanted=reason != notes.PASSWORD)
        except (_Unclear, *_BROKEN):
            continue
        finally:
            copy.unlink()
        return [*found, NoteExtract(notes.attachments_locked(locked))] if locked else found
    raise Unreadable(reason)


def _checked(
    pdf: pikepdf.Pdf, source: Path, out: Outbox, limits: ConvertLimits, told: str = "", *, members_wanted: bool = True
) -> list[Extract]:
    pages = _pages(pdf)
    on_pages = of_pages(pages)
    members = pdf_attachments.members(pdf, on_pages, out, limits) if members_wanted else []
    if pdf.Root.get("/NeedsRendering", False):  # its only page asks for another viewer
        return [*_form(pdf, out, limits), *members]
    if "/Collection" in pdf.Root and len(pages) == 1 and any(isinstance(member, MemberExtract) for member in members):
        from bot.files.worker.pdfs import portfolios  # noqa: PLC0415 - few PDFs are such

        if portfolios.is_wrapping(source, pages[0]):
            return members
    warnings = pdf.get_warnings()
    is_odd = bool(warnings)
    path = _written(pdf, source, out, is_odd=is_odd)
    beside = _beside_pages(on_pages, path if path.exists() else source, out, limits, told) if on_pages else []
    shown = [PdfExtract(path.name, len(pages)), *beside, *members]
    damaged = (is_odd and _breaks_off(source)) or torn.is_torn(pdf, pages, warnings)
    return [*shown, NoteExtract(notes.BREAKS_OFF)] if damaged else shown


def _form(pdf: pikepdf.Pdf, out: Outbox, limits: ConvertLimits) -> list[Extract]:
    from bot.files.worker import text  # noqa: PLC0415 - few PDFs are forms of this kind
    from bot.files.worker.pdfs import xfa  # noqa: PLC0415

    try:
        found = xfa.lines(pdf)
    except (*_BROKEN, AttributeError):
        found = []
    if not found:
        raise Unreadable(notes.XFA)
    return [*text.written("\n".join(found), "", "form, its words", out, limits), NoteExtract(notes.XFA_WORDS)]


def _beside_pages(
    on_pages: list[Annotation], shown: Path, out: Outbox, limits: ConvertLimits, told: str
) -> list[Extract]:
    from bot.files.worker.pdfs import pdf_comments, pdf_links  # noqa: PLC0415 - many PDFs have none

    links: list[pdf_links.Link] = []
    comments = pdf_comments.lines(on_pages, links)
    addresses = pdf_links.lines(links, shown, told) if links else []
    if not (comments or addresses):
        return []
    from bot.files.worker import text  # noqa: PLC0415 - few PDFs have comments

    found = text.written("\n".join(comments), "", "comments on its pages", out, limits) if comments else []
    if addresses:
        found += text.written("\n".join(addresses), "", "where links on its pages lead", out, limits)
    return found


def _written(pdf: pikepdf.Pdf, source: Path, out: Outbox, *, is_odd: bool) -> Path:
    """Where the PDF is, or will be."""
    if pdf.is_encrypted or is_odd or not _starts_well(source):
        path = out.new(".pdf")
        pdf.trailer["/Size"] = 1  # qpdf writes the true one, but only if there was one
        pdf.save(path, encryption=False, deterministic_id=True)
    else:
        path = out.same(source, ".pdf")
    return path


def some_pages(source: Path, wanted: str, out: Outbox) -> list[Extract]:
    """``wanted`` is ``FIRST-FINAL``, counted from 1, in a PDF that ``convert`` returned. Raises ``Unreadable``.

    Fonts and pictures that these pages do not use are dropped: some programs list all of a document's with each page.
    """
    first, final = map(int, wanted.split("-"))
    path = out.new(".pdf")
    try:
        with pikepdf.open(source) as pdf, pikepdf.new() as extract:
            extract.pages.extend(pdf.pages[first - 1 : final])
            count = len(extract.pages)
            extract.remove_unreferenced_resources()
            extract.save(path, object_stream_mode=pikepdf.ObjectStreamMode.generate, deterministic_id=True)
    except _BROKEN:
        raise Unreadable(notes.DAMAGED_PDF) from None
    return [PdfExtract(path.name, count)]


def _pages(pdf: pikepdf.Pdf) -> list[pikepdf.Page]:
    """Walks the page tree, since damage shows only there; qpdf's complaints are then in ``get_warnings``."""
    pages = list(pdf.pages)
    if not all(isinstance(page.obj, pikepdf.Dictionary) for page in pages):
        raise _Unclear(notes.DAMAGED_PDF)
    if not pages:
        raise _Unclear(notes.NO_PAGES)
    return pages


def _breaks_off(source: Path) -> bool:
    """Whether the cross-reference table at its end is missing: there may be pages whose words are lost."""
    data = source.read_bytes()
    behind = data[max(data.rfind(b"endobj"), 0) :]
    return not any(mark in behind for mark in (b"xref", b"trailer", b"%%EOF"))


def _starts_well(source: Path) -> bool:
    with source.open("rb") as file:
        return file.read(5) == b"%PDF-"
