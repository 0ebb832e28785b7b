"""What the other processes of a workspace say of themselves goes in; this one's part of Slack's limits comes out. Pure.

Slack counts a workspace's calls, whichever process makes them. Words are shown for as long as an answer is written:
those calls go by the answers that each process writes, and who writes none keeps what its next first words need.
Everything else is needed where a turn begins; there each process counts for one answer more than it has.
"""

from __future__ import annotations

from dataclasses import dataclass

OWN_PART = 0.04
"""For each process, whatever it writes: two edits and twelve posts a minute."""
OWN_PARTS_MAX = 0.2
"""Of all processes together."""
PART_MIN = 0.02


@dataclass(frozen=True, slots=True)
class Share:
    """A process's part of what Slack allows a workspace: of edits, of other calls that show words, and of the rest."""

    edits: float = 1.0
    words: float = 1.0
    rest: float = 1.0


@dataclass(frozen=True, slots=True)
class Others:
    """The other processes of the workspace that live: how many will go on, the answers that all of them write, and
    which part of a minute's edits they have ``spent``."""

    processes: int = 0
    answers: int = 0
    spent: float = 0.0

    def share_beside(self, answers: int) -> Share:
        """What others have spent of a minute's edits is gone, whoever's share it was."""
        words = self._words_beside(answers)
        rest = (answers + 1) / (answers + 1 + self.answers + self.processes)
        return Share(*(max(PART_MIN, part) for part in (min(words, 1.0 - self.spent), words, rest)))

    def _words_beside(self, answers: int) -> float:
        processes, all_answers = self.processes + 1, self.answers + answers
        if not all_answers:
            return 1 / processes
        own = min(OWN_PART, OWN_PARTS_MAX / processes)
        return own + (1 - own * processes) * answers / all_answers
