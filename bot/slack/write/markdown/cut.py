"""Cuts from a growing Markdown answer the piece that one Slack message can hold. Pure.

Rules:

1. Where a piece ends depends only on the text before that place and the few characters after it, never on how much more
   has come: what people have read in one message is never moved into another.
2. The pieces' slices of the text, joined, are the text. What reopens or closes a code fence or a table around a cut is
   kept beside the slice (``opening``, ``closing``), not in it.
3. The longer a piece is, the humbler the place that ends it: a blank line, then any line, then a space, then any
   character that does not belong to the one before.
4. A growing text is read once: a ``Cutter`` goes on where it stopped, and no look costs more than what is new and one
   short line.

Lengths are of the text as it is sent (``<`` is sent as four characters): UTF-16 units, the strictest reading of Slack's
undocumented counting, or UTF-8 bytes where Slack was seen to count those.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

from bot.citing.marks import BRACKET
from bot.limits import BLOCKS_MAX, MARKDOWN_CHARS_MAX, TABLE_CHARS_MAX, TABLE_ROWS_MAX, UPDATE_TEXT_CHARS_MAX
from bot.slack.write.markdown.lines import HEAD_CHARS, HEADING, TABLE_LINE_CHARS_MAX, Opened, is_table
from bot.slack.write.markdown.open_line import Inside, OpenLine

OPENING_CHARS_MAX = 1_500
MARK_INDENT_MAX = 80
MARK_FOLLOWS = re.compile(rf" ?{BRACKET}|\n[ \t>]{{0,{MARK_INDENT_MAX}}}{BRACKET}")
"""A mark (``bot.citing.marks``) stays with the words or the code that it is about."""


def weight(text: str) -> int:
    """UTF-16 units of ``text`` as it is sent."""
    pairs = 0 if text.isascii() else sum(char > "\uffff" for char in text)
    return len(text) + 3 * text.count("<") + 4 * text.count("&") + pairs


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

    ``opening`` stands before and ``closing`` after the slice when it is shown. Of an open piece
    ``text[start:shown_to]`` may be shown already; ``next_opening`` is what the following piece needs. ``may_end`` is
    the last place where it could end before its time: at a line's end, outside of code and tables, and not after a
    heading or a colon.
    """

    start: int
    end: int | None
    shown_to: int
    opening: str = field(default="", repr=False)
    closing: str = field(default="", repr=False)
    next_opening: str = field(default="", repr=False)
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
    return Cutter(start, opening, limits).read(text, complete=complete)


def cut_all(text: str, limits: PieceLimits = MARKDOWN) -> list[Piece]:
    """Every piece of a complete text."""
    return list(pieces_of(text, limits))


def pieces_of(text: str, limits: PieceLimits = MARKDOWN) -> Iterator[Piece]:
    """The same, cut when they are asked for."""
    piece = Piece(0, 0, 0)
    while piece.end is not None:
        piece = cut(text, piece.end, piece.next_opening, limits, complete=True)
        yield piece


