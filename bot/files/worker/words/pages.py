"""Tells whether a line of a document is visible on the pages of its PDF rendering.

I/O: reads the PDF; runs in a worker process. PDFium gives the position of each character: what runs off the edge of a
page is in the PDF, too, but nobody sees it.
"""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path

import pypdfium2  # type: ignore[import-untyped]

_PIECE_CHARS_MIN = 12
"""The fewest letters of a line's continuation elsewhere; fewer may occur by chance."""
_APART_CHARS_MAX = 1_500
"""The most letters of headers, footers, notes and other columns between two pieces of a line."""
_STARTS_MAX = 20
_MARKER = re.compile(r"\[\d{1,4}\]")
"""A note's number, which pages may show in another form."""


class Pages:
    """Raises ``OSError`` or ``ValueError`` if PDFium can't open it."""

    def __init__(self, pdf: Path) -> None:
        pieces = []
        try:
            with pypdfium2.PdfDocument(pdf) as document:
                for page in document:
                    text = page.get_textpage()
                    pieces.append(str(text.get_text_bounded()))
                    text.close()
                    page.close()
        except pypdfium2.PdfiumError as error:
            raise ValueError(str(error)) from error
        self._text = _bare(" ".join(pieces))

    def __contains__(self, line: object) -> bool:
        """Whether the line is there in one piece, cell by cell, or in long pieces in order.

        In doubt it is not: reading something twice costs little.
        """
        text = _MARKER.sub("", str(line))
        return self._shows(_bare(text)) or (" | " in text and all(map(self._shows, map(_bare, text.split(" | ")))))

    def _shows(self, letters: str) -> bool:
        if letters in self._text:
            return True
        at = -1
        for _ in range(_STARTS_MAX if len(letters) >= 2 * _PIECE_CHARS_MIN else 0):
            at = self._text.find(letters[:_PIECE_CHARS_MIN], at + 1)
            if at < 0:
                break
            if self._goes_on(letters, at):
                return True
        return False

    def _goes_on(self, letters: str, at: int) -> bool:
        """Whether all of it follows from ``at`` on, piece by piece."""
        while at >= 0:
            same = _same_chars(letters, self._text[at : at + len(letters)])
            letters, at = letters[same:], at + same
            if not letters:
                return True
            if len(letters) < _PIECE_CHARS_MIN:
                break
            at = self._text.find(letters[:_PIECE_CHARS_MIN], at, at + _APART_CHARS_MAX)
        return False


def _same_chars(one: str, other: str) -> int:
    """The number of equal characters at the beginning."""
    pairs = zip(one, other, strict=False)
    return next((at for at, (left, right) in enumerate(pairs) if left != right), min(len(one), len(other)))


def _bare(text: str) -> str:
    """Letters and digits only, in one form: blanks, hyphens and ligatures depend on the page."""
    return "".join(char for char in unicodedata.normalize("NFKC", text).casefold() if char.isalnum())
