"""What the other processes of a workspace say of themselves goes in; this one's part of Slack's limits comes out. Pure.

Slack counts a workspace's calls, whichever process makes them. Words are shown for as long as an answer is written:
those calls go by the answers that each process writes, and who writes none keeps what its next first words need.
Everything else is needed where a turn begins; there each process counts for one answer more than it has.

Edits are scarce, so that also those count that went in the past minute, of processes that have ended as well. What is
left of a minute is parted by the answers, too: so nobody waits for a minute that others have spent before, and what is
left is not spent twice. Who has spent more than its part, since it had more answers then, gives back what comes back.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

OWN_PART = 0.04
"""For each process, whatever it writes: two edits and twelve posts a minute."""
OWN_PARTS_MAX = 0.2
"""Of all processes together."""
PART_MIN = 0.02
"""One edit of a minute's."""
MINUTE_S = 60.0
HEARD_S = 5.0
"""Since then a process that lives may have spent as much as came back to it."""
GIVEN_BACK = HEARD_S / MINUTE_S
"""Of what was spent, from one time that processes hear of each other to the next."""


@dataclass(frozen=True, slots=True)
class Share:
    """A process's part of what Slack allows a workspace: how many of a minute's ``edits`` it may have made, of all
    calls that show ``words`` its part as they go on, and of the rest."""

    edits: float = 1.0
    words: float = 1.0
    rest: float = 1.0


@dataclass(frozen=True, slots=True)
class Heard:
    """What a process said of itself ``ago_s``; ``spent`` of a minute's edits."""

    ago_s: float
    answers: int
    spent: float
    stopping: bool


@dataclass(frozen=True, slots=True)
class Others:
    """The other processes of the workspace that live: how many will go on, and the answers that all of them write.

    Which part of a minute's edits was ``spent`` by others, ended ones too, and which one was our ``own`` at that time.
    """

    processes: int = 0
    answers: int = 0
    spent: float = 0.0
    own: float = 0.0

    @classmethod
    def of(cls, heard: Iterable[Heard], own: float, lives_s: float) -> Others:
        """``lives_s``: who was not heard of for so long is dead."""
        heard = list(heard)
        living = [one for one in heard if one.ago_s <= lives_s]
        spent = sum(one.spent * _still_counts(one.ago_s) for one in heard)
        going_on = sum(not one.stopping for one in living)
        return cls(going_on, sum(one.answers for one in living), spent, own if living or spent else 0.0)

    def share_beside(self, answers: int) -> Share:
        if self == Others():
            return Share()
        words = self._words_beside(answers)
        rest = (answers + 1) / (answers + 1 + self.answers + self.processes)
        return Share(*(max(PART_MIN, part) for part in (self._edits(words), words, rest)))

    def _edits(self, part: float) -> float:
        left = max(0.0, 1.0 - self.spent - self.own)
        if self.own < part:
            return min(part, self.own + max(part * left, min(PART_MIN, left)))
        return max(part, self.own * (1 - GIVEN_BACK)) + part * left

    def _words_beside(self, answers: int) -> float:
        processes, all_answers = self.processes + 1, self.answers + answers
        if not all_answers:
            return 1 / processes
        own = min(OWN_PART, OWN_PARTS_MAX / processes)
        return own + (1 - own * processes) * answers / all_answers


def _still_counts(ago_s: float) -> float:
    """Of what had been spent then. Calls that came evenly are forgotten evenly."""
    return max(0.0, min(1.0, 1.0 - (ago_s - HEARD_S) / (MINUTE_S - HEARD_S)))
