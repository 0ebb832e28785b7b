"""Judges what the death of a process says about each question that was under way. Pure.

Some questions bring the process down whenever they are answered, for example with a file that needs more memory than
there is. They must be given up after ``ports.STRIKES_MAX`` deaths, but no others may be, although many are under way
whenever a process dies. So a death counts as a strike against a question only

- if the process had lived for a while and was not being stopped: kills at starts or deploys mean nothing;
- if no words of the answer had been shown: what can be read is completed, however often it takes;
- if the process was not heard of again: one that was only slow or paused takes the strike back;
- if it was alone, or at the same stage as at the strike before; at another stage, counting starts again.

Questions that are claimed together reach the same stages together, so ``leases`` runs those that are one strike short
of being given up one at a time.
"""

from __future__ import annotations

from dataclasses import dataclass

from bot.ports import SETTLED_S, Stage


@dataclass(frozen=True, slots=True)
class Death:
    """A process's death: how long it had lived when it was last heard of, and what it ran."""

    lived_s: float
    stopping: bool
    answers: int

    @property
    def counts(self) -> bool:
        return self.lived_s >= SETTLED_S and not self.stopping


def after(death: Death, stage: str | None, strikes: int, strike_stage: str | None) -> tuple[int, str | None]:
    """Strikes and their stage after ``death``, for a question that was under way and had reached ``stage``."""
    if not death.counts or stage == Stage.WRITING:
        return strikes, strike_stage
    same = strikes == 0 or death.answers == 1 or stage == strike_stage
    return (strikes + 1 if same else 1), stage
