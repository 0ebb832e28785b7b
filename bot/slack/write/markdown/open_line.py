"""Finds where a growing line could end early, reading only what is new at each look. Pure.

No look reads again what an earlier one has read, but for a few characters: an answer of one endless line costs no more
than one of many. The text is given with each look, since it is the same one, longer.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

from bot.citing.marks import BRACKET, DIGITS, JOINER, OPEN

MARK_CHARS = frozenset(f"{BRACKET}{JOINER}{DIGITS}⁾")
SENTENCE_END = re.compile(
    rf"(?<=[\w*_`\"')\]⁾])[.!?][*_\"')]{{0,8}}(?: ?{OPEN}[{DIGITS}]{{1,4}}⁾){{0,6}}\s{{1,8}}(?=\S)"
)
SENTENCE_END_CHARS_MAX = 18 + 6 * 8
"""With marks of sources, and the character that follows it."""
CHARACTER_CHARS_MAX = 64
"""What joins more than that is no character that anybody reads, and may be parted."""
STRIDE_CHARS = 256


class Inside:
    """Whether a line that begins at ``start``, read up to some place, breaks off in a link, in code or in bold."""

    __slots__ = ("_at", "_bold", "_label", "_stars_from", "_start", "_target", "_ticks")

    def __init__(self, start: int) -> None:
        self._start = self._at = self._stars_from = start
        self._label = self._target = False
        self._ticks = self._bold = 0

    def read(self, text: str, to: int) -> None:
        """Goes on to ``to``, which is never less than before."""
        at, start = self._at, max(self._start, self._at - 1)  # a "](" may have begun before
        opens, closes = text.rfind("[", at, to), text.rfind("]", at, to)
        self._label = opens > closes if opens != closes else self._label
        opens, closes = text.rfind("](", start, to), text.rfind(")", at, to)
        self._target = opens > closes if opens != closes else self._target
        self._ticks += text.count("`", at, to)
        stars = text[self._stars_from : to]
        self._bold += stars.count("**")
        self._stars_from = to - (len(stars) - len(stars.rstrip("*"))) % 2
        self._at = to

    @property
    def link(self) -> bool:
        return self._label or self._target

    @property
    def anything(self) -> bool:
        return self.link or self._ticks % 2 == 1 or self._bold % 2 == 1


class OpenLine:
    """The line that begins at ``start``, as far as it was read."""

    __slots__ = (
        "_links",
        "_marks",
        "_searched",
        "_sentences",
        "_start",
        "_walked",
        "_walked_weight",
        "_weigh",
        "seen",
        "weight",
    )

    def __init__(self, start: int, weigh: Callable[[str], int]) -> None:
        self.seen = self._start = self._walked = self._searched = start
        self.weight = self._sentences = self._walked_weight = 0
        self._weigh = weigh
        self._links: Inside | None = None
        self._marks: Inside | None = None

    def weigh(self, text: str, to: int) -> int:
        """What it weighs up to there."""
        self.weight += self._weigh(text[self.seen : to])
        self.seen = to
        return self.weight

    def sentences(self, text: str) -> int:
        """Where its last whole sentence ends that leaves nothing open; 0 where there is none."""
        searched = self._searched
        self._marks = self._marks or Inside(self._start)
        for found in SENTENCE_END.finditer(text, searched):
            searched = found.end()
            self._marks.read(text, searched)
            self._sentences = self._sentences if self._marks.anything else searched
        self._searched = max(searched, len(text) - SENTENCE_END_CHARS_MAX)
        return self._sentences

    def early_end(self, text: str, to: int, *, space: int, last: int) -> int | None:
        """Where it must end early; ``None`` while it fits, or has no good place and fits up to ``last``.

        ``space``: so much fits before a blank ends it; ``last``: so much fits at all.
        """
        self._links = self._links or Inside(self._start)
        while self._walked < to:
            at = self._walked
            stride = text[at : min(to, at + STRIDE_CHARS)]
            weight = self._walked_weight + self._weigh(stride)
            if weight <= space:
                self._walked, self._walked_weight = at + len(stride), weight
                continue
            weight = self._walked_weight + self._weigh(text[at])
            if weight > last:
                return character_start(text, at, self._start)
            if weight > space and text[at] == " ":
                if at + 1 == len(text):
                    return None  # what follows decides
                self._links.read(text, at)
                if not self._links.link and text[at + 1] != BRACKET:
                    return at + 1
            self._walked, self._walked_weight = at + 1, weight
        return None


def character_start(text: str, position: int, floor: int) -> int:
    """The start of the character (as a reader sees it) that ``position`` is in, but never before ``floor + 1``."""
    start = position
    while start > floor + 1 and (
        _joins(text[start])
        or text[start - 1] == "\u200d"
        or _flag(text, start, floor)
        or text.startswith(f" {BRACKET}", start)
    ):
        start -= 1
        if position - start > CHARACTER_CHARS_MAX:
            return position
    return start


def _joins(char: str) -> bool:
    """Whether it belongs to the character before it: a mark does, which is the number of a source."""
    if char in MARK_CHARS:
        return True
    return unicodedata.category(char) in {"Mn", "Me", "Mc"} or char == "\u200d" or "\U0001f3fb" <= char <= "\U0001f3ff"


def _flag(text: str, position: int, floor: int) -> bool:
    """Whether ``position`` parts the two letters of a flag."""
    letters = 0
    while position - letters > floor and "\U0001f1e6" <= text[position - letters - 1] <= "\U0001f1ff":
        letters += 1
    return letters % 2 == 1 and "\U0001f1e6" <= text[position] <= "\U0001f1ff"
