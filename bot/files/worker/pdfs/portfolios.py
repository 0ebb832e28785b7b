"""The one page of a PDF that holds other files in, whether it says no more than that it does, out.

I/O: reads the PDF; runs in a worker process.
"""

from __future__ import annotations

import re
from pathlib import Path

import pikepdf
import pypdfium2  # type: ignore[import-untyped]  # it has no type hints

_OF_PROGRAMS = re.compile(r"adobe|acrobat|portfolio|pdf reader", re.IGNORECASE)
"""Programs put a page in front that asks for another program, in the language of whoever made it."""


def is_wrapping(source: Path, page: pikepdf.Page) -> bool:
    """Also a blank one; a page that people made as a cover is none."""
    try:
        with pypdfium2.PdfDocument(source) as pdf:
            words = str(pdf[0].get_textpage().get_text_bounded()).strip()
    except (OSError, ValueError, pypdfium2.PdfiumError):
        return True
    return _OF_PROGRAMS.search(words) is not None if words else "/XObject" not in page.obj.get("/Resources", {})
