"""What was under way when a process died goes in; what that says of each question comes out. Pure.

Some questions bring the process down whenever they are answered, say with a file that no memory is enough for. They
must be given up after ``ports.STRIKES_MAX`` times, and no other one may be, though many are under way whenever a
process dies. So a death is a strike against a question only

- where the process had lived for a while and was not being stopped: who kills starts or deploys means none of them;
- where no words of the answer had been shown: what can be read is completed, however often it takes;
- where the process was not heard of again: one that was only slow, or paused, takes the strike back;
- where it was alone, or at the same stage as at the strike before; at another stage counting begins anew.

And since those that are claimed together reach the same stages together, ``leases`` runs the ones that are one strike
short of it one at a time.
"""

from __future__ import annotations

from dataclasses import dataclass

from bot.ports import SETTLED_S, Stage


@dataclass(frozen=True, slots=True)
class Death:
    """Of a process: how long it had lived when it was heard of for the last time, and what it ran."""

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
