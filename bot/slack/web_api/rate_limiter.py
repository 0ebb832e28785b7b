"""Who wants to call Slack waits here until the method's budget has room for them, the most urgent first.

Pure but for the loop's clock and timers; ``call_budget`` does the sums.

Edits are the scarce ones. While there are enough of them to show each answer's new words every ``MOVES_EVERY_S``, they
go at an even pace, to whoever's readers are furthest behind. Where there are not (``edits_short``), an answer can go on
in a further message, of which Slack allows more: then an edit that brings a message to its end may go as soon as its
readers have waited for ``MOVES_EVERY_S``.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from math import inf

from bot.limits import (
    AUTH_TEST_CALLS_PER_MIN,
    METHOD_TIERS,
    POSTS_PER_CHANNEL_PER_S,
    POSTS_PER_WORKSPACE_PER_MIN,
    STATUS_CALLS_PER_MIN,
    TIER_CALLS_PER_MIN,
)
from bot.slack.web_api.call_budget import CallBudget, Pace


class Urgency(IntEnum):
    """In this order calls go; only ``LIVE`` ones can wait."""

    FIRST = 0
    """The first words of an answer."""
    LAST = 1
    """The last edit of an answer."""
    LIVE = 2
    """Everything between: whose readers are furthest behind goes first."""


Rank = Callable[[], tuple[Urgency, float]]
"""EntryPoint when a place is given away: urgency, and since when words wait to be seen."""

MOVES_EVERY_S = 4.5
"""So often a growing answer should change before its readers' eyes."""
GAP_S = 0.1
"""From one call to the next, first words aside: if Slack refuses one, few others are under way."""
CHANNELS_MAX = 1_000


@dataclass(slots=True, eq=False)
class _Waiter:
    rank: Rank
    budgets: tuple[CallBudget, ...]
    passed: asyncio.Future[None]


