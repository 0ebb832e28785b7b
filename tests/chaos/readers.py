"""Finds what is wrong in a workspace, from what was asked, what is there and how it came there. Pure.

``lost``: an answer or a word of it is missing, and nobody stopped it. ``doubled``: a word stands there twice.
``orphaned``: a message or a status stays that is no part of an answer, or half of one. ``older``: readers saw fewer
words of an answer than before. ``disordered``: the first words of an answer came before those of an earlier question of
the same thread.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import pairwise

from tests.chaos.words import shown

ENDINGS = ("The answer breaks off here", "Ask again", "Please try again", "try again", "ask again")
STOPPED = "stopped this answer"


@dataclass(frozen=True, slots=True)
class Asked:
    """``words`` of its answer before the end."""

    number: int
    channel: str
    thread_ts: str
    words: int
    troubled: bool = False
    """Whether the model failed for it, so that its answer may be a sentence that says so."""
    stopped: bool = False
    """Whether somebody wished that its answer ends, so that it may end anywhere, with a sentence that says so."""
    acknowledged: bool = True
    """Where Slack never got that, the question may have an answer, a whole one, or none."""


@dataclass(frozen=True, slots=True)
class Change:
    """A message of the bot's as readers saw it at ``at``; empty where it was deleted."""

    at: float
    channel: str
    thread_ts: str
    ts: str
    text: str


@dataclass(slots=True)
class Seen:
    """Each list holds a line for people about each finding. ``told``: answers that say that the model failed;
    ``stopped``: answers that say who stopped them."""

    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    orphaned: list[str] = field(default_factory=list)
    older: list[str] = field(default_factory=list)
    disordered: list[str] = field(default_factory=list)
    told: int = 0
    stopped: int = 0

    @property
    def faults(self) -> list[str]:
        named = {
            "lost": self.lost, "doubled": self.doubled, "orphaned": self.orphaned,
            "older": self.older, "disordered": self.disordered,
        }  # fmt: skip
        return [f"{name}: {line}" for name, lines in named.items() for line in lines]


def look(asked: list[Asked], changes: list[Change], statuses: Iterable[str]) -> Seen:
    seen = Seen()
    words = {question.number: question.words for question in asked}
    _look_at_the_end(asked, changes, words, seen)
    _look_back(asked, changes, words, seen)
    seen.orphaned += [f"status {status}" for status in statuses]
    return seen


def _look_at_the_end(asked: list[Asked], changes: list[Change], words: Mapping[int, int], seen: Seen) -> None:
    final = {(change.channel, change.ts): change for change in changes}
    messages = [change for _, change in sorted(final.items()) if change.text]
    counted = Counter(word for message in messages for word in shown(message.text, dict(words)))
    twice = Counter(number for (number, _), count in counted.items() if count > 1)
    seen.doubled += [f"question {number}: {count} words twice" for number, count in twice.items()]
    excused = Counter[tuple[str, str]]()
    for question in asked:
        there = [place for number, place in counted if number == question.number]
        missing = question.words + 1 - len(there)
        if not (there or question.acknowledged):
            continue
        if missing and question.stopped:
            seen.stopped += 1
            excused[question.channel, question.thread_ts] += 1
        elif missing and question.troubled:
            seen.told += 1
            excused[question.channel, question.thread_ts] += 1
        elif missing:
            seen.lost.append(f"question {question.number}: {missing} of {question.words + 1} words missing")
        elif there != sorted(there):
            seen.older.append(f"question {question.number}: the words of the answer stand in another order")
    for message in messages:
        if not shown(message.text, dict(words)):
            excused[message.channel, message.thread_ts] -= 1
            said = any(ending in message.text for ending in (*ENDINGS, STOPPED))
            if not said or excused[message.channel, message.thread_ts] < 0:
                seen.orphaned.append(f"{message.channel} {message.ts}: {message.text[:80]!r}")


def _look_back(asked: list[Asked], changes: list[Change], words: Mapping[int, int], seen: Seen) -> None:
    """Goes through what readers saw, from the beginning."""
    threads: dict[tuple[str, str], dict[str, str]] = {}
    most = Counter[int]()
    first: dict[int, float] = {}
    for change in sorted(changes, key=lambda one: one.at):
        messages = threads.setdefault((change.channel, change.thread_ts), {})
        before = messages.get(change.ts, "")
        messages[change.ts] = change.text
        touched = {number for number, _ in (*shown(before, dict(words)), *shown(change.text, dict(words)))}
        there = Counter(
            number for number, _ in {word for text in messages.values() for word in shown(text, dict(words))}
        )
        for number in touched:
            first.setdefault(number, change.at)
            if there[number] < most[number]:
                seen.older.append(f"question {number}: {most[number]} words, then {there[number]}")
            most[number] = there[number]
    by_thread: dict[tuple[str, str], list[int]] = {}
    for question in asked:
        by_thread.setdefault((question.channel, question.thread_ts), []).append(question.number)
    for numbers in by_thread.values():
        times = [(first[number], number) for number in sorted(numbers) if number in first]
        seen.disordered += [
            f"question {later} before {earlier}"
            for (earlier_at, earlier), (later_at, later) in pairwise(times)
            if later_at < earlier_at
        ]
