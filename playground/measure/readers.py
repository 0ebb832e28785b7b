"""Computes figures about one answer from what the model wrote and what the workspace showed, and when. Pure.

Characters are counted without white space, since a message's ends are trimmed. A message that ends inside a code block
closes the fence, and the next one opens it again, as it repeats the head of a table: those lines are not the model's
and are not counted.
"""

from __future__ import annotations

import difflib
import html
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from playground.workspace.records import Revision

FENCES = ("```", "~~~")


@dataclass(slots=True)
class Written:
    """An answer as the model gave it: after ``times_s[i]`` it was ``lengths[i]`` characters long."""

    text: str
    times_s: list[float]
    lengths: list[int]

    def arrivals(self) -> list[tuple[float, int]]:
        """Time and number of visible characters of each write that had any."""
        found, before = [], 0
        for at_s, length in zip(self.times_s, self.lengths, strict=True):
            if count := len("".join(self.text[before:length].split())):
                found.append((at_s, count))
            before = length
        return found


@dataclass(frozen=True, slots=True)
class Seen:
    """One answer in the readers' eyes. Times in seconds; ``staleness_s`` is the mean over all characters."""

    first_words_s: float
    longest_wait_s: float
    staleness_s: float
    chars: int
    backward_steps: int
    lost_words: int
    changes: int
    messages: int
    curve: list[tuple[float, int]]
    """When how many characters were visible."""


def seen(written: Written, revisions: Iterable[Revision]) -> Seen:
    """``revisions`` are those of the answer's thread, in the order of time."""
    target = "".join(written.text.split())
    parts: dict[str, str] = {}
    curve: list[tuple[float, int]] = []
    backward = 0
    shown = 0
    for revision in revisions:
        parts[revision.ts] = revision.source if revision.kind != "delete" else ""
        now_shown = _visible(list(parts.values()), target)
        if now_shown < shown:
            backward += 1
        if now_shown != shown:
            curve.append((revision.at, now_shown))
        shown = now_shown
    waits_s, longest_s = _waits(written.arrivals(), curve)
    first_s = curve[0][0] - written.arrivals()[0][0] if curve else float("inf")
    return Seen(
        first_words_s=first_s,
        longest_wait_s=longest_s,
        staleness_s=waits_s / len(target),
        chars=len(target),
        backward_steps=backward,
        lost_words=_lost_words(list(parts.values()), written.text, shown == len(target)),
        changes=len(curve),
        messages=sum(bool(part) for part in parts.values()),
        curve=curve,
    )


def _visible(parts: Sequence[str], target: str) -> int:
    """How much of ``target`` the messages show, from its beginning without a gap."""
    at = 0
    for part in parts:
        packed, same = _longest(html.unescape(part).strip(), target, at)
        at += same
        if packed[same:] not in ("", *FENCES):
            break
    return at


def _longest(text: str, target: str, at: int) -> tuple[str, int]:
    """The message's characters, and how many of them are the answer's from ``at`` on."""
    reopened = 1 if text.startswith(FENCES) else 2 if text.startswith("|") else 0
    best = ("", 0)
    for lines in {0, reopened}:
        packed = "".join("".join(text.splitlines()[lines:]).split())
        best = max(best, (packed, _same(packed, target, at)), key=lambda pair: pair[1])
    return best


def _same(packed: str, target: str, at: int) -> int:
    if target.startswith(packed, at):
        return len(packed)
    low, high = 0, len(packed)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if target.startswith(packed[:middle], at) else (low, middle)
    return low


def _waits(arrivals: Sequence[tuple[float, int]], curve: Sequence[tuple[float, int]]) -> tuple[float, float]:
    """The sum of all characters' waits, and the longest time without a change while text was waiting."""
    totals = [shown for _, shown in curve]
    highest = [max(totals[: number + 1]) for number in range(len(totals))]
    waited_s = longest_s = 0.0
    written = 0
    waiting_since: dict[int, float] = {}
    for at_s, count in arrivals:
        written += count
        change = bisect_right(highest, written - count)
        last = bisect_right(highest, written - 1)
        if last >= len(curve):
            return float("inf"), float("inf")
        waited_s += sum(
            (curve[step][0] - at_s) * (min(written, highest[step]) - max(written - count, _before(highest, step)))
            for step in range(change, last + 1)
        )
        waiting_since.setdefault(change, at_s)
    for change, since_s in waiting_since.items():
        since = max(since_s, curve[change - 1][0]) if change else since_s
        longest_s = max(longest_s, curve[change][0] - since)
    return waited_s, longest_s


def _before(highest: Sequence[int], step: int) -> int:
    return highest[step - 1] if step else 0


def _lost_words(parts: Sequence[str], text: str, whole: bool) -> int:
    """Words of ``text`` that the messages do not show, or not in their place."""
    if whole:
        return 0
    shown = " ".join(html.unescape(part) for part in parts).split()
    words = text.split()
    matching = difflib.SequenceMatcher(a=words, b=shown, autojunk=False).get_matching_blocks()
    return len(words) - sum(block.size for block in matching)
