"""Copies a PDF with PDFium if qpdf can't read it.

I/O: reads the PDF, writes copies; runs in a worker process.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pypdfium2  # type: ignore[import-untyped]  # it has no type hints
from pypdfium2 import raw

from bot.files import inner_notes, notes
from bot.files.extracts import Unreadable
from bot.files.outbox import Outbox

_REASONS = {4: notes.PASSWORD, 5: inner_notes.ENCRYPTED_FILE}
"""By PDFium's codes: it asks for a password, or for a program that has the key, as certificates and shops' locks do."""
_PAGES_MAX = 5_000


def copies(source: Path, out: Outbox, reason: str) -> Iterator[Path]:
    """First the whole file written anew, then only its pages in a new file; the caller removes the copies it takes.

    Raises ``Unreadable``: asking for a password where pages have one, saying that they are encrypted where something
    else opens them, or with ``reason``.
    """
    _forget_last_error()
    try:
        with pypdfium2.PdfDocument(source) as pdf:
            yield from _written(pdf, out)
    except pypdfium2.PdfiumError as error:
        raise Unreadable(_REASONS.get(getattr(error, "err_code", 0), reason)) from error
    except (OSError, ValueError, RuntimeError) as error:
        raise Unreadable(reason) from error


def _forget_last_error() -> None:
    """PDFium keeps the code of its last error, also of another file, where a next one has none of its own."""
    with suppress(pypdfium2.PdfiumError):
        pypdfium2.PdfDocument(b"no PDF").close()


def _written(pdf: pypdfium2.PdfDocument, out: Outbox) -> Iterator[Path]:
    if not len(pdf):
        return
    whole = out.new(".bin")
    pdf.save(whole, flags=raw.FPDF_REMOVE_SECURITY)
    yield whole
    with pypdfium2.PdfDocument.new() as pages:
        pages.import_pages(pdf, list(range(min(len(pdf), _PAGES_MAX))))
        alone = out.new(".bin")
        pages.save(alone)
    yield alone
