"""An opened PDF in, what people wrote onto its pages and into its forms out, as far as the pages do not show it.

Pure, on what qpdf has read. Source: PDF 32000-1, 12.5.6 (annotations), 12.7 (forms). A comment is a mark on the page;
its words open when somebody points at it. A field that a program filled in may have a value and no picture of it.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

import pikepdf

from bot.files.worker.documents.bylines import byline

_COMMENTS = frozenset(
    {"/Text", "/Highlight", "/Underline", "/Squiggly", "/StrikeOut", "/Caret", "/Ink", "/Line", "/Square", "/Circle"}
    | {"/Polygon", "/PolyLine", "/Stamp", "/FreeText", "/Redact", "/FileAttachment"}
)
_ANNOTATIONS_MAX, _CHARS_MAX, _PARENTS_MAX = 20_000, 200_000, 20
_CHOICES_MAX = 100
_DAY = re.compile(r"D:(\d{4})(\d\d)(\d\d)")
_BROKEN = (pikepdf.PdfError, pikepdf.ForeignObjectError, RuntimeError, TypeError, ValueError, KeyError, AttributeError)


def lines(pdf: pikepdf.Pdf) -> list[str]:
    found: list[str] = []
    left = _CHARS_MAX
    for line in _lines(pdf):
        left -= len(line)
        if left < 0:
            found.append("[… more comments are left out …]")
            break
        found.append(line)
    return found


def _lines(pdf: pikepdf.Pdf) -> Iterator[str]:
    looked_at = 0
    for number, page in enumerate(pdf.pages, 1):
        try:
            annotations = list(page.obj.get("/Annots", []))
        except _BROKEN:
            continue
        for annotation in annotations:
            looked_at += 1
            if looked_at > _ANNOTATIONS_MAX:
                return
            try:
                line = _comment(annotation) or _field(annotation)
            except _BROKEN:
                continue
            if line:
                yield f"Page {number}, {line}"


def _comment(annotation: pikepdf.Object) -> str:
    """A text on the page shows itself, unless it has no picture."""
    kind = str(annotation.get("/Subtype", ""))
    if kind not in _COMMENTS or (kind == "/FreeText" and "/AP" in annotation):
        return ""
    words = _text(annotation, "/Contents") or _of_page(_text(annotation, "/RC"))
    day = _DAY.match(_text(annotation, "/M") or _text(annotation, "/CreationDate"))
    by = byline(_text(annotation, "/T"), "-".join(day.groups()) if day else "")
    return f"comment{by}: {words}" if words else ""


def _field(annotation: pikepdf.Object) -> str:
    """What was filled in, where nothing draws it. Names and values may be those of fields that this one is part of."""
    if annotation.get("/Subtype") != "/Widget" or "/AP" in annotation:
        return ""
    names, value, field = list[str](), "", annotation
    for _ in range(_PARENTS_MAX):
        names += [_text(field, "/T")]
        value = value or _value(field.get("/V"))
        if not isinstance(field.get("/Parent"), pikepdf.Dictionary):
            break
        field = field.Parent
    name = ".".join(filter(None, reversed(names)))
    return f"field “{name}”: {value}" if value else ""


def _value(value: pikepdf.Object | None) -> str:
    """What was typed, chosen (perhaps several) or ticked."""
    if isinstance(value, pikepdf.Array):
        return ", ".join(filter(None, (_value(one) for one in list(value)[:_CHOICES_MAX])))
    if isinstance(value, pikepdf.Name):
        return "" if value == "/Off" else f"ticked ({str(value)[1:]})"
    return " ".join(str(value).split()) if isinstance(value, pikepdf.String) else ""


def _of_page(page: str) -> str:
    """The words of a comment that some programs write as a page alone."""
    return " ".join(html.unescape(re.sub(r"<[^>]{0,2000}>", " ", page)).split())


def _text(one: pikepdf.Object, key: str) -> str:
    value = one.get(key)
    return " ".join(str(value).split()) if isinstance(value, pikepdf.String) else ""
