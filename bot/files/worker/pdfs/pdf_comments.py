"""Reads comments on a PDF's pages and values in its forms that the pages do not show.

Pure, on what qpdf has read. Source: PDF 32000-1, 12.5.6 (annotations). A page shows only a comment's icon; its words
open when somebody points at it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

import pikepdf

from bot.files.worker.documents.bylines import byline
from bot.files.worker.pdfs import pdf_fields, pdf_links
from bot.files.worker.pdfs.page_annotations import Annotation

_COMMENTS = frozenset(
    {"/Text", "/Highlight", "/Underline", "/Squiggly", "/StrikeOut", "/Caret", "/Ink", "/Line", "/Square", "/Circle"}
    | {"/Polygon", "/PolyLine", "/Stamp", "/FreeText", "/Redact", "/FileAttachment"}
)
_CHARS_MAX = 200_000
_DAY = re.compile(r"D:(\d{4})(\d\d)(\d\d)")
_BROKEN = (pikepdf.PdfError, pikepdf.ForeignObjectError, RuntimeError, TypeError, ValueError, KeyError, AttributeError)


def lines(annotations: Iterable[Annotation], links: list[pdf_links.Link]) -> list[str]:
    """Adds the links that it finds to ``links``."""
    found: list[str] = []
    left = _CHARS_MAX
    for line in _lines(annotations, links):
        left -= len(line)
        if left < 0:
            found.append("[… more comments are left out …]")
            break
        found.append(line)
    return found


def _lines(annotations: Iterable[Annotation], links: list[pdf_links.Link]) -> Iterator[str]:
    for page, annotation in annotations:
        try:
            line = _comment(annotation) or pdf_fields.line(annotation)
            if not line and (link := pdf_links.link(annotation, page)) is not None:
                links.append(link)
        except _BROKEN:
            continue
        if line:
            yield f"Page {page}, {line}"


def _comment(annotation: pikepdf.Object) -> str:
    """Text on the page is visible, unless it has no appearance stream."""
    kind = str(annotation.get("/Subtype", ""))
    if kind not in _COMMENTS or (kind == "/FreeText" and "/AP" in annotation):
        return ""
    words = _text(annotation, "/Contents") or _of_page(_text(annotation, "/RC"))
    day = _DAY.match(_text(annotation, "/M") or _text(annotation, "/CreationDate"))
    by = byline(_text(annotation, "/T"), "-".join(day.groups()) if day else "")
    return f"comment{by}: {words}" if words else ""


def _of_page(page: str) -> str:
    """The words of a comment, which some programs write only as rich text."""
    import html  # noqa: PLC0415 - with its table of entities for workers that meet such a comment

    return " ".join(html.unescape(re.sub(r"<[^>]{0,2000}>", " ", page)).split())


def _text(one: pikepdf.Object, key: str) -> str:
    value = one.get(key)
    return " ".join(str(value).split()) if isinstance(value, pikepdf.String) else ""
