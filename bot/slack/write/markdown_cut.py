"""A Markdown answer that is still growing goes in; the piece of it that one Slack message can hold comes out. Pure.

Rules:

1. Where a piece ends depends only on the text before that place and the few characters after it, never on how much more
   has come: what people have read in one message is never moved into another.
2. The pieces' slices of the text, joined, are the text. What reopens or closes a code fence or a table around a cut is
   kept beside the slice (``opening``, ``closing``), not in it.
3. The longer a piece is, the humbler the place that ends it: a blank line, then any line, then a space, then any
   character that does not belong to the one before.

Lengths are of the text as it is sent (``<`` is sent as four characters): UTF-16 units, the strictest reading of Slack's
undocumented counting, or UTF-8 bytes where Slack was seen to count those.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, replace

from bot.limits import BLOCKS_MAX, MARKDOWN_CHARS_MAX, TABLE_CHARS_MAX, TABLE_ROWS_MAX, UPDATE_TEXT_CHARS_MAX

FENCE = re.compile(r"^( {0,3}|[ \t]*(?:[-*+]|\d{1,9}[.)])[ \t]+|[ \t]+)(`{3,}|~{3,})([^\n]*)$")
TABLE_RULE = re.compile(r"^\s*\|?\s*:?-+:?\s*(\|\s*:?-+:?\s*)*\|?\s*$")
HEADING = re.compile(r"^ {0,3}#{1,6}(\s|$)")
STANDS_ALONE = re.compile(r"^ {0,3}(#{1,6}(\s|$)|([-*_])( *\3){2,}\s*$|>)")
SENTENCE_END = re.compile(r"(?<=[\w*_`\"')\]])[.!?][*_\"')]*\s+(?=\S)")
INSIDE_LINK = re.compile(r"\[[^\]\n]*$|\]\([^)\n]*$")
OPENING_CHARS_MAX = 1_500


def weight(text: str) -> int:
    """UTF-16 units of ``text`` as it is sent."""
    return len(text) + 3 * text.count("<") + 4 * text.count("&") + sum(char > "\uffff" for char in text)


def sent_bytes(text: str) -> int:
    """UTF-8 bytes of ``text`` as it is sent."""
    return len(text.encode(errors="surrogatepass")) + 3 * text.count("<") + 4 * text.count("&")


@dataclass(frozen=True, slots=True)
class PieceLimits:
    """From which length on, as ``weigh`` counts, a piece ends at which kind of place; ``last`` is never exceeded."""

    blank_line: int
    line: int
    space: int
    last: int
    weigh: Callable[[str], int] = weight
    tables: int = 1


MARKDOWN = PieceLimits(blank_line=8_000, line=9_000, space=10_000, last=MARKDOWN_CHARS_MAX - 800)
"""For ``markdown`` blocks; the rest is room for a closing fence, a status line's escape and our own mistakes."""
TEXT = PieceLimits(blank_line=2_400, line=2_900, space=3_300, last=UPDATE_TEXT_CHARS_MAX - 300)
"""For the plainest form, ``text`` alone."""
COMMAND = replace(MARKDOWN, blank_line=10_000, line=10_500, space=10_900, tables=BLOCKS_MAX)
"""For ``response_url``, which takes few messages: there later tables are shown as code."""
STREAM = PieceLimits(blank_line=6_500, line=7_500, space=8_300, last=8_900, weigh=sent_bytes)
"""For one streamed message. Slack takes 12,000 characters a call, but streams were seen to be full from 10.6 KB on."""

BLOCKS_BLANK_LINE = BLOCKS_MAX - 20
BLOCKS_LINE = BLOCKS_MAX - 10
"""Slack expands a markdown block into several and counts those; from so many on a piece ends, too."""


@dataclass(frozen=True, slots=True)
class Piece:
    """``text[start:end]``; ``end`` is ``None`` while the piece may still grow.

    ``opening`` stands before and ``closing`` behind the slice when it is shown. Of an open piece
    ``text[start:shown_to]`` may be shown already; ``next_opening`` is what the following piece needs. ``may_end`` is
    the last place where it could end before its time: at a line's end, outside of code and tables, and not after a
    heading or a colon.
    """

    start: int
    end: int | None
    shown_to: int
    opening: str = ""
    closing: str = ""
    next_opening: str = ""
    may_end: int = 0

    def markdown(self, text: str) -> str:
        body = text[self.start : self.shown_to if self.end is None else self.end]
        if not body.strip():
            return ""
        if not self.opening:
            body = body.lstrip("\n")
        gap = "\n" if self.closing and not body.endswith("\n") else ""
        return f"{self.opening}{body.rstrip() if not self.closing else body}{gap}{self.closing}"


