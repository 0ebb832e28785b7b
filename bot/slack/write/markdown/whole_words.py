"""A piece that is still growing goes in; up to where it is shown best comes out. Pure.

Half a word says nothing, half a row of a table or line of code little more, and no message may end inside of one. They
wait only while other words are shown.
"""

from __future__ import annotations

import re

from bot.citing.marks import BRACKET
from bot.slack.write.markdown.cut import Piece

WORD_CHARS_MAX = 24
LINE_CHARS_MAX = 120
LAST_WORD = re.compile(rf"(?<=\s)(?!{BRACKET})\S+(?: {BRACKET}\S*)?\Z")
"""With the mark of its source, which follows an address behind a blank."""


def whole_words(text: str, piece: Piece) -> int:
    end = piece.shown_to
    line = max(piece.start, text.rfind("\n", piece.start, end) + 1)
    if piece.closing or text[line : min(end, line + LINE_CHARS_MAX)].lstrip().startswith("|"):
        return line if end - line <= LINE_CHARS_MAX else end
    word = LAST_WORD.search(text, max(line, end - WORD_CHARS_MAX), end)
    return word.start() if word else end
