"""Who wants to call Slack waits here until the method's budget has room for the call, the most urgent first.

Pure but for the loop's clock and timers. It counts and decides nothing: ``call_budget`` does the sums, and what a call
is worth, from when on and for how long it is wanted, is said by who bids for it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from math import inf

from bot.learned_limits import LearnedLimit
from bot.limits import (
    AUTH_TEST_CALLS_PER_MIN,
    METHOD_TIERS,
    PERMALINK_CALLS_PER_MIN,
    POSTS_PER_WORKSPACE_PER_MIN,
    STATUS_CALLS_PER_MIN,
    TIER_CALLS_PER_MIN,
)
from bot.shares import Share
from bot.slack.web_api.call_budget import Bid, CallBudget, Pace, Urgency
from bot.slack.web_api.channel_posts import ChannelLimits, ChannelPosts

Bidder = Callable[[float], Bid]
"""Called as ``bidder(edit_every_s)`` whenever a call is granted to somebody; see ``RateLimiter.edit_every_s``."""

GAP_S = 0.1
"""From one call to the next, first words aside: if Slack refuses one, few others are under way."""
ALONE_FOR_S = 3.0
FEW, COUNTED_FOR_S = 20, 0.05
"""Who waits is looked at anew each time as long as they are few: one who is missed would make an edit come too soon."""


class Ticket:
    """A call that somebody waits for."""

    def __init__(self, bidder: Bidder, channel: ChannelPosts | None, limiter: MethodLimiter) -> None:
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
        """The call is not wanted any more; whoever waits for it goes on at once."""
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

    def request(self, bidder: Bidder, channel: ChannelPosts | None = None) -> Ticket:
        """``channel``: where the call posts."""
        ticket = Ticket(bidder, channel, self)
        self._waiting.append(ticket)
        if len(self._waiting) <= FEW:
            self.grant()
        else:
            self._grant_soon()
        return ticket

    def leave(self, ticket: Ticket) -> None:
        if ticket in self._waiting:
            self._waiting.remove(ticket)
            self._grant_soon()

    def refused(self, retry_after_s: float) -> LearnedLimit | None:
        """What was learned, if anything was."""
        return self.budget.refused(_now_s(), retry_after_s)

    def live(self) -> int:
        """How many wait for calls that can wait; of many that is counted now and then."""
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
        """Grants calls to who may make them, and comes back when the next one may. Each bids once."""
        if self._soon is not None:
            self._soon.cancel()
            self._soon = None
        now_s, every_s = _now_s(), self._edit_every_s()
        bids = [(ticket, ticket.bidder(every_s)) for ticket in self._waiting]
        while bids:
            times = _Times.of(self.budget, now_s, alone=self.alone())
            ready_s, _, _, number = min(
                (_ready_at(ticket, bid, now_s, times), bid.urgency, bid.since_s, number)
                for number, (ticket, bid) in enumerate(bids)
            )
            if ready_s > now_s:
                return self._come_back(ready_s)
            ticket, bid = bids.pop(number)
            self._waiting.remove(ticket)
            if bid.can_wait:
                self._recent[ticket.bidder] = now_s
            if ticket.settle(granted=True):
                self.budget.spend(now_s)
                if ticket.channel is not None:
                    ticket.channel.spend(now_s)
        return None

    def _grant_soon(self) -> None:
        """Once for all who come and go in one round of the loop, of whom there may be hundreds."""
        if self._soon is None:
            self._soon = asyncio.get_running_loop().call_soon(self.grant)

    def _come_back(self, at_s: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = asyncio.get_running_loop().call_at(at_s, self.grant)


@dataclass(frozen=True, slots=True)
class _Times:
    """When the budget allows a call of each urgency: the same for all who wait, of whom there may be hundreds."""

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


def _ready_at(ticket: Ticket, bid: Bid, now_s: float, times: _Times) -> float:
    ready_s = max(bid.not_before_s, times.at(bid.urgency))
    if ticket.channel is not None:
        ready_s = max(ready_s, ticket.channel.ready_at(now_s, first_words=bid.urgency is Urgency.FIRST))
    return ready_s


AT_ONCE = Pace()
EDITS = Pace(every_s=0.61, kept=1, alone_s=0.91, steady_s=1.9)
"""Several answers share 49 of a minute's 50 edits in half a minute, as long as most answers take, and go on in further
messages then; the last one is for final words. An answer that is alone stays one message however long it takes, and
is never silent for two seconds: that takes 16 edits for the second half of a minute, so that the first half, in which
most answers end, has 33, evenly."""
APPENDS = Pace(every_s=0.61, kept=1)
POSTS = Pace(every_s=0.15, kept=100)
"""First words of new answers find room, however many answers go on in further messages."""


EDIT, APPEND, POST = "chat.update", "chat.appendStream", "chat.postMessage"
PACES = {EDIT: EDITS, APPEND: APPENDS, POST: POSTS}
CHANNELS = "chat.postMessage in a channel"
"""The name by which what was learned of a channel's posts is kept."""
MINUTE_FULL = 0.5
"""Of the workspace's posts: where fewer went, it is the channel's limit that a post was refused by."""


