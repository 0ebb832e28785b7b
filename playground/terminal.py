"""Shows in the terminal what people and the bot write, answers as they grow. I/O: the stream it is given.

Lines end at the terminal's edge, between words. The word that an answer ends with so far is held back until it is known
to be complete, so that later text splits no word. If an answer changes what it showed, the line with the change
is written again, from its beginning.
"""

from __future__ import annotations

import html
import re
import shutil
import sys
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from typing import TextIO

INDENT = "  "
NARROWEST = 20
_TOKEN = re.compile(r"\n|[^\S\n]+|\S+")


class Terminal:
    def __init__(self, out: TextIO, *, colours: bool = False, width: Callable[[], int | None] = lambda: None) -> None:
        """``width()`` in columns, asked for at each word, since windows change; ``None`` where lines have no end."""
        self._out = out
        self._colours = colours
        self._width = width
        self._column = 0
        self._space = ""
        self._shown: dict[str, str] = {}
        self._now: tuple[str, str] | None = None
        self._steps = 0

    def say(self, text: str) -> None:
        self._words(f"{text}\n")

    def person(self, who: str, where: str, text: str, files: Sequence[str]) -> None:
        self._shown, self._now, self._steps = {}, None, 0
        attached = f"  [{', '.join(files)}]" if files else ""
        self._styled(1, who)
        self._words(f" ({where}): {text}{attached}\n", margin=INDENT)

    def answer(self, ts: str, kind: str, text: str) -> None:
        """A message as it stands now: what is new of it is written after what was written."""
        text = html.unescape(text)
        if kind == "status":
            if text:
                self._styled(2, f"{INDENT}… {text}\n", margin=INDENT)
            return
        if kind == "delete" or not text:
            return
        self._steps += 1
        if self._now is not None and self._now[0] != ts:
            self._go_on(*self._now)
        self._now = ts, text
        self._go_on(ts, text[: _whole(text)])

    def answered(self, outcome: str) -> None:
        if self._now is not None:
            self._go_on(*self._now)
        seen = f"shown in {self._steps} step{'s' if self._steps != 1 else ''}"
        self._fresh_line()
        self._styled(2, f"{INDENT}({outcome or 'no answer'}, {seen})\n", margin=INDENT)
        self._words("\n")

    def _go_on(self, ts: str, text: str) -> None:
        before = self._shown.get(ts, "")
        self._shown[ts] = text
        if not text.startswith(before):  # a fence or a status line that closed it off is gone
            parted = next(
                (at for at, (was, now) in enumerate(zip(before, text, strict=False)) if was != now), len(text)
            )
            before = text[: text.rfind("\n", 0, parted) + 1]
            self._fresh_line()
        elif not before:
            self._fresh_line()
        self._words(text[len(before) :], margin=INDENT, inside=True)

    def _fresh_line(self) -> None:
        if self._column:
            self._write("\n")

    def _styled(self, style: int, text: str, margin: str = "") -> None:
        if not self._colours:
            self._words(text, margin=margin)
            return
        body = text.rstrip("\n")
        self._out.write(f"\033[{style}m")
        self._words(body, margin=margin)
        self._out.write("\033[0m")
        self._words(text[len(body) :])

    def _words(self, text: str, *, margin: str = "", inside: bool = False) -> None:
        """``margin`` stands before lines that go on, and ``inside`` before all lines."""
        for token in _TOKEN.findall(text):
            if token == "\n":  # noqa: S105  # no secret
                self._write("\n")
                continue
            if inside and not self._column:
                self._write(margin)
            if token.isspace() and self._column > len(margin):
                self._space = token
                continue
            width = self._width()
            end = self._column + columns_of(self._space + token)
            if width is not None and end > max(width, NARROWEST) and self._column > len(margin):
                self._write("\n" + margin)
            self._write(self._space + token)
        self._out.flush()

    def _write(self, text: str) -> None:
        """``text`` is a word, white space, or begins with the end of a line, at which no space is written."""
        self._space = ""
        self._out.write(text)
        self._column = columns_of(text.lstrip("\n")) + (0 if text.startswith("\n") else self._column)


def of_this_process(environment: Mapping[str, str]) -> Terminal:
    """Standard output as it is: colours where it is a terminal and NO_COLOR is not set, lines as wide as that or as
    COLUMNS says; what goes into a file or a pipe is not broken."""
    tty = sys.stdout.isatty()
    colours = tty and not environment.get("NO_COLOR") and environment.get("TERM") != "dumb"

    def width() -> int | None:
        return shutil.get_terminal_size().columns if tty or environment.get("COLUMNS") else None

    return Terminal(sys.stdout, colours=colours, width=width)


def columns_of(text: str) -> int:
    """How many columns ``text`` takes: two for a wide character, none for what joins the one before."""
    wide = sum(unicodedata.east_asian_width(char) in "WF" for char in text)
    return len(text) + wide - sum(unicodedata.category(char) in ("Mn", "Me", "Cf") for char in text)


def _whole(text: str) -> int:
    """Where the word begins that ``text`` ends with, and that may go on; what stands there meanwhile ends with dots."""
    if text.endswith("…"):
        return len(text)
    return len(text) - len(re.split(r"\s", text)[-1])
