"""Tells whether a PDF was damaged by a program that took it for text, so that its pages are blank.

Pure, on the opened PDF. Such a program changes line ends or converts to UTF-8. The list of objects stays good enough
for every reader, but no compressed stream can be unpacked.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator
from contextlib import suppress

import pikepdf

_LOOKED_AT_BYTES = 2_000_000
"""Of so many packed bytes some are always such as those programs change: thirty line ends of two bytes, by chance."""
_UNPACKED_BYTES_MAX = 20_000_000
_LOST = ("unable to recover stream data", "not found in file after regenerating")
_BROKEN = (pikepdf.PdfError, RuntimeError, TypeError, ValueError, KeyError, AttributeError)


def is_torn(pdf: pikepdf.Pdf, pages: Iterable[pikepdf.Page], warnings: Iterable[object]) -> bool:
    """By what the pages draw, and by the first picture, as far as the first megabytes go; and by what qpdf warns of,
    which it does when something is read."""
    return _has_torn(pages) or any(lost in str(one) for one in (*warnings, *pdf.get_warnings()) for lost in _LOST)


def _has_torn(pages: Iterable[pikepdf.Page]) -> bool:
    left = _LOOKED_AT_BYTES
    with suppress(*_BROKEN):
        for stream in _streams(pages):
            if "/Filter" not in stream:
                continue
            packed = stream.read_raw_bytes()
            if _is_torn(packed, stream.get("/Filter")):
                return True
            left -= len(packed)
            if left < 0:
                break
    return False


def _streams(pages: Iterable[pikepdf.Page]) -> Iterator[pikepdf.Stream]:
    has_picture = False
    for page in pages:
        contents = page.obj.get("/Contents")
        found = list(contents) if isinstance(contents, pikepdf.Array) else [contents]
        yield from (one for one in found if isinstance(one, pikepdf.Stream))
        if not has_picture:
            pictures = _pictures(page.resources)
            has_picture = bool(pictures)
            yield from pictures[:1]


def _pictures(resources: pikepdf.Object) -> list[pikepdf.Stream]:
    objects = resources.get("/XObject", pikepdf.Dictionary()).values()
    return [one for one in objects if isinstance(one, pikepdf.Stream) and one.get("/Subtype") == pikepdf.Name.Image]


def _is_torn(packed: bytes, how: object) -> bool:
    """What ends too early, or has the wrong sum, is shown all the same; other ways of packing are not looked at."""
    if isinstance(how, pikepdf.Array) and len(how) == 1:
        how = how[0]
    if how == pikepdf.Name.DCTDecode:
        return bool(packed) and b"\xff\xd8" not in packed[:1_024]
    if how != pikepdf.Name.FlateDecode or not packed:
        return False
    try:
        zlib.decompressobj().decompress(packed.lstrip(b"\r\n"), _UNPACKED_BYTES_MAX)
    except zlib.error as error:
        return "data check" not in str(error)
    return False
