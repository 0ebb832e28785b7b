"""Finds the annotations on a PDF's pages: comments, links, fields of forms, attached files.

Pure, on what qpdf has read. Source: PDF 32000-1, 12.5.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import pikepdf

_ANNOTATIONS_MAX = 20_000
_BROKEN = (pikepdf.PdfError, pikepdf.ForeignObjectError, RuntimeError, TypeError, ValueError, KeyError, AttributeError)


class Annotation(NamedTuple):
    """``page`` counts from 1. Reading ``what`` may raise what qpdf raises."""

    page: int
    what: pikepdf.Object


def of_pages(pages: Iterable[pikepdf.Page]) -> list[Annotation]:
    """In page order, without those of a page whose list is broken."""
    found: list[Annotation] = []
    for number, page in enumerate(pages, 1):
        try:
            if "/Annots" in page.obj:
                found += [Annotation(number, one) for one in page.obj.Annots]
        except _BROKEN:
            continue
        if len(found) > _ANNOTATIONS_MAX:
            return found[:_ANNOTATIONS_MAX]
    return found
