"""Reads the links of a PDF whose addresses the page does not show.

I/O: reads the PDF; runs in a worker process. Source: PDF 32000-1, 12.5.6.5 and 12.6.4.7. PDFium finds the words at a
link; it is loaded only for PDFs with links.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby, islice
from pathlib import Path

import pikepdf

from bot.files.worker.documents.bylines import in_one_piece
from bot.files.worker.web_addresses import ADDRESS_CHARS_MAX, ELSEWHERE, LINKS_MAX, WORDS_CHARS_MAX, bare

_HIDDEN = 2
_PAGES_MAX = 300


@dataclass(frozen=True, slots=True)
class Link:
    """``where`` is left, bottom, right and top."""

    page: int
    where: tuple[float, float, float, float]
    address: str


def link(annotation: pikepdf.Object, page: int) -> Link | None:
    """``None`` if it is no link, or leads to a place within the document. May raise what qpdf raises."""
    action = annotation.get("/A")
    if str(annotation.get("/Subtype", "")) != "/Link" or not isinstance(action, pikepdf.Dictionary):
        return None
    address = action.get("/URI")
    if not isinstance(address, pikepdf.String) or int(annotation.get("/F", 0)) & _HIDDEN:
        return None
    left, bottom, right, top = (float(number) for number in annotation["/Rect"])
    where = min(left, right), min(bottom, top), max(left, right), max(bottom, top)
    text = bytes(address).decode("utf-8", "replace").strip()
    return Link(page, where, text) if ELSEWHERE.match(text) else None


def lines(links: list[Link], pdf: Path, told: str = "") -> list[str]:
    """``told`` is text that may already contain addresses. ``links`` are in page order."""
    found: dict[str, None] = {}
    links = [one for one in links if one.address not in told]
    for number, words, page, address in _with_words(links, pdf) if links else ():
        if _letters(bare(address)) in page:
            continue
        about = f"link “{in_one_piece(words)[:WORDS_CHARS_MAX]}”" if words.strip() else "link"
        found.setdefault(f"Page {number}, {about}: {address[:ADDRESS_CHARS_MAX]}")
        if len(found) == LINKS_MAX:
            break
    return list(found)


def _with_words(links: list[Link], pdf: Path) -> Iterator[tuple[int, str, str, str]]:
    """Page number, the link's words, all letters of the page, address. A link over several lines is one."""
    import pypdfium2  # type: ignore[import-untyped]  # noqa: PLC0415 - it has no type hints; 8 MB for PDFs with links

    try:
        with pypdfium2.PdfDocument(pdf) as document:
            for number, on_page in islice(groupby(links, lambda one: one.page), _PAGES_MAX):
                page = document[number - 1]
                text = page.get_textpage()
                letters = _letters(text.get_text_bounded())
                for address, pieces in groupby(on_page, lambda one: one.address):
                    words = " ".join(text.get_text_bounded(*one.where) for one in pieces)
                    yield number, words, letters, address
                text.close()
                page.close()
    except (pypdfium2.PdfiumError, OSError, ValueError, IndexError):
        return


def _letters(text: str) -> str:
    """Without blanks and hyphens: PDFium drops those at the end of a line."""
    return "".join(char for char in text if char.isprintable() and char not in " \u2010-").casefold()
