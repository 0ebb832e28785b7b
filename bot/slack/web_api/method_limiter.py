"""Queues the callers of one Slack method until its budget has room for a call, the most urgent first.

Pure but for the loop's clock and timers. It decides nothing: ``call_budget`` does the sums, and the bidders say what a
call is worth, from when on and for how long they want it.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from math import inf

from bot.learned_limits import LearnedLimit
from bot.slack.web_api.call_budget import Bid, CallBudget, Urgency
from bot.slack.web_api.channel_slots import ChannelSlots

Bidder = Callable[[float], Bid]
"""Called as ``bidder(edit_every_s)`` whenever a call is granted to somebody; see ``RateLimiter.edit_every_s``."""

GAP_S = 0.1
"""The interval between calls, first words aside: if Slack refuses one, few others are under way."""
ALONE_FOR_S = 3.0
FEW, COUNTED_FOR_S = 20, 0.05
"""A few waiting callers are counted each time: missing one would make an edit come too soon."""


class Ticket:
    """A call that somebody waits for."""

    def __init__(self, bidder: Bidder, channel: ChannelSlots | None, limiter: MethodLimiter) -> None:
        self.bidder = bidder
        self.channel = channel
        self._limiter = limiter
        self._granted: asyncio.Future[bool] = asyncio.get_running_loop().create_future()

    async def granted(self, within_s: float | None = None) -> bool:
        """``True``: the call may be made, now. ``False``: ``within_s`` is over, or the ticket was recalled."""
        timer = None if within_s is None else asyncio.get_running_loop().call_later(within_s, self.recall)
        try:
            return await self._granted
        finally:
            if timer is not None:
                timer.cancel()
            self._limiter.leave(self)

    def recall(self) -> None:
        """The call is no longer wanted; whoever waits for it goes on at once."""
        self.settle(granted=False)

    def settle(self, *, granted: bool) -> bool:
        """Whether somebody still waited."""
        waiting = not self._granted.done()
        if waiting:
            self._granted.set_result(granted)
        return waiting


class MethodLimiter:
    """One method's budget and those who wait for it. ``edit_every_s`` is asked on behalf of the bidders."""

    def __init__(self, budget: CallBudget, edit_every_s: Callable[[], float]) -> None:
        self.budget = budget
        self._edit_every_s = edit_every_s
        self._waiting: list[Ticket] = []
        self._recent: dict[Bidder, float] = {}
        self._timer: asyncio.TimerHandle | None = None
        self._soon: asyncio.Handle | None = None
        self._live, self._counted_s = 0, -inf

    def request(self, bidder: Bidder, channel: ChannelSlots | None = None) -> Ticket:
        """``channel``: where the call posts."""
        ticket = Ticket(bidder, channel, self)
        self._waiting.append(ticket)
        if channel is not None:
            channel.join()
        if len(self._waiting) <= FEW:
            self.grant()
        else:
            self.grant_soon()
        return ticket

    def leave(self, ticket: Ticket) -> None:
        if ticket in self._waiting:
            self._remove(ticket)
            self.grant_soon()

    def refused(self, retry_after_s: float) -> LearnedLimit | None:
        """What was learned, if anything was."""
        return self.budget.refused(_now_s(), retry_after_s)

    def live(self) -> int:
        """How many wait for calls that can wait; with many waiting, counted only now and then."""
        now_s = _now_s()
        if len(self._waiting) <= FEW or now_s - self._counted_s > COUNTED_FOR_S:
            self._live, self._counted_s = sum(ticket.bidder(0.0).can_wait for ticket in self._waiting), now_s
        return self._live

    def alone(self) -> bool:
        """Whether one bidder makes all the calls that can wait, for some time now."""
        since_s = _now_s() - ALONE_FOR_S
        self._recent = {bidder: at_s for bidder, at_s in self._recent.items() if at_s > since_s}
        bidders = set(self._recent)
        for ticket in self._waiting:
            bidders.add(ticket.bidder)
            if len(bidders) > 1:
                return False
        return len(bidders) <= 1

    def grant(self) -> None:
        """Grants calls to those who may make them, and runs again when the next one may be made. Each bids once."""
        if self._soon is not None:
            self._soon.cancel()
            self._soon = None
        now_s, every_s = _now_s(), self._edit_every_s()
        bids = [(ticket, ticket.bidder(every_s)) for ticket in self._waiting]
        while bids:
            times = _Times.of(self.budget, now_s, alone=self.alone())
            known: dict[tuple[ChannelSlots | None, Urgency], float] = {}
            ready_s, _, _, number = min(
                (_ready_at(ticket, bid, now_s, times, known), bid.urgency, bid.since_s, number)
                for number, (ticket, bid) in enumerate(bids)
            )
            if ready_s > now_s:
                ready_s = min(ready_s, _ask_for_slots(bids, now_s, times))
                return self._come_back(ready_s) if ready_s < inf else None
            ticket, bid = bids.pop(number)
            self._remove(ticket)
            if bid.can_wait:
                self._recent[ticket.bidder] = now_s
            if ticket.settle(granted=True):
                self.budget.spend(now_s)
                if ticket.channel is not None:
                    ticket.channel.spend(now_s)
        return None

    def _remove(self, ticket: Ticket) -> None:
        self._waiting.remove(ticket)
        if ticket.channel is not None:
            ticket.channel.leave()

    def grant_soon(self) -> None:
        """Runs once for all callers in one round of the loop; there may be hundreds."""
        if self._soon is None:
            self._soon = asyncio.get_running_loop().call_soon(self.grant)

    def _come_back(self, at_s: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = asyncio.get_running_loop().call_at(at_s, self.grant)


@dataclass(frozen=True, slots=True)
class _Times:
    """When the budget allows a call of each urgency: the same for all waiting callers, and there may be
    hundreds."""

    first_s: float
    final_s: float
    overdue_s: float
    live_s: float

    @classmethod
    def of(cls, budget: CallBudget, now_s: float, *, alone: bool) -> _Times:
        first_s = budget.ready_at(now_s, first=True)
        final_s = max(budget.ready_at(now_s, first=False), budget.last_s + GAP_S)
        overdue_s = max(final_s, budget.ready_at(now_s, can_wait=True))
        return cls(first_s, final_s, overdue_s, max(final_s, budget.paced_at(now_s, alone=alone)))

    def at(self, urgency: Urgency) -> float:
        match urgency:
            case Urgency.FIRST:
                return self.first_s
            case Urgency.FINAL:
                return self.final_s
            case Urgency.OVERDUE:
                return self.overdue_s
        return self.live_s


def _ready_at(
    ticket: Ticket, bid: Bid, now_s: float, times: _Times, known: dict[tuple[ChannelSlots | None, Urgency], float]
) -> float:
    """``known``: when calls may be made in a channel, which is the same for all who wait there."""
    ready_s = known.get((ticket.channel, bid.urgency))
    if ready_s is None:
        ready_s = times.at(bid.urgency)
        if ticket.channel is not None:
            ready_s = max(ready_s, ticket.channel.ready_at(now_s, first_words=bid.urgency is Urgency.FIRST))
        known[ticket.channel, bid.urgency] = ready_s
    return max(bid.not_before_s, ready_s)


def _ask_for_slots(bids: list[tuple[Ticket, Bid]], now_s: float, times: _Times) -> float:
    """For posts that wait for nothing but a slot in their channel. Those that are not first words go one by one, and so
    are their slots asked for. Returns when there will be another to ask for."""
    known: dict[tuple[ChannelSlots, Urgency], float] = {}
    first, others, next_s = Counter[ChannelSlots](), list[tuple[Urgency, float, int, ChannelSlots]](), inf
    for number, (ticket, bid) in enumerate(bids):
        if (channel := ticket.channel) is None:
            continue
        first_words = bid.urgency is Urgency.FIRST
        if (wanted_s := known.get((channel, bid.urgency))) is None:
            wanted_s = max(times.at(bid.urgency), channel.wants_slot_at(now_s, first_words=first_words))
            known[channel, bid.urgency] = wanted_s
        if (at_s := max(bid.not_before_s, wanted_s)) > now_s:
            next_s = min(next_s, at_s)
        elif first_words:
            first[channel] += 1
        else:
            others.append((bid.urgency, bid.since_s, number, channel))
    for channel, number in first.items():
        channel.ask(number, first_words=True)
    if others:
        min(others)[-1].ask(1, first_words=False)
    return next_s


def _now_s() -> float:
    return asyncio.get_running_loop().time()
