"""Who wants to call Slack waits here until the method's budget has room for them, the most urgent first.

Pure but for the loop's clock and timers; ``call_budget`` does the sums.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum

from bot.limits import (
    AUTH_TEST_CALLS_PER_MIN,
    METHOD_TIERS,
    POSTS_PER_CHANNEL_PER_S,
    POSTS_PER_WORKSPACE_PER_MIN,
    STATUS_CALLS_PER_MIN,
    TIER_CALLS_PER_MIN,
)
from bot.slack.call_budget import CallBudget


class Urgency(IntEnum):
    """In this order calls go; only ``LIVE`` ones are spread out."""

    FIRST = 0
    """The first words of an answer."""
    LAST = 1
    """The last edit of an answer."""
    LIVE = 2
    """Everything between: whose readers are furthest behind goes first."""


Rank = Callable[[], tuple[Urgency, float]]
"""Asked when a place is given away: urgency, and since when words wait to be seen."""


@dataclass(slots=True, eq=False)
class _Waiter:
    rank: Rank
    passed: asyncio.Future[None]


class Gate:
    """One budget and those who wait for it."""

    def __init__(self, budget: CallBudget, *, reserve: int = 0) -> None:
        self._budget = budget
        self._reserve = reserve
        self._waiters: list[_Waiter] = []
        self._timer: asyncio.TimerHandle | None = None

    async def enter(self, rank: Rank) -> None:
        """Returns when the caller may make one call, now."""
        loop = asyncio.get_running_loop()
        waiter = _Waiter(rank, loop.create_future())
        self._waiters.append(waiter)
        self._open()
        try:
            await waiter.passed
        finally:
            if waiter in self._waiters:
                self._waiters.remove(waiter)
                self._open()

    def refused(self, retry_after_s: float) -> None:
        self._budget.refused(asyncio.get_running_loop().time(), retry_after_s)

    def _open(self) -> None:
        loop = asyncio.get_running_loop()
        while self._waiters:
            first = min(self._waiters, key=lambda waiter: waiter.rank())
            urgent = first.rank()[0] is not Urgency.LIVE
            now_s = loop.time()
            ready_s = self._budget.ready_at(now_s, urgent=urgent, reserve=self._reserve)
            if ready_s > now_s:
                self._call_again(ready_s)
                return
            self._waiters.remove(first)
            if not first.passed.done():
                self._budget.spend(now_s)
                first.passed.set_result(None)

    def _call_again(self, at_s: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = asyncio.get_running_loop().call_at(at_s, self._open)


CHANNEL_WINDOW_S = 1.05
"""A second, and what posts may bunch up on their way."""
EDITS_SPREAD = 0.55
"""Answers of half a minute see almost the whole minute's edits, and longer ones never wait much over three seconds."""
EDITS_KEPT_FOR_LAST = 4


class Gates:
    """The budgets of one workspace, by method. ``share`` is this process' part of them."""

    def __init__(self, share: float = 1.0) -> None:
        self._share = share
        self._gates: dict[str, Gate] = {}
        self._channels: dict[str, Gate] = {}

    async def enter(self, method: str, *, channel_id: str = "", rank: Rank = lambda: (Urgency.FIRST, 0.0)) -> None:
        """Waits for the method's budget; a post waits for its channel's too."""
        if method == "chat.postMessage":
            if channel_id not in self._channels:
                self._forget_idle_channels()
                self._channels[channel_id] = Gate(CallBudget(POSTS_PER_CHANNEL_PER_S, window_s=CHANNEL_WINDOW_S))
            await self._channels[channel_id].enter(rank)
        await self.gate(method).enter(rank)

    def gate(self, method: str) -> Gate:
        if method not in self._gates:
            budget = CallBudget(_calls_per_min(method), share=self._share, share_max=self._share)
            if method == "chat.update":
                budget.spread = EDITS_SPREAD
            self._gates[method] = Gate(budget, reserve=EDITS_KEPT_FOR_LAST if method == "chat.update" else 0)
        return self._gates[method]

    def _forget_idle_channels(self) -> None:
        if len(self._channels) >= 1_000:
            self._channels.clear()


def _calls_per_min(method: str) -> int:
    special = {
        "chat.postMessage": POSTS_PER_WORKSPACE_PER_MIN,
        "assistant.threads.setStatus": STATUS_CALLS_PER_MIN,
        "auth.test": AUTH_TEST_CALLS_PER_MIN,
    }
    return special.get(method) or TIER_CALLS_PER_MIN[METHOD_TIERS.get(method, 2)]
