"""A document's rendering as a PDF in, whether a line of it stands on one of the pages out.

I/O: reads the PDF; runs in a worker process. pdfium says where each character stands: what runs off the edge of a page
is in the PDF too, and nobody sees it.
"""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pypdfium2  # type: ignore[import-untyped]

_CHUNK_WORDS = 6
_BROKEN_CHUNKS = 2
"""So many pieces of a line may be apart on the pages, where a page, a column or a hyphen comes between."""


class Pages:
    """Raises ``OSError`` or ``ValueError`` for what pdfium does not open."""

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
        """Whether its words stand there, whatever stands between them."""
        bare = _bare(str(line))
        if not bare or bare in self._text:
            return True
        words = str(line).split()
        chunks = [" ".join(words[at : at + _CHUNK_WORDS]) for at in range(0, len(words), _CHUNK_WORDS)]
        missing = [chunk for chunk in chunks if _bare(chunk) not in self._text]
        if len(missing) > max(_BROKEN_CHUNKS, len(chunks) // 10):
            return False
        return all(_bare(word) in self._text for chunk in missing for word in chunk.split())


def _bare(text: str) -> str:
    """Letters and digits alone, in one form: blanks, hyphens and ligatures are the page's own."""
    return "".join(char for char in unicodedata.normalize("NFKC", text).casefold() if char.isalnum())
