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

_SPLITS_MAX = 12


def convert(source: Path, out: Outbox, limits: ConvertLimits) -> list[Extract]:
    """The PDF itself where nothing is wrong with it, else a repaired, unlocked or shortened copy, and a note on what
    was left out. Raises ``Unreadable``."""
    try:
        with pikepdf.open(source) as pdf:
            return _checked(pdf, source, out, limits)
    except pikepdf.PasswordError:
        raise Unreadable(notes.PASSWORD) from None
    except (pikepdf.PdfError, pikepdf.ForeignObjectError, RuntimeError, TypeError, ValueError, KeyError) as error:
        raise Unreadable(notes.DAMAGED_PDF) from error


def _checked(pdf: pikepdf.Pdf, source: Path, out: Outbox, limits: ConvertLimits) -> list[Extract]:
    total = _count_pages(pdf)
    if pdf.Root.get("/NeedsRendering", False):
        raise Unreadable(notes.XFA)  # the one page there is asks for another viewer
    if "/Collection" in pdf.Root and pdf.attachments:
        return _portfolio(pdf, out, limits)
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


def _portfolio(pdf: pikepdf.Pdf, out: Outbox, limits: ConvertLimits) -> list[Extract]:
    """The files that the PDF is but the wrapping of; its own page only says so."""
    extracts: list[Extract] = []
    bytes_left = limits.archive_bytes_max
    for name, attached in pdf.attachments.items():
        data = attached.get_file().read_bytes()
        bytes_left -= len(data)
        if len(extracts) == limits.archive_files_max or bytes_left < 0:
            extracts.append(NoteExtract(notes.members_left_out(len(extracts), limits.archive_bytes_max)))
            break
        path = out.new(".bin")
        path.write_bytes(data)
        extracts.append(MemberExtract(path.name, attached.filename or name))
    return extracts


def _count_pages(pdf: pikepdf.Pdf) -> int:
    """Walks the page tree, since a damaged one shows only there; qpdf's complaints are then in ``get_warnings``."""
    total = 0
    for page in pdf.pages:
        if not isinstance(page.obj, pikepdf.Dictionary):
            raise Unreadable(notes.DAMAGED_PDF)
        total += 1
    if not total:
        raise Unreadable(notes.NO_PAGES)
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