class MethodLimiter:
    """One method's budget and those who wait for it.

    ``enough_every_s``: calls of this method are short when those who wait would have it less often.
    ``live_after_s`` says how long words have to wait before a call that can wait is made for them.
    """

    def __init__(
        self, budget: CallBudget, *, enough_every_s: float = inf, live_after_s: Callable[[], float] = lambda: 0.0
    ) -> None:
        self.budget = budget
        self._enough_every_s = enough_every_s
        self._live_after_s = live_after_s
        self._waiters: list[_Waiter] = []
        self._timer: asyncio.TimerHandle | None = None

    async def acquire(self, rank: Rank, *more: CallBudget) -> None:
        """Returns when the caller may make one call, now. ``more``: budgets that this call needs besides."""
        waiter = _Waiter(rank, (self.budget, *more), asyncio.get_running_loop().create_future())
        self._waiters.append(waiter)
        self.open()
        try:
            await waiter.passed
        finally:
            if waiter in self._waiters:
                self._waiters.remove(waiter)
                self.open()

    def refused(self, retry_after_s: float) -> None:
        self.budget.refused(_now_s(), retry_after_s)

    def short(self, more: int = 0) -> bool:
        """Whether those who wait, and ``more``, would each have a call less often than is enough."""
        live = sum(waiter.rank()[0] is Urgency.LIVE for waiter in self._waiters) + more
        return live * self.budget.pace_s(_now_s()) > self._enough_every_s

    def open(self) -> None:
        """Lets in who may go, and comes back when the next one may."""
        now_s = _now_s()
        while self._waiters:
            short = self.short()
            ready_s, _, number = min(
                (self._ready_at(waiter, now_s, short), waiter.rank(), number)
                for number, waiter in enumerate(self._waiters)
            )
            if ready_s > now_s:
                return self._come_back(ready_s)
            waiter = self._waiters.pop(number)
            if not waiter.passed.done():
                for budget in waiter.budgets:
                    budget.spend(now_s)
                waiter.passed.set_result(None)
        return None

    def _ready_at(self, waiter: _Waiter, now_s: float, short: bool) -> float:
        """Now or later, so that those who are ready stand in the order of their ranks."""
        urgency, since_s = waiter.rank()
        ready_s = max(now_s, *(budget.ready_at(now_s) for budget in waiter.budgets))
        if urgency is Urgency.FIRST:
            return ready_s
        ready_s = max(ready_s, self.budget.last_s + GAP_S)
        if urgency is Urgency.LAST:
            return ready_s
        if short:
            return max(ready_s, since_s + MOVES_EVERY_S, self.budget.ready_at(now_s, can_wait=True))
        return max(ready_s, since_s + self._live_after_s(), self.budget.paced_at(now_s))

    def _come_back(self, at_s: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = asyncio.get_running_loop().call_at(at_s, self.open)


CHANNEL_WINDOW_S = 1.05
"""A second, and what posts may bunch up on their way."""
AT_ONCE = Pace()
EDITS = Pace(every_s=0.61, kept=1)
"""49 of a minute's 50 edits in half a minute, as long as most answers take: such a one moves as smoothly as it can,
and a longer one goes on in further messages. The last one is for last words."""
POSTS = Pace(every_s=0.15, kept=100)
"""First words of new answers find room, however many answers go on in further messages."""


class RateLimiter:
    """The budgets of one workspace, by method. ``share`` is this process' part of them."""

    def __init__(self, share: float = 1.0) -> None:
        self._share = share
        self._channels: dict[str, CallBudget] = {}
        self._edits = MethodLimiter(self._budget("chat.update", EDITS), enough_every_s=MOVES_EVERY_S)
        posts = MethodLimiter(self._budget("chat.postMessage", POSTS), live_after_s=self._further_after_s)
        appends = MethodLimiter(self._budget("chat.appendStream", EDITS))
        self._methods = {"chat.update": self._edits, "chat.postMessage": posts, "chat.appendStream": appends}

    async def acquire(self, method: str, *, channel_id: str = "", rank: Rank = lambda: (Urgency.LIVE, 0.0)) -> None:
        """Waits for the method's budget; a post waits for its channel's too."""
        if method == "chat.postMessage":
            await self.method(method).acquire(rank, self._channel(channel_id))
        else:
            await self.method(method).acquire(rank)

    def method(self, method: str) -> MethodLimiter:
        if method not in self._methods:
            self._methods[method] = MethodLimiter(self._budget(method))
        return self._methods[method]

    def edits_short(self) -> bool:
        """Whether an answer that is shown now had better not count on another edit soon."""
        return self._edits.short(1)

    def set_share(self, share: float) -> None:
        """Our part from now on; calls already made count on. Others' calls do too: take over a share a minute late."""
        self._share = share
        for limiter in self._methods.values():
            limiter.budget.share = share
            limiter.open()

    def _budget(self, method: str, pace: Pace = AT_ONCE) -> CallBudget:
        return CallBudget(_calls_per_min(method), pace=pace, share=self._share)

    def _channel(self, channel_id: str) -> CallBudget:
        if channel_id not in self._channels:
            if len(self._channels) >= CHANNELS_MAX:
                now_s = _now_s()
                self._channels = {name: one for name, one in self._channels.items() if one.left(now_s) <= 0}
            self._channels[channel_id] = CallBudget(POSTS_PER_CHANNEL_PER_S, window_s=CHANNEL_WINDOW_S)
        return self._channels[channel_id]

    def _further_after_s(self) -> float:
        return MOVES_EVERY_S if self.edits_short() else 0.0


def _now_s() -> float:
    return asyncio.get_running_loop().time()


def _calls_per_min(method: str) -> int:
    special = {
        "chat.postMessage": POSTS_PER_WORKSPACE_PER_MIN,
        "assistant.threads.setStatus": STATUS_CALLS_PER_MIN,
        "auth.test": AUTH_TEST_CALLS_PER_MIN,
    }
    return special.get(method) or TIER_CALLS_PER_MIN[METHOD_TIERS.get(method, 2)]
