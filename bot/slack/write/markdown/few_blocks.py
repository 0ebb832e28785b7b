"""Keeps the number of blocks low in Markdown that arrives in pieces from the model. Pure.

Slack makes blocks of its own of headings, dividers, quotes, code and tables, and takes 50 blocks and one table in a
message. An answer that consists of little else would be hundreds of messages. So it has a supply of blocks, which
grows with its length: enough for six messages full of them, and for one more in ``CHARS_A_MESSAGE`` characters. What it
has no supply for is shown without a block: a heading in bold, code line by line, the rest as it was written.

A line waits for its end only while the supply is so low that it might not do.
"""

from __future__ import annotations

import re
from dataclasses import replace

from bot.limits import BLOCKS_MAX, TABLE_ROWS_MAX
from bot.slack.write.markdown.lines import Opened, closes

BLOCKS_A_MESSAGE = BLOCKS_MAX - 10
CHARS_A_MESSAGE = 4_000
CHARS_A_BLOCK = CHARS_A_MESSAGE // BLOCKS_A_MESSAGE
SUPPLY = 6 * CHARS_A_MESSAGE
TABLE_COSTS = CHARS_A_MESSAGE
"""A second one begins a message."""
ROW_COSTS = CHARS_A_MESSAGE // TABLE_ROWS_MAX
HELD_CHARS_MAX = 2_100
"""A longer line is no table's rule, and deserves any other block."""
_BOLD = re.compile(r" {0,3}#{1,6}[ \t]+(?P<words>[^*\s](?:[^*\n]*[^*\s#])?)[ \t]*#*[ \t]*")
_TICKS = re.compile("`+")


class FewBlocks:
    """Of one answer. The supply is counted in characters."""

    def __init__(self) -> None:
        self._opened = Opened()
        self._supply = SUPPLY
        self._line: list[str] = []
        self._chars = 0
        self._held = False
        self._plain = ""  # the mark of the code that is shown line by line

    def feed(self, text: str) -> str:
        if "\n" not in text:
            return self._grown(text)
        *lines, rest = text.split("\n")
        whole = [self._grown(line) + self._ended() + "\n" for line in lines]
        return "".join(whole) + self._grown(rest)

    def close(self) -> str:
        """What was held back of the unfinished line."""
        return self._ended() if self._line else ""

    def _grown(self, text: str) -> str:
        """What is shown of the line at once."""
        if not text:
            return ""
        self._line.append(text)
        self._chars += len(text)
        if not self._held:
            return text
        if self._chars <= HELD_CHARS_MAX:
            return ""
        line = "".join(self._line)
        if self._plain:
            self._begin_line()
            return f"{_code(line)}\n"
        self._held = False
        return line

    def _ended(self) -> str:
        """What is shown of the line when it is whole, but for what was shown before."""
        line, held = "".join(self._line), self._held
        self._supply = min(SUPPLY, self._supply + len(line) + 1)
        shown = self._line_of_code(line) if self._plain else self._entered(line, held=held)
        self._begin_line()
        return shown if held else ""

    def _begin_line(self) -> None:
        self._line, self._chars = [], 0
        self._held = bool(self._plain) or (self._supply < TABLE_COSTS and not self._opened.fence)

    def _entered(self, line: str, *, held: bool) -> str:
        if not (held or line):  # nothing is decided, and nothing spent
            self._opened.enter(line, 0)
            return line
        after = replace(self._opened)
        after.enter(line, 0)
        costs = _costs(self._opened, after)
        if not held or costs <= self._supply:
            self._supply = max(0, self._supply - costs)
            self._opened = after
            return line
        if after.fence:
            self._plain, shown = after.closing.strip(), ""
        elif heading := _BOLD.fullmatch(line):
            shown = f"**{heading['words']}**"
        else:
            shown = f"\n{_escaped(line)}" if self._opened.table else _escaped(line)
        for entered in shown.split("\n"):
            self._opened.enter(entered, 0)
        return shown

    def _line_of_code(self, line: str) -> str:
        if closes(line, self._plain):
            self._plain = ""
            return ""
        return _code(line)


def _costs(before: Opened, after: Opened) -> int:
    blocks, tables = after.blocks - before.blocks, after.tables - before.tables
    rows = after.table_rows - before.table_rows if before.table and after.table else 0
    return tables * TABLE_COSTS if tables else blocks * CHARS_A_BLOCK + rows * ROW_COSTS


def _escaped(line: str) -> str:
    words = line.lstrip(" \t")
    return f"{line[: len(line) - len(words)]}\\{words}"


def _code(line: str) -> str:
    """A line of code as a span of code."""
    if not line.strip():
        return ""
    longest = max((len(run) for run in _TICKS.findall(line)), default=0)
    ticks, gap = "`" * (longest + 1), " " * (longest > 0)
    return f"{ticks}{gap}{line}{gap}{ticks}"
