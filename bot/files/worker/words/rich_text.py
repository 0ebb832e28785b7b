"""Reads the words of an RTF document, with comments and changes in their places.

Pure. Source: Microsoft's RTF specification 1.9.1, which ``rtf`` reads.
"""

from __future__ import annotations

import re

from bot.files.worker.documents import rtf
from bot.files.worker.documents.package import Broken
from bot.files.worker.words.lines import CHARS_MAX, Words

_UNICODE = rb"\\u-?\d{1,10}(?: |\\'[0-9a-fA-F]{2}|[^\\{}])?"
_RUN = re.compile(rb"(?:%s)++" % _UNICODE)
_RUN_BYTES_MAX = 10_000
_SHORT_RUN = re.compile(rb"(?:%s){50}" % _UNICODE)
_MARK = re.compile(r"\[(?:Comment|inserted|deleted|hidden)\b")
"""Marks for what pages do not show, or show only by colour and lines."""


def read(data: bytes) -> Words:
    """Raises ``Broken`` if it contains no words."""
    words = Words()
    section = words.section()
    text = rtf.to_text(data)
    for line in text[:CHARS_MAX].split("\n"):
        section.add(line, shown=_MARK.search(line) is None)
    words.breaks_off = len(text) > CHARS_MAX
    if not words.filled():
        raise Broken("no words")
    return words


def with_short_runs(data: bytes) -> bytes | None:
    """The same document with an empty group after every fifty characters given by number; ``None`` if it has no long
    run of those. LibreOffice's time for a run grows with its square: 10,000 characters take 12 s of the processor,
    split into fifties 1 s."""
    long = any(found.end() - found.start() > _RUN_BYTES_MAX for found in _RUN.finditer(data))
    return _SHORT_RUN.sub(rb"\g<0>{}", data) if long else None
