"""Works out this process's share of Slack's limits from what the workspace's other processes report. Pure.

Slack counts a workspace's calls, whichever process makes them. Words are shown for as long as an answer is written:
those calls are divided by the answers that each process writes, and a process that writes none keeps what its next
first words need. The calls at the beginning of a turn are divided with each process counting as one answer more than it
has.

What was spent in the past minute counts as well, including what processes have spent that have ended. The rest of a
minute is also divided by answers: so nobody waits for a minute that others have spent, and the rest is not spent twice.
A process that has spent more than its share, because it had more answers then, gives back what comes back
(``call_budget``).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import reduce
from typing import NamedTuple

OWN_PART = 0.04
"""Kept for each process, whatever it writes: two edits and twelve posts a minute."""
OWN_PARTS_MAX = 0.2
"""Of all processes together."""
PART_MIN = 0.02
"""One edit of a minute's."""
MINUTE_S = 60.0
HEARD_S = 5.0
"""Since then a process that lives may have spent as much as came back to it."""


class Calls(NamedTuple):
    """Parts of what a workspace may do in a minute, for each kind of call that people see."""

    edits: float = 0.0
    posts: float = 0.0
    appends: float = 0.0
    statuses: float = 0.0

    def plus(self, more: Calls) -> Calls:
        return Calls(*map(sum, zip(self, more, strict=True)))


NONE, ALL = Calls(), Calls(1.0, 1.0, 1.0, 1.0)
UNHEARD = Calls(edits=0.2)
"""Others that write answers may have spent so much since their last report: ten edits, if many were overdue."""


@dataclass(frozen=True, slots=True)
class Share:
    """A process's share of what a workspace may do: the ``most`` of a minute's calls that it may have made, its
    continuing share of all calls that show ``words``, and of the rest."""

    most: Calls = ALL
    words: float = 1.0
    rest: float = 1.0


@dataclass(frozen=True, slots=True)
class ProcessReport:
    """What a process reported ``ago_s``; ``spent``: which part of a minute's calls it had made."""

    ago_s: float
    answers: int
    spent: Calls
    stopping: bool


@dataclass(frozen=True, slots=True)
class Others:
    """The workspace's other living processes: how many will go on, and the answers that all of them write.

    Which part of a minute's calls was ``spent`` by others, including ended ones, and which was our ``own`` at that
    time.
    """

    processes: int = 0
    answers: int = 0
    spent: Calls = NONE
    own: Calls = NONE

    @classmethod
    def of(cls, reports: Iterable[ProcessReport], own: Calls, lives_s: float) -> Others:
        """``lives_s``: a process not heard of for this long is dead."""
        reports = list(reports)
        living = [one for one in reports if one.ago_s <= lives_s]
        spent = reduce(Calls.plus, map(_still_counts, reports), NONE)
        going_on = sum(not one.stopping for one in living)
        return cls(going_on, sum(one.answers for one in living), spent, own if living or any(spent) else NONE)

    def share_beside(self, answers: int) -> Share:
        if self == Others():
            return Share()
        words = self._words_beside(answers)
        rest = (answers + 1) / (answers + 1 + self.answers + self.processes)
        parts = Calls(words, words, words, statuses=rest)
        unheard = UNHEARD if self.answers else NONE
        kinds = zip(parts, self.own, self.spent, unheard, strict=True)
        most = Calls(*(max(PART_MIN, _most(*of_one)) for of_one in kinds))
        return Share(most, max(PART_MIN, words), max(PART_MIN, rest))

    def _words_beside(self, answers: int) -> float:
        processes, all_answers = self.processes + 1, self.answers + answers
        if not all_answers:
            return 1 / processes
        own = min(OWN_PART, OWN_PARTS_MAX / processes)
        return own + (1 - own * processes) * answers / all_answers


def _most(part: float, own: float, spent: float, unheard: float) -> float:
    """Of one kind of call: which part of a minute's we may have made, if ``part`` is our share and ``own`` was made.

    More than our share is taken only of what is left for sure.
    """
    left = max(0.0, 1.0 - spent - own)
    beyond = part * max(0.0, left - unheard)
    if own < part:
        return max(min(part, own + max(part * left, min(PART_MIN, left))), own + beyond)
    return max(part, own) + beyond


def _still_counts(report: ProcessReport) -> Calls:
    """Calls that came evenly are forgotten evenly."""
    part = max(0.0, min(1.0, 1.0 - (report.ago_s - HEARD_S) / (MINUTE_S - HEARD_S)))
    return Calls(*(of_one * part for of_one in report.spent))
