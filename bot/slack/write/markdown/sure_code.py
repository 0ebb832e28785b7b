"""Tells, line by line, whether the next line of Markdown is certainly code. Pure.

Surely: by every reading of fences in lists that Slack may follow, and by the cutter's, which begins messages in the
midst of them. A list that ends takes its fence along, what looks like the end of a fence need not be one, and a fence
in a quote is parted by whoever does not know quotes. Where readings part, nothing is sure any more.
"""

from __future__ import annotations

import re

from bot.slack.write.markdown.lines import FENCE_MARK_CHARS_MAX, Opened

LINE_CHARS_MAX = 200
"""So much of a line is enough to know a fence by. A longer one opens nothing for sure."""
INDENT_CHARS_MAX = 12
"""So much of a line's beginning tells whether it belongs to the same quote or item."""
_FENCE = re.compile(
    r"(?P<before> {0,3}(?P<quote>(?:> ?)*)(?P<item>(?:[-*+]|\d{1,9}[.)]) {1,3})?)(?P<mark>`{3,}|~{3,})(?P<info>.*)"
)
_MARK = re.compile(r"[\s>*+.)\d-]{0,200}(?:```|~~~)")


class SureCode:
    """``open``: whether the lines that follow are code until one ends it."""

    def __init__(self) -> None:
        self.open = False
        self._sure = True
        self._cutters = Opened()
        self._mark = ""
        self._indent = 0
        self._in_item = False

    def goes_on(self, beginning: str, *, final: bool) -> bool | None:
        """Whether the line that begins so is code still; ``None`` where that depends on what follows."""
        words = beginning.lstrip(" \t")
        if not words and len(beginning) < INDENT_CHARS_MAX and not final:
            return None
        indent = beginning[: len(beginning) - len(words)]
        if words and words[0] != "\n" and len(indent.expandtabs(4)) < self._indent:
            self.open, self._sure = False, self._sure and self._in_item
        return self.open

    def end_line(self, line: str) -> None:
        """``line``: without what is beyond ``LINE_CHARS_MAX``."""
        if self.open:
            self._look_for_the_end(line)
        elif self._sure and _MARK.match(line):
            self._look_for_a_beginning(line)
        self._cutters.enter(line, 0)
        self._sure = self._sure and self.open == bool(self._cutters.fence)
        self.open = self.open and self._sure

    def _look_for_a_beginning(self, line: str) -> None:
        found = _FENCE.fullmatch(line)
        if found is None:
            self._sure = False  # a fence within more than is followed here, or none
        elif not (found["mark"][0] == "`" and "`" in found["info"]):
            self._open(line, found)

    def _open(self, line: str, found: re.Match[str]) -> None:
        item = found["item"] or ""
        may_be_words = item[:1].isdigit() and item.rstrip(" .)") != "1"  # a paragraph may go on so
        too_long = len(line) >= LINE_CHARS_MAX or len(found["mark"]) > FENCE_MARK_CHARS_MAX
        self._sure = self.open = not (may_be_words or too_long or found["quote"])
        self._mark = found["mark"]
        self._indent, self._in_item = len(found["before"]), bool(item)

    def _look_for_the_end(self, line: str) -> None:
        bare = line.strip(" \t>")
        if len(bare) < len(self._mark) or bare.strip(self._mark[0]):
            return
        before = line[: line.index(bare)]
        depth = len(before) - (self._indent if self._in_item else 0)
        surely = ">" not in before and "\t" not in before and depth < 4
        self.open, self._sure = False, self._sure and surely
