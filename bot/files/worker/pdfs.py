"""A PDF in, a PDF that the API takes out: valid, unencrypted, within the limits on pages and bytes.

I/O: reads and writes files; runs in a worker process. What the API takes: claude:en/build-with-claude/pdf-support.
"""

from __future__ import annotations

from pathlib import Path

import pikepdf

from bot.files import notes
from bot.files.bounds import ConvertLimits
from bot.files.extracts import Extract, MemberExtract, NoteExtract, PdfExtract, Unreadable
from bot.files.outbox import Outbox, link_or_copy
from bot.files.worker import pdf_attachments

_SPLITS_MAX = 12
_BROKEN = (pikepdf.PdfError, pikepdf.ForeignObjectError, RuntimeError, TypeError, ValueError, KeyError)


def convert(source: Path, out: Outbox, limits: ConvertLimits) -> list[Extract]:
    """The PDF itself where nothing is wrong with it, else a repaired, unlocked or shortened copy, and a note on what
    was left out; the files embedded in it as members. Raises ``Unreadable``."""
    try:
        with pikepdf.open(source) as pdf:
            return _checked(pdf, source, out, limits)
    except pikepdf.PasswordError:
        return _by_second_reader(source, out, limits, notes.PASSWORD)
    except _Unclear as unclear:
        return _by_second_reader(source, out, limits, unclear.reason)
    except _BROKEN:
        return _by_second_reader(source, out, limits, notes.DAMAGED_PDF)


class _Unclear(Exception):
    """qpdf finds no pages that could be shown, which another reader may."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def _by_second_reader(source: Path, out: Outbox, limits: ConvertLimits, reason: str) -> list[Extract]:
    """What PDFium, which most browsers show PDFs with, makes of a file that qpdf does not read.

    It asks for no password where only attachments have one. Raises ``Unreadable`` with ``reason``, or asking for a
    password, where it reads nothing either.
    """
    from bot.files.worker import second_reader  # noqa: PLC0415 - its 8 MB are only for workers that meet such a file

    for copy in second_reader.copies(source, out, reason):
        try:
            with pikepdf.open(copy) as pdf:
                locked = pdf_attachments.count(pdf) if reason == notes.PASSWORD else 0
                found = _checked(pdf, copy, out, limits, members_wanted=reason != notes.PASSWORD)
        except (_Unclear, *_BROKEN):
            continue
        finally:
            copy.unlink()
        return [*found, NoteExtract(notes.attachments_locked(locked))] if locked else found
    raise Unreadable(reason)


def _checked(
    pdf: pikepdf.Pdf, source: Path, out: Outbox, limits: ConvertLimits, *, members_wanted: bool = True
) -> list[Extract]:
    total = _count_pages(pdf)
    if pdf.Root.get("/NeedsRendering", False):
        raise Unreadable(notes.XFA)  # the one page there is asks for another viewer
    members = pdf_attachments.members(pdf, out, limits) if members_wanted else []
    if "/Collection" in pdf.Root and total == 1 and any(isinstance(member, MemberExtract) for member in members):
        return members  # a portfolio: the PDF is but the wrapping, and its page only says so
    return [*_pages(pdf, source, out, limits, total), *members]


def _pages(pdf: pikepdf.Pdf, source: Path, out: Outbox, limits: ConvertLimits, total: int) -> list[Extract]:
    size = source.stat().st_size
    path = out.new(".pdf")
    if total > limits.pdf_pages_max or size > limits.pdf_bytes_max:
        kept = _write_first_pages(pdf, path, total, limits)
        left_out: list[Extract] = [NoteExtract(notes.pages_left_out(kept, total))] if kept < total else []
        return [PdfExtract(path.name, kept), *left_out]
    if pdf.is_encrypted or pdf.get_warnings() or not _starts_well(source):
        pdf.trailer["/Size"] = 1  # qpdf writes the true one, but only where there was one
        pdf.save(path, encryption=False, deterministic_id=True)
    else:
        link_or_copy(source, path)
    return [PdfExtract(path.name, total)]


def _count_pages(pdf: pikepdf.Pdf) -> int:
    """Walks the page tree, since a damaged one shows only there; qpdf's complaints are then in ``get_warnings``."""
    total = 0
    for page in pdf.pages:
        if not isinstance(page.obj, pikepdf.Dictionary):
            raise _Unclear(notes.DAMAGED_PDF)
        total += 1
    if not total:
        raise _Unclear(notes.NO_PAGES)
    return total


def _starts_well(source: Path) -> bool:
    with source.open("rb") as file:
        return file.read(5) == b"%PDF-"


def _write_first_pages(pdf: pikepdf.Pdf, path: Path, total: int, limits: ConvertLimits) -> int:
    """Writes as many of the first pages as fit, by pages and by bytes, and says how many; bytes are found by trying."""
    fits, too_many = 0, total + 1
    trying = min(total, limits.pdf_pages_max)
    for _ in range(_SPLITS_MAX):
        size = _write_pages(pdf, path, trying)
        if size <= limits.pdf_bytes_max:
            fits = trying
            if trying == min(total, limits.pdf_pages_max):
                return fits
        else:
            too_many = trying
        if too_many - fits <= max(1, fits // 20):
            break
        by_size = int(trying * limits.pdf_bytes_max / size * 0.95)
        trying = min(max(by_size, fits + 1), too_many - 1) if fits == 0 else (fits + too_many) // 2
    if not fits:
        raise Unreadable(notes.too_large(path.stat().st_size, limits.pdf_bytes_max))
    _write_pages(pdf, path, fits)
    return fits


def _write_pages(pdf: pikepdf.Pdf, path: Path, count: int) -> int:
    with pikepdf.new() as extract:
        extract.pages.extend(pdf.pages[:count])
        extract.save(path, object_stream_mode=pikepdf.ObjectStreamMode.generate, deterministic_id=True)
    return path.stat().st_size
