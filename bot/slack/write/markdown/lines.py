"""Tracks what is open after each line of Markdown: a code fence, a table. Pure.

A line that still grows can be entered by its beginning alone: everything that decides what it is stands within
``HEAD_CHARS``, so that no text makes this slow. What is longer than Markdown's readers can want (a fence of a hundred
ticks, a table's rule of thousands of dashes) is prose.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

FENCE = re.compile(r"( {0,3}|[ \t]{0,80}(?:[-*+]|\d{1,9}[.)])[ \t]{1,80}|[ \t]{1,80})(`{3,}|~{3,})([^\n]*)\Z")
"""What stands before the mark, the mark, and what follows it."""
FENCE_MARK_CHARS_MAX = 80
FENCE_INDENT_MAX = 3
"""Further in it would be no fence where nothing is around it."""
HEADING = re.compile(r"^ {0,3}#{1,6}(\s|$)")
STANDS_ALONE = re.compile(r"^ {0,3}(#{1,6}(\s|$)|([-*_])( *\3){2,}\s*$|>)")
RULE_CELL = re.compile(r":?-+:?")
TABLE_LINE_CHARS_MAX = 2_000
"""Of a table's header, and of the rule below it."""
HEAD_CHARS = 400


def is_table(header: str, rule: str) -> bool:
    """Whether two lines begin a table."""
    if len(rule) > TABLE_LINE_CHARS_MAX or "-" not in rule or "|" not in rule or "|" not in header:
        return False
    cells = rule.strip().removeprefix("|").removesuffix("|").split("|")
    return all(RULE_CELL.fullmatch(cell.strip()) for cell in cells)


def closes(line: str, mark: str) -> bool:
    """Whether a line ends the code that ``mark`` began. An item of a list that begins so does not."""
    match = FENCE.match(line)
    return bool(match and not match[1].strip() and match[2].startswith(mark) and not match[3].strip())


@dataclass(slots=True)
class Opened:
    """What is open after the lines so far, and how many blocks they make. ``fence`` is the line that opens the code
    that we are in anew, where no list is around it, ``table`` header and rule of the table."""

    fence: str = field(default="", repr=False)
    closing: str = field(default="", repr=False)
    """The line that would close the fence."""
    table: str = field(default="", repr=False)
    table_rows: int = 0
    table_weight: int = 0
    tables: int = 0
    blocks: int = 1
    _mark: str = field(default="", repr=False)
    _line_before: str = field(default="", repr=False)

    def enter(self, line: str, weight: int) -> None:
        """Takes note of what a line opens, continues or closes."""
        match = FENCE.match(line)
        if self.fence:
            if closes(line, self._mark):
                self.fence = self.closing = self._mark = ""
        elif match and len(match[2]) <= FENCE_MARK_CHARS_MAX and not ("`" in match[2] and "`" in match[3]):
            self.fence = " " * min(len(match[1].expandtabs(4)), FENCE_INDENT_MAX) + match[2] + match[3]
            self._mark, self.closing = match[2], f"{' ' * len(match[1])}{match[2]}"
            self.blocks, self.table = self.blocks + 2, ""
        elif self.table and "|" in line:
            self.table_rows, self.table_weight = self.table_rows + 1, self.table_weight + weight
        elif is_table(self._line_before, line):
            self.table, self.table_rows = f"{self._line_before}\n{line}", 1
            self.table_weight, self.tables, self.blocks = 2 * weight, self.tables + 1, self.blocks + 2
        else:
            self.table = ""
            self.blocks += 2 if STANDS_ALONE.match(line) else 0
        self._line_before = line