def cut(text: str, start: int, opening: str = "", limits: PieceLimits = MARKDOWN, *, complete: bool = False) -> Piece:
    """The piece of ``text`` that begins at ``start``, reopened by the last piece's ``next_opening``."""
    return _Cutter(text, start, opening, limits, complete).piece()


def cut_all(text: str, limits: PieceLimits = MARKDOWN) -> list[Piece]:
    """Every piece of a complete text."""
    pieces = [cut(text, 0, limits=limits, complete=True)]
    while (end := pieces[-1].end) is not None:
        pieces.append(cut(text, end, pieces[-1].next_opening, limits, complete=True))
    return pieces


class _Cutter:
    """Walks the lines of one piece and remembers what is open."""

    def __init__(self, text: str, start: int, opening: str, limits: PieceLimits, complete: bool) -> None:
        self._text, self._start, self._opening, self._limits, self._complete = text, start, opening, limits, complete
        self._weigh = limits.weigh
        self._weight = limits.weigh(opening)
        self._blocks = 1
        self._fence = ""  # the line that opened the fence we are in
        self._table = ""  # header and rule of the table we are in
        self._table_rows = self._table_weight = self._tables = 0
        self._line_before = ""
        self._may_end = start
        self._leads_on = False  # whether the last words announce what follows
        for line in opening.splitlines():
            self._enter(line, self._weigh(line) + 1)

    def piece(self) -> Piece:
        at = self._start
        while at < len(self._text):
            newline = self._text.find("\n", at)
            after = len(self._text) if newline < 0 else newline + 1
            line = self._text[at : after if newline < 0 else newline]
            if self._second_table(line, newline, after):
                return self._end(at)
            if self._may_become_second_table(line, newline, after):
                return self._open(at)
            line_weight = self._weigh(self._text[at:after])
            if self._weight + line_weight > self._limits.space and (end := self._within(at, after)) is not None:
                return self._end(end)
            self._weight += line_weight
            self._enter(line, line_weight)
            if newline < 0:
                if sentences := self._sentences(line):
                    self._may_end = at + sentences
                break
            at = after
            if self._may_end_after(line):
                self._may_end = at
            if self._ends_after(line) and at < len(self._text):
                return self._end(at)
        return self._open(len(self._text))

    def _open(self, shown_to: int) -> Piece:
        return Piece(self._start, None, shown_to, self._opening, self._closing(), may_end=self._may_end)

    def _end(self, end: int) -> Piece:
        again = self._fence or (self._table if self._in_table(end) else "")
        next_opening = f"{again}\n" if again and len(again) <= OPENING_CHARS_MAX else ""
        return Piece(self._start, end, end, self._opening, self._closing(), next_opening)

    def ended(self, text: str, end: int, *, anywhere: bool) -> Piece | None:
        """For who has walked ``text[:end]``."""
        if text[end : end + 1] == "\n":
            return self._end(end + 1)
        line = self._text[self._text.rfind("\n") + 1 :]
        inside = self._fence or self._table or INSIDE_LINK.search(line)
        if not anywhere and line and (inside or not any(map(str.isspace, text[end - 1 : end + 1]))):
            return None
        return self._end(end)

    def _closing(self) -> str:
        match = FENCE.match(self._fence)
        return f"{' ' * len(match[1])}{match[2]}" if match else ""

    def _enter(self, line: str, line_weight: int) -> None:
        """Takes note of what a whole line opens, continues or closes."""
        match = FENCE.match(line)
        if self._fence:
            opened = FENCE.match(self._fence)
            if opened and match and not match[3].strip() and match[2].startswith(opened[2]):
                self._fence = ""
        elif match and not ("`" in match[2] and "`" in match[3]):
            self._fence, self._blocks, self._table = line, self._blocks + 2, ""
        elif self._table and "|" in line:
            self._table_rows, self._table_weight = self._table_rows + 1, self._table_weight + line_weight
        elif is_table(self._line_before, line):
            self._table, self._table_rows = f"{self._line_before}\n{line}", 1
            self._table_weight, self._tables, self._blocks = 2 * line_weight, self._tables + 1, self._blocks + 2
        else:
            self._table = ""
            self._blocks += 2 if STANDS_ALONE.match(line) else 0
        self._line_before = line

    def _ends_after(self, line: str) -> bool:
        limits = self._limits
        if (
            not line.strip()
            and not self._fence
            and (self._weight >= limits.blank_line or self._blocks >= BLOCKS_BLANK_LINE)
        ):
            return True
        if self._table and (self._table_rows >= TABLE_ROWS_MAX - 2 or self._table_weight >= TABLE_CHARS_MAX - 1_500):
            return True
        return self._weight >= limits.line or (self._blocks >= BLOCKS_LINE and not self._fence)

    def _may_end_after(self, line: str) -> bool:
        if line.strip():
            self._leads_on = bool(HEADING.match(line)) or line.rstrip().endswith(":")
        return not (self._fence or self._table or self._leads_on or line.lstrip().startswith("|"))

    def _sentences(self, line: str) -> int:
        """How far the whole sentences of an unfinished line reach."""
        if self._fence or self._table or HEADING.match(line) or line.lstrip().startswith("|"):
            return 0
        ends = [match.end() for match in SENTENCE_END.finditer(line)]
        return next((end for end in reversed(ends) if not _inside(line[:end])), 0)

    def _second_table(self, line: str, newline: int, after: int) -> bool:
        """Whether a second table begins here: Slack documents one a message (``only_one_table_allowed``).

        One whose header does not begin with ``|`` was read as prose before its rule came, and stays where it is.
        """
        if (
            newline < 0
            or self._fence
            or self._table
            or self._tables < self._limits.tables
            or not line.lstrip().startswith("|")
        ):
            return False
        rule_end = self._text.find("\n", after)
        rule = self._text[after : len(self._text) if rule_end < 0 else rule_end]
        return (rule_end >= 0 or self._complete) and is_table(line, rule)

    def _may_become_second_table(self, line: str, newline: int, after: int) -> bool:
        """Its first line is shown only when the second one tells what it is."""
        if self._tables < self._limits.tables or self._table or self._fence or self._complete:
            return False
        if not line.lstrip().startswith("|"):
            return False
        rule = self._text[after:]
        return newline < 0 or ("\n" not in rule and not rule.strip("|:- \t"))

    def _in_table(self, end: int) -> bool:
        return bool(self._table) and (self._text[end - 1] != "\n" or self._text[end : end + 1] != "\n")

    def _within(self, at: int, after: int) -> int | None:
        """Where a line must end early; ``None`` while it fits, or has no good place and fits up to ``last``."""
        weighed = self._weight
        for position in range(at, after):
            char = self._text[position]
            weighed += self._weigh(char)
            if weighed > self._limits.last:
                return _character_start(self._text, position, at)
            if weighed > self._limits.space and char == " " and position + 1 < len(self._text):
                line = self._text[at:position]
                if not INSIDE_LINK.search(line):
                    return position + 1
        return None


