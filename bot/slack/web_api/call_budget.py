"""Times of calls to one Slack method go in; the time at which the next one may go comes out. Pure: the clock is given.

Slack allows a method so many calls a minute for a whole workspace, whatever messages they touch. The budget holds the
calls of any minute below that, and learns from a 429: everyone waits as long as Slack says, and from then on as many
calls fit in a minute as had fitted when Slack refused. That number creeps back up while all goes well.

Nothing here waits: ``ready_at`` and ``paced_at`` name a time, and ``spend`` notes a call that is made.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from enum import IntEnum
from math import ceil, inf

WINDOW_S = 61.0
"""A minute, and what calls sent evenly may bunch up on their way."""
SURE = 0.95
"""Of the calls that had been made when one was refused; the others may have been under way."""
PLAUSIBLE = 0.5
"""Of the budget: a refusal of fewer calls than that had another reason, say another app's calls on the same token."""
LOWERED = 0.9
"""What is left of the budget after such a one."""
RECOVERED_PER_S = 0.01 / 60
"""A hundredth a minute: in a workspace that stays stricter, each step too far is a refused call."""


class Urgency(IntEnum):
    """In this order calls go."""

    FIRST = 0
    """The first words of an answer."""
    FINAL = 1
    """The last words of an answer."""
    OVERDUE = 2
    """Words that have waited for as long as readers should wait at most: they do not keep the even pace."""
    LIVE = 3
    """Everything else: whose readers are furthest behind goes first."""


@dataclass(frozen=True, slots=True)
class Bid:
    """What somebody who waits for a call offers: the most urgent goes first, then who has waited longest."""

    urgency: Urgency = Urgency.LIVE
    since_s: float = 0.0
    not_before_s: float = -inf

    @property
    def can_wait(self) -> bool:
        return self.urgency >= Urgency.OVERDUE


@dataclass(frozen=True, slots=True)
class Pace:
    """How calls that can wait go: one every ``every_s``, and ``kept`` a minute are left for those that cannot.

    Somebody who makes them all alone goes every ``alone_s`` for as long as what is left then lasts for one every
    ``steady_s``, and at that rate from then on: he is never without a call for longer.
    """

    every_s: float = 0.0
    kept: int = 0
    alone_s: float = 0.0
    steady_s: float = 0.0


@dataclass(slots=True)
class CallBudget:
    """``calls_max`` in any ``window_s``. ``share`` is our part of them where several processes share a workspace."""

    calls_max: int
    window_s: float = WINDOW_S
    pace: Pace = Pace()
    share: float = 1.0
    _trusted: float = 1.0
    _trusted_at_s: float = 0.0
    _calls: deque[float] = field(default_factory=deque)
    _not_before_s: float = 0.0

    def ready_at(self, now_s: float, *, can_wait: bool = False) -> float:
        """When the next call may go; one that can wait leaves those that are kept."""
        left = self.left(now_s) - (self._kept(now_s) if can_wait else 0)
        if left > 0 or not self._calls:
            return self._not_before_s
        return max(self._not_before_s, self._calls[min(-left, len(self._calls) - 1)] + self.window_s)

    def paced_at(self, now_s: float, *, alone: bool = False) -> float:
        """When the next call that can wait may go, at the even pace."""
        return max(self.ready_at(now_s, can_wait=True), self.last_s + self.pace_s(now_s, alone=alone))

    def pace_s(self, now_s: float, *, alone: bool = False) -> float:
        """Seconds from one call that can wait to the next, as things are now. ``alone``: one caller makes them all."""
        alone = alone and self.pace.steady_s > 0
        every_s = max(self._alone_s(now_s) if alone else self.pace.every_s / self._part, self._not_before_s - now_s)
        if self.left(now_s) > self._kept(now_s):
            return every_s
        return max(every_s, self._freed_in_s(now_s))

    def _alone_s(self, now_s: float) -> float:
        left, pace = self.left(now_s) - self._kept(now_s), self.pace
        lasts = left * pace.steady_s > self._freed_in_s(now_s)
        return (pace.alone_s if lasts else pace.steady_s) / self._part

    def spent(self, now_s: float) -> float:
        """The calls of the past minute, as a part of what the whole workspace may make."""
        self._forget(now_s)
        return len(self._calls) / self.calls_max

    def left(self, now_s: float) -> int:
        """How many calls could go at once, Retry-After aside; negative where a share was taken away."""
        self._recover(now_s)
        self._forget(now_s)
        return max(1, int(self.calls_max * self._part)) - len(self._calls)

    @property
    def last_s(self) -> float:
        """When the last call went; long ago where there was none."""
        return self._calls[-1] if self._calls else -inf

    def spend(self, now_s: float) -> None:
        self._calls.append(now_s)

    def refused(self, now_s: float, retry_after_s: float) -> None:
        """Slack answered 429: nobody calls before ``retry_after_s`` is over, and fewer call after it.

        Calls that were under way together are refused together; only the first of them lowers the budget.
        """
        if now_s >= self._not_before_s:
            self.left(now_s)  # forgets what is older than a minute
            fitted = SURE * (len(self._calls) - 1) / (self.calls_max * self.share)
            self._trusted = (
                min(self._trusted, fitted) if fitted > PLAUSIBLE * self._trusted else LOWERED * self._trusted
            )
        self._not_before_s = max(self._not_before_s, now_s + retry_after_s)

    @property
    def _part(self) -> float:
        return self.share * self._trusted

    def _kept(self, now_s: float) -> int:
        return ceil(self.pace.kept * self._part * self._freed_in_s(now_s) / self.window_s)

    def _freed_in_s(self, now_s: float) -> float:
        """Until the oldest call no longer counts."""
        return self._calls[0] + self.window_s - now_s if self._calls else self.window_s

    def _forget(self, now_s: float) -> None:
        while self._calls and self._calls[0] <= now_s - self.window_s:
            self._calls.popleft()

    def _recover(self, now_s: float) -> None:
        since_s = now_s - max(self._trusted_at_s, self._not_before_s)
        if since_s > 0:
            self._trusted = min(1.0, self._trusted + RECOVERED_PER_S * since_s)
            self._trusted_at_s = now_s
