"""Finds up to where a growing piece is best shown. Pure.

Half a word says nothing, half a row of a table or line of code little more, and no message may end inside of one; bold,
code or a link that is still open looks like a mistake. They wait only while other words are shown.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.citing.marks import BRACKET
from bot.slack.write.markdown.cut import Piece
from bot.slack.write.markdown.open_markup import opened_at

WORD_CHARS_MAX = 24
LINE_CHARS_MAX = 120
LAST_WORD = re.compile(rf"(?<=\s)(?!{BRACKET})\S+(?: {BRACKET}\S*)?\Z")
"""With the mark of its source, which follows an address after a blank."""


def good_ends(text: str, piece: Piece) -> Iterator[int]:
    """The best first; for who has to show more than there is before it, the next."""
    end = piece.shown_to
    line = max(piece.start, text.rfind("\n", piece.start, end) + 1)
    if piece.closing or text[line : min(end, line + LINE_CHARS_MAX)].lstrip().startswith("|"):
        yield line if end - line <= LINE_CHARS_MAX else end
        return
    word = LAST_WORD.search(text, max(line, end - WORD_CHARS_MAX), end)
    whole = word.start() if word else end
    yield opened_at(text, line, whole)
    yield whole
