"""What people and the bot write goes in; the terminal shows it, answers as they grow. I/O: standard output."""

from __future__ import annotations

import html
import sys
from collections.abc import Sequence


class Terminal:
    def __init__(self) -> None:
        self._colours = sys.stdout.isatty()
        self._shown: dict[str, str] = {}
        self._sights = 0

    def say(self, text: str) -> None:
        self._write(f"{text}\n")

    def person(self, who: str, where: str, text: str, files: Sequence[str]) -> None:
        self._shown, self._sights = {}, 0
        attached = f"  [{', '.join(files)}]" if files else ""
        self._write(f"{self._bold(who)} ({where}): {text}{attached}\n")

    def answer(self, ts: str, kind: str, text: str) -> None:
        """A message as it stands now: what is new of it is written behind what was written."""
        text = html.unescape(text)
        if kind == "status":
            if text:
                self._write(self._faint(f"  … {text}") + "\n")
            return
        if kind == "delete" or not text:
            return
        before = self._shown.get(ts, "")
        self._shown[ts] = text
        self._sights += 1
        if text.startswith(before):
            self._write(self._indented(text[len(before) :], first=not before))
        else:  # an earlier sight was closed off (a fence, a status line): write on from where the two part
            same = next(
                (i for i, pair in enumerate(zip(before, text, strict=False)) if pair[0] != pair[1]), len(before)
            )
            self._write("\n" + self._indented(text[same:], first=True))

    def answered(self, outcome: str) -> None:
        seen = f"shown in {self._sights} step{'s' if self._sights != 1 else ''}"
        self._write("\n" + self._faint(f"  ({outcome or 'no answer'}, {seen})") + "\n\n")

    def _indented(self, text: str, *, first: bool) -> str:
        return ("  " if first else "") + text.replace("\n", "\n  ")

    def _bold(self, text: str) -> str:
        return f"\033[1m{text}\033[0m" if self._colours else text

    def _faint(self, text: str) -> str:
        return f"\033[2m{text}\033[0m" if self._colours else text

    def _write(self, text: str) -> None:
        sys.stdout.write(text)
        sys.stdout.flush()
