"""Decides within a paragraph, character by character, whether a mark may follow.

Pure. A mark follows words, never inside code, a link's text or address, bold or italics: it waits until they are
closed. What is never closed no longer counts once the paragraph is over (``reset``). Flanking as in
CommonMark: spec.commonmark.org/0.31.2, "Emphasis and strong emphasis".
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field

WORD_CHARS_MAX = 300
"""This much of a word is enough to recognise an address."""
ADDRESS = re.compile(r"://|\bwww\.|\w@\w|[^\W_]\.[^\W\d_]{2}")
"""Also what only looks like an address, such as a file name: Slack links those, too."""
WIDE_FROM = "\u2e80"
"""From here on (CJK, Hangul) nothing separates one word from the next."""


@dataclass(slots=True)
class Inline:
    """``word`` is the beginning of the newest word, empty after a mark or a link."""

    word: str = field(default="", repr=False)
    before: str = field(default="", repr=False)
    """The character that the text ends with, blanks left out."""
    _run: str = field(default="", repr=False)
    """The backticks, stars, underscores or tildes that the text ends with; what follows says what they are."""
    _run_after: str = field(default="", repr=False)
    _ticks: int = 0
    _open: dict[str, int] = field(default_factory=lambda: dict.fromkeys("*_~", 0), repr=False)
    _literal: bool = False
    """The text ends with such characters that are only themselves."""
    _label: int = 0
    _after_label: bool = False
    _target: int = 0
    _escapes: bool = False
    _blank: bool = False

    def read(self, char: str) -> None:
        """Takes note of the next character, blank or not; ``arrives`` was called with it."""
        if char.isspace():
            self._blank, self._escapes = True, False
            return
        if self._blank:
            self.word, self._blank = "", False
        if len(self.word) < WORD_CHARS_MAX:
            self.word += char
        self._literal = False
        if self._escapes:
            self._escapes = False
        elif char == "`" or (char in "*_~" and not self._ticks):
            self._run_after = self._run_after if self._run else self.before
            self._run += char
        elif not self._ticks:
            self._read_plain(char)
        self.before = char

    def arrives(self, char: str) -> None:
        """Decides what the text so far ends with, now that ``char`` follows it."""
        if self._run and (char != self._run[0] or self._escapes):
            self._end_run(char)
        self._after_label = self._after_label and char == "("

    def free(self) -> bool:
        """Whether the text so far is outside of everything that a mark may not stand in."""
        inside = self._ticks or self._label or self._target or any(self._open.values())
        return not (inside or self._run or self._literal or self._escapes) and bool(self.before)

    def parts_from(self, char: str) -> bool:
        """Whether a mark may part the text so far from ``char``, which follows without a blank."""
        before = self.before
        if char in "\u200d([:" and before == "]":
            return False
        one_word = before.isalnum() and char.isalnum() and before < WIDE_FROM and char < WIDE_FROM
        one_character = unicodedata.category(char)[0] == "M" or "\u200d" in (before, char) or _of_an_emoji(char)
        return not (one_word or one_character or self.in_address)

    @property
    def in_address(self) -> bool:
        return ADDRESS.search(self.word) is not None

    def reset(self) -> None:
        """The paragraph is over."""
        self._run, self._ticks, self._label, self._target = "", 0, 0, 0
        self._after_label = self._literal = self._escapes = False
        self._open = dict.fromkeys("*_~", 0)

    def _read_plain(self, char: str) -> None:
        if char == "\\":
            self._escapes = True
        elif self._target or self._after_label:
            self._after_label = False
            self._target += (char == "(") - (char == ")")
            self.word = self.word if self._target else ""
        elif char == "[":
            self._label += 1
        elif char == "]" and self._label:
            self._label -= 1
            self._after_label = not self._label

    def _end_run(self, following: str) -> None:
        run, self._run = self._run, ""
        if run[0] == "`":
            if not self._ticks:
                self._ticks = len(run)
            elif self._ticks == len(run):
                self._ticks = 0
            return
        opens, closes = _flanks(run[0], self._run_after, following)
        left = len(run)
        if closes:
            closed = min(left, self._open[run[0]])
            self._open[run[0]] -= closed
            left -= closed
        if opens:
            self._open[run[0]] += left
        self._literal = left == len(run) and not opens


def _flanks(mark: str, before: str, after: str) -> tuple[bool, bool]:
    """Whether a run of ``mark`` can open emphasis, and whether it can close it."""
    blank_before, blank_after = not before or before.isspace(), after.isspace()
    left = not blank_after and (not _punctuation(after) or blank_before or _punctuation(before))
    right = not blank_before and (not _punctuation(before) or blank_after or _punctuation(after))
    if mark != "_":
        return left, right
    return left and (not right or _punctuation(before)), right and (not left or _punctuation(after))


def _punctuation(char: str) -> bool:
    return bool(char) and unicodedata.category(char)[0] in "PS"


def _of_an_emoji(char: str) -> bool:
    """The second letter of a flag, or a shade of skin."""
    return "\U0001f1e6" <= char <= "\U0001f1ff" or "\U0001f3fb" <= char <= "\U0001f3ff"
