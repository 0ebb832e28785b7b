"""A PDF that qpdf does not read in, copies of it as PDFium understands it out.

I/O: reads the PDF, writes copies; runs in a worker process.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pypdfium2  # type: ignore[import-untyped]  # it has no type hints
from pypdfium2 import raw

from bot.files import notes
from bot.files.extracts import Unreadable
from bot.files.outbox import Outbox

_PASSWORD_NEEDED = 4
_PAGES_MAX = 5_000


def copies(source: Path, out: Outbox, reason: str) -> Iterator[Path]:
    """The whole file written anew, then only its pages in a new file; whoever takes one removes it.

    Raises ``Unreadable``: asking for a password where pages have one, else with ``reason``.
    """
    try:
        with pypdfium2.PdfDocument(source) as pdf:
            yield from _written(pdf, out)
    except pypdfium2.PdfiumError as error:
        needs_password = getattr(error, "err_code", None) == _PASSWORD_NEEDED
        raise Unreadable(notes.PASSWORD if needs_password else reason) from error
    except (OSError, ValueError, RuntimeError) as error:
        raise Unreadable(reason) from error


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
