"""Finds the words of texts that did not reach the model.

I/O: reads the bytes of blocks from disk and the words of PDFs.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from contextlib import suppress

import pypdfium2  # type: ignore[import-untyped]  # it has no type hints

from bot.messages import PdfBlock, PreparedFile, TextBlock

_WORD = re.compile(r"\w{3,}")
_PAGES_MAX = 400


def plain(text: str) -> str:
    """Letters and digits alone, in one form: signs, line ends and cases are where readers of one file differ."""
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    return re.sub(r"[\W_]+", "", folded)


def words_of(texts: Iterable[str]) -> frozenset[str]:
    """Words of three characters or more: shorter ones are found within any text."""
    found: set[str] = set()
    for text in texts:
        folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
        found.update(filter(None, map(plain, _WORD.findall(folded))))
    return frozenset(found)


def reached(file: PreparedFile) -> str:
    """Whatever text the model can read: that of text blocks and of the pages of PDFs; ``plain``."""
    texts = [block.text for block in file.blocks if isinstance(block, TextBlock)]
    for block in file.blocks:
        if isinstance(block, PdfBlock):
            texts += on_pages(block.data.path.read_bytes())
    return plain("\n".join(texts))


def on_pages(content: bytes) -> list[str]:
    texts = []
    with suppress(pypdfium2.PdfiumError):
        pdf = pypdfium2.PdfDocument(content)
        for number in range(min(len(pdf), _PAGES_MAX)):
            text_page = pdf[number].get_textpage()
            texts.append(text_page.get_text_bounded())
            text_page.close()
        pdf.close()
    return texts


def missing(expected: frozenset[str], arrived: str) -> list[str]:
    """``arrived`` is ``plain``. A word counts as arrived also within another, or parted by a line's end."""
    return sorted(word for word in expected if word not in arrived and word[::-1] not in arrived)
