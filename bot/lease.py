"""How long a question belongs to this process, by the process's own clock. Pure: the clock is given.

The database grants a lease and renews it; the writer asks ``held`` before every call to Slack. ``until_s`` is counted
from before the database was asked, so that the lease ends here before anybody else can have the question.
"""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Stop:
    """Why an answer ends early: ``user_id`` wished it, or (empty) its question's message was deleted."""

    user_id: str


class Lease:
    """``clock`` must go on while the process or the whole machine is paused."""

    def __init__(self, clock: Callable[[], float], until_s: float) -> None:
        self._clock = clock
        self._until_s = until_s
        self._lost = False
        self.erased = False
        """Whether an operator has erased the question meanwhile: its turn ends, and says so."""
        self.stop: Stop | None = None
        """Whether people want no more of the answer: its turn ends."""
        self.ended = False
        """Whether the question is finished, by this process: nobody else can have it any more."""
        self.untidy = False
        """Whether the reply may have left messages in Slack that are no part of it."""

    @property
    def lost(self) -> bool:
        """Whether the database said that it ended, or it had ended when it was to be renewed."""
        return self._lost

    def held(self) -> bool:
        return not self._lost and self._clock() < self._until_s

    def renew(self, until_s: float) -> None:
        """Once ended it stays ended: what was stopped for it does not begin again."""
        if self.held():
            self._until_s = until_s
        else:
            self._lost = True

    def lose(self) -> None:
        self._lost = True


_OF_THIS_TURN: ContextVar[Lease | None] = ContextVar("lease", default=None)


def work_under(lease: Lease) -> None:
    """What this task does from now on, and the tasks that it begins, is the work of a turn under ``lease``."""
    _OF_THIS_TURN.set(lease)


def may_show() -> bool:
    """Whether people may be shown what this task wants to show them: not where its turn has lost its lease, since
    another process may be showing the same."""
    lease = _OF_THIS_TURN.get()
    return lease is None or lease.ended or lease.held()