def end_at(text: str, piece: Piece, end: int, *, anywhere: bool = False) -> Piece | None:
    """``piece``, ended where its message stands already; ``None`` where that is inside of something."""
    cutter = _Cutter(text[:end], piece.start, piece.opening, MARKDOWN, complete=False)
    if cutter.piece().end is not None and not anywhere:
        return None
    return cutter.ended(text, end, anywhere=anywhere)


def _inside(line: str) -> bool:
    """Whether ``line`` breaks off in a link, in code or in bold."""
    return bool(INSIDE_LINK.search(line)) or line.count("`") % 2 == 1 or line.count("**") % 2 == 1


def is_table(header: str, rule: str) -> bool:
    return "|" in header and "-" in rule and "|" in rule and bool(TABLE_RULE.match(rule))


def _character_start(text: str, position: int, floor: int) -> int:
    """The start of the character (as a reader sees it) that ``position`` is in, but never before ``floor + 1``."""
    while position > floor + 1 and (_joins(text[position]) or text[position - 1] == "\u200d" or _flag(text, position)):
        position -= 1
    return position


def _joins(char: str) -> bool:
    return unicodedata.category(char) in {"Mn", "Me", "Mc"} or char == "\u200d" or "\U0001f3fb" <= char <= "\U0001f3ff"


def _flag(text: str, position: int) -> bool:
    """Whether ``position`` parts the two letters of a flag."""
    letters = 0
    while position - letters > 0 and "\U0001f1e6" <= text[position - letters - 1] <= "\U0001f1ff":
        letters += 1
    return letters % 2 == 1 and "\U0001f1e6" <= text[position] <= "\U0001f1ff"