class RateLimiter:
    """The budgets of one workspace, by method, of which this process has a share.

    ``on_learned`` is called with the name of a limit and what a refusal has taught of it.
    """

    def __init__(self) -> None:
        self.on_learned: Callable[[str, LearnedLimit], None] = lambda *_: None
        self._share = Share()
        self._channels = ChannelLimits()
        self._methods: dict[str, MethodLimiter] = {}
        self._edits = self.method(EDIT)

    def request(self, method: str, bidder: Bidder, channel_id: str = "") -> Ticket:
        """A ticket for one call; a post needs its channel's leave too."""
        channel = self._channels.of(channel_id, _now_s()) if method == POST else None
        return self.method(method).request(bidder, channel)

    def refused(self, method: str, retry_after_s: float, channel_id: str = "") -> None:
        """Slack answered 429: nobody calls this method before ``retry_after_s`` is over."""
        limiter, now_s = self.method(method), _now_s()
        if method == POST and limiter.budget.spent(now_s) < MINUTE_FULL * self._share.words:
            limiter.budget.hold(now_s, retry_after_s)
            name, learned = CHANNELS, self._channels.refused(channel_id, now_s)
        else:
            name, learned = method, limiter.refused(retry_after_s)
        if learned is not None:
            self.on_learned(name, learned)

    def landed(self, method: str, took_s: float) -> None:
        """A call was answered that was on its way for so long."""
        self.method(method).budget.landed(_now_s(), took_s)

    def adopt(self, name: str, learned: LearnedLimit) -> None:
        """Keeps to what another process has learned, or an earlier one."""
        if name == CHANNELS:
            self._channels.adopt(_now_s(), learned)
        else:
            self.method(name).budget.adopt(_now_s(), learned)

    async def acquire(self, method: str, channel_id: str = "") -> None:
        """Waits for a call that nobody watches."""
        await self.request(method, lambda _: Bid(), channel_id).granted()

    def method(self, method: str) -> MethodLimiter:
        if method not in self._methods:
            budget = CallBudget(_calls_per_min(method), pace=PACES.get(method, AT_ONCE), share=self._part(method))
            self._methods[method] = MethodLimiter(budget, partial(self._edit_every_s, int(method != EDIT)))
        return self._methods[method]

    def edit_every_s(self) -> float:
        """How often an answer that is shown now, beside those that wait already, can be edited as things are."""
        return self._edit_every_s(1)

    def _edit_every_s(self, more: int) -> float:
        """``more``: answers that do not wait for an edit now and will soon."""
        live = self._edits.live() + more
        return live * self._edits.budget.pace_s(_now_s(), alone=self._edits.alone())

    def edits_spent(self) -> float:
        """Which part of the edits that Slack allows in a minute was made here within the last one."""
        return self._edits.budget.spent(_now_s())

    def set_share(self, share: Share) -> None:
        """Our part from now on; calls already made here count on."""
        self._share = share
        self._edits.budget.most = share.edits
        for method, limiter in self._methods.items():
            limiter.budget.share = self._part(method)
            limiter.grant()

    def _part(self, method: str) -> float:
        return self._share.words if method in PACES else self._share.rest


def _now_s() -> float:
    return asyncio.get_running_loop().time()


def _calls_per_min(method: str) -> int:
    special = {
        POST: POSTS_PER_WORKSPACE_PER_MIN,
        "chat.getPermalink": PERMALINK_CALLS_PER_MIN,
        "assistant.threads.setStatus": STATUS_CALLS_PER_MIN,
        "auth.test": AUTH_TEST_CALLS_PER_MIN,
    }
    return special.get(method) or TIER_CALLS_PER_MIN[METHOD_TIERS.get(method, 2)]