class Cutter:
    """Walks the lines of one piece and remembers what is open. ``read`` may be called again when the text has grown."""

    def __init__(self, start: int, opening: str = "", limits: PieceLimits = MARKDOWN) -> None:
        self.start, self.opening, self.limits = start, opening, limits
        self._weight = limits.weigh(opening)
        self._opened = Opened()
        for line in opening.removesuffix("\n").split("\n") if opening else ():
            self._opened.enter(line, limits.weigh(line) + 1)
        self._at = self._may_end = start  # the lines before ``_at`` are read, and are not looked at again
        self._line = OpenLine(start, limits.weigh)
        self._full = False
        self._leads_on = False  # whether the last words announce what follows
        self._after_code = False  # whether a code block has just ended: its mark would be the next line
        self._ended: Piece | None = None

    def read(self, text: str, *, complete: bool = False) -> Piece:
        """The piece as far as ``text`` goes: the same text as before, or longer."""
        while self._ended is None and self._at < len(text):
            piece = self._full_piece(text, complete=complete) or self._next_line(text, complete=complete)
            if piece is not None and piece.end is None:
                return piece
            self._ended = piece
        return self._ended or self._open(len(text))

    def ended(self, text: str, end: int, *, anywhere: bool) -> Piece | None:
        """The piece, ended there by who has read ``text`` up to there; ``None`` where that is inside of something."""
        start = max(self.start, text.rfind("\n", self.start, end) + 1)
        opened = self._with(text[start:end]) if start < end and self._at == start else self._opened
        if not anywhere and MARK_FOLLOWS.match(text, end):
            return None
        if text[end : end + 1] == "\n":
            return self._end(text, end + 1, opened)
        marks = Inside(start)
        marks.read(text, end)
        inside = opened.fence or opened.table or marks.link
        if not anywhere and start < end and (inside or not any(map(str.isspace, text[end - 1 : end + 1]))):
            return None
        return self._end(text, end, opened)

    def _full_piece(self, text: str, *, complete: bool) -> Piece | None:
        if not self._full:
            return None
        if self._after_code:
            head = text[self._at : self._at + MARK_INDENT_MAX].lstrip(" \t>")
            if head.startswith(BRACKET):
                return None
            if not head and len(text) < self._at + MARK_INDENT_MAX and not complete:
                return self._open(self._at)
        return self._end(text, self._at, self._opened)

    def _next_line(self, text: str, *, complete: bool) -> Piece | None:
        """The piece, if it ends or the line goes on; ``None`` where the line is read, and there may be another one."""
        at, limits = self._at, self.limits
        window = min(len(text), at + limits.last + 2)  # a line that is longer than that surely ends early
        newline = text.find("\n", max(at, self._line.seen), window)
        to = window if newline < 0 else newline + 1
        head = text[at : min(at + HEAD_CHARS, window if newline < 0 else newline)]
        is_row = head.lstrip().startswith("|")
        if is_row and self._is_second_table(text, newline, complete=complete):
            return self._end(text, at, self._opened)
        if is_row and not complete and self._may_become_second_table(text, newline):
            return self._open(at)
        weight = self._line.weigh(text, to)
        if self._weight + weight > limits.space:
            left = {"space": limits.space - self._weight, "last": limits.last - self._weight}
            if (end := self._line.early_end(text, to, **left)) is not None:
                return self._end(text, end, self._opened)
        if newline < 0:
            return self._growing(text, text[at:] if complete else head, is_row=is_row)
        self._enter(text[at:newline], weight)
        self._at, self._line = to, OpenLine(to, limits.weigh)
        self._may_end = to if self._may_end_here(is_row=is_row) else self._may_end
        return None

    def _enter(self, line: str, weight: int) -> None:
        self._weight += weight
        in_code = bool(self._opened.fence)
        self._opened.enter(line, weight)
        self._after_code = in_code and not self._opened.fence
        if line.strip():
            self._leads_on = bool(HEADING.match(line)) or line.rstrip().endswith(":")
            self._full = self._ends_at_line()
        else:
            self._full = self._ends_at_blank_line() or self._ends_at_line()

    def _growing(self, text: str, line: str, *, is_row: bool) -> Piece:
        """``line`` is the unfinished one, or its beginning."""
        opened = self._with(line)
        prose = not (opened.fence or opened.table or is_row or HEADING.match(line))
        sentences = self._line.sentences(text) if prose else 0
        return replace(self._open(len(text)), closing=opened.closing, may_end=sentences or self._may_end)

    def _with(self, line: str) -> Opened:
        opened = replace(self._opened)
        opened.enter(line, 0)
        return opened

    def _open(self, shown_to: int) -> Piece:
        return Piece(self.start, None, shown_to, self.opening, self._opened.closing, may_end=self._may_end)

    def _end(self, text: str, end: int, opened: Opened) -> Piece:
        in_table = opened.table and (text[end - 1] != "\n" or text[end : end + 1] != "\n")
        again = opened.fence or (opened.table if in_table else "")
        next_opening = f"{again}\n" if again and len(again) <= OPENING_CHARS_MAX else ""
        return Piece(self.start, end, end, self.opening, opened.closing, next_opening)

    def _ends_at_blank_line(self) -> bool:
        full = self._weight >= self.limits.blank_line or self._opened.blocks >= BLOCKS_BLANK_LINE
        return full and not self._opened.fence

    def _ends_at_line(self) -> bool:
        opened = self._opened
        long_table = opened.table_rows >= TABLE_ROWS_MAX - 2 or opened.table_weight >= TABLE_CHARS_MAX - 1_500
        if opened.table and long_table:
            return True
        return self._weight >= self.limits.line or (opened.blocks >= BLOCKS_LINE and not opened.fence)

    def _may_end_here(self, *, is_row: bool) -> bool:
        return not (self._opened.fence or self._opened.table or self._leads_on or self._after_code or is_row)

    def _is_second_table(self, text: str, newline: int, *, complete: bool) -> bool:
        """Whether a second table begins here: Slack documents one a message (``only_one_table_allowed``).

        One whose header does not begin with ``|`` was read as prose before its rule came, and stays where it is.
        """
        if newline < 0 or not self._tables_are_used_up or newline - self._at > TABLE_LINE_CHARS_MAX:
            return False
        rule_end = text.find("\n", newline + 1, newline + TABLE_LINE_CHARS_MAX + 2)
        rule = text[newline + 1 : rule_end if rule_end >= 0 else newline + TABLE_LINE_CHARS_MAX + 2]
        return (rule_end >= 0 or complete) and is_table(text[self._at : newline], rule)

    def _may_become_second_table(self, text: str, newline: int) -> bool:
        """Its first line is shown only when the second one tells what it is."""
        if not self._tables_are_used_up or (len(text) if newline < 0 else newline) - self._at > TABLE_LINE_CHARS_MAX:
            return False
        rule = text[newline + 1 : newline + TABLE_LINE_CHARS_MAX + 2]
        return newline < 0 or (len(rule) <= TABLE_LINE_CHARS_MAX and "\n" not in rule and not rule.strip("|:- \t"))

    @property
    def _tables_are_used_up(self) -> bool:
        opened = self._opened
        return opened.tables >= self.limits.tables and not (opened.table or opened.fence)


def end_at(text: str, piece: Piece, end: int, *, anywhere: bool = False) -> Piece | None:
    """``piece``, ended where its message stands already; ``None`` where that is inside of something."""
    cutter = Cutter(piece.start, piece.opening)
    if cutter.read(text[:end]).end is not None and not anywhere:
        return None
    return cutter.ended(text, end, anywhere=anywhere)
