"""Tells whether the only page of a PDF that holds other files merely says that it does.

I/O: reads the PDF; runs in a worker process.
"""

from __future__ import annotations

import re
from pathlib import Path

import pikepdf
import pypdfium2  # type: ignore[import-untyped]  # it has no type hints

_OF_PROGRAMS = re.compile(r"adobe|acrobat|portfolio|pdf reader", re.IGNORECASE)
"""Programs add a cover page that asks for another viewer, in the language of its author."""


def is_wrapping(source: Path, page: pikepdf.Page) -> bool:
    """Also true for a blank page; false for a cover that people made."""
    try:
        with pypdfium2.PdfDocument(source) as pdf:
            words = str(pdf[0].get_textpage().get_text_bounded()).strip()
    except (OSError, ValueError, pypdfium2.PdfiumError):
        return True
    return _OF_PROGRAMS.search(words) is not None if words else "/XObject" not in page.obj.get("/Resources", {})
