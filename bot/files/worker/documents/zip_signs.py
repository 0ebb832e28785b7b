"""Tells a zip that is only an archive from one that may be a document, by the names of its parts.

I/O: reads the file, writes what the reader of documents makes of it. Most zips are archives, and that reader is heavy.
"""

from __future__ import annotations

import lzma
import re
import zipfile
import zlib
from pathlib import Path

from bot.files.bounds import ConvertLimits
from bot.files.extracts import Extract
from bot.files.outbox import Outbox

BROKEN_ZIP = (
    *(zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, OSError, ValueError, NotImplementedError, RuntimeError),
    *(KeyError, IndexError, OverflowError),
)
"""What damaged contents make the standard library raise, whatever they are compressed with."""
_OF_DOCUMENTS = re.compile(r"\[Content_Types\]\.xml|mimetype|META-INF|section\d|index|\.iwp", re.IGNORECASE)
"""Of Office Open XML; OpenDocument and EPUB; OpenDocument without ``mimetype``; Hangul; iWork, also locked."""


def as_document(source: Path, out: Outbox, limits: ConvertLimits, results: Path | None) -> list[Extract] | None:
    """``None`` if the zip is only an archive. Raises ``Unreadable``; ``results`` as for ``office.from_zip``."""
    if not _may_be_document(source):
        return None
    from bot.files.worker.documents import office  # noqa: PLC0415

    return office.from_zip(source, out, limits, results)


def _may_be_document(source: Path) -> bool:
    """Also if it has no list of parts that can be read."""
    try:
        with zipfile.ZipFile(source) as archive:
            return any(map(_OF_DOCUMENTS.search, archive.namelist()))
    except BROKEN_ZIP:
        return True
