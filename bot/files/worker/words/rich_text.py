"""An RTF document in, its words out, with the comments in it where they stand.

Pure. Source: Microsoft's RTF specification 1.9.1, which ``rtf`` reads.
"""

from __future__ import annotations

import re

from bot.files.worker import rtf
from bot.files.worker.package import Broken
from bot.files.worker.words.lines import CHARS_MAX, Words

_MARK = re.compile(r"\[(?:Comment|inserted|deleted)\b")
"""Of what pages do not show, or show only by colour and lines."""


def read(data: bytes) -> Words:
    """Raises ``Broken`` where there are no words in it."""
    words = Words()
    section = words.section()
    text = rtf.to_text(data)
    for line in text[:CHARS_MAX].split("\n"):
        section.add(line, shown=_MARK.search(line) is None)
    words.breaks_off = len(text) > CHARS_MAX
    if not words.filled():
        raise Broken("no words")
    return words
