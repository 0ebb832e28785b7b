"""Grants calls to Slack when its limits have room for them.

Pure but for the loop's clock and timers. ``method_limiter`` grants the tickets of one method; this module knows which
method has which budget, and this process's share of it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial

from bot.learned_limits import LearnedLimit
from bot.limits import (
    AUTH_TEST_CALLS_PER_MIN,
    METHOD_TIERS,
    PERMALINK_CALLS_PER_MIN,
    POSTS_PER_WORKSPACE_PER_MIN,
    STATUS_CALLS_PER_MIN,
    TIER_CALLS_PER_MIN,
)
from bot.shares import Calls, Share
from bot.slack.web_api.call_budget import Bid, CallBudget, Pace
from bot.slack.web_api.channel_slots import Reserve, WorkspaceSlots
from bot.slack.web_api.method_limiter import Bidder, MethodLimiter, Ticket

ALONE = Share()
AT_ONCE = Pace()
EDITS = Pace(every_s=0.61, kept=1, alone_s=0.91, steady_s=1.9)
"""Several answers share 49 of a minute's 50 edits in half a minute, as long as most answers take, and go on in further
messages then; the last one is for final words. An answer that is alone stays one message however long it takes, and
is never silent for two seconds: that takes 16 edits for the second half of a minute, so that the first half, in which
most answers end, has 33, evenly."""
APPENDS = Pace(every_s=0.61, kept=1)
POSTS = Pace(every_s=0.15, kept=100)
"""Leaves room for first words of new answers, however many answers go on in further messages."""


STATUSES = Pace(kept=12)
"""A status is shown only if it can also be removed: one that nobody removes stays for two minutes."""


EDIT, APPEND, POST = "chat.update", "chat.appendStream", "chat.postMessage"
STATUS, SESSION_STATUS = "assistant.threads.setStatus", "agents.sessions.setStatus"
OF_WORDS = {EDIT: EDITS, APPEND: APPENDS, POST: POSTS}
PACES = {**OF_WORDS, STATUS: STATUSES, SESSION_STATUS: STATUSES}
REPORTED = {EDIT: "edits", POST: "posts", APPEND: "appends", STATUS: "statuses", SESSION_STATUS: "statuses"}
"""The fields of ``Calls``."""
CHANNELS = "chat.postMessage in a channel"
"""The name under which the learned limit of a channel's posts is stored."""
MINUTE_FULL = 0.5
"""Of the workspace's posts: if fewer were made, the refused post met the channel's limit."""


class RateLimiter:
    """The budgets of one workspace, by method; this process has a share of each.

    ``on_learned`` is called with the name of a limit and what a refusal has taught about it; ``reserve`` is used if
    several processes share the workspace.
    """

    def __init__(self) -> None:
        self.on_learned: Callable[[str, LearnedLimit], None] = lambda *_: None
        self._share = ALONE
        self.reserve: Reserve | None = None
        self._channels = WorkspaceSlots(lambda: self.method(POST).grant_soon())
        self._methods: dict[str, MethodLimiter] = {}
        self._edits = self.method(EDIT)

    def request(self, method: str, bidder: Bidder, channel_id: str = "") -> Ticket:
        """A ticket for one call; a post also needs room in its channel."""
        channel = self._channels.of(channel_id) if method == POST else None
        return self.method(method).request(bidder, channel)

    def refused(self, method: str, retry_after_s: float, channel_id: str = "") -> None:
        """Slack answered 429: nobody calls this method before ``retry_after_s`` is over."""
        limiter, now_s = self.method(method), _now_s()
        if method == POST and limiter.budget.spent(now_s) < MINUTE_FULL * self._share.words:
            limiter.budget.hold(now_s, retry_after_s)
            name, learned = CHANNELS, self._channels.refused(channel_id)
        else:
            name, learned = method, limiter.refused(retry_after_s)
        if learned is not None:
            self.on_learned(name, learned)

    def landed(self, method: str, took_s: float) -> None:
        """A call was answered after this long."""
        self.method(method).budget.landed(_now_s(), took_s)

    def adopt(self, name: str, learned: LearnedLimit) -> None:
        """Adopts what another process, or an earlier one, has learned."""
        if name == CHANNELS:
            self._channels.limits.adopt(_now_s(), learned)
        else:
            self.method(name).budget.adopt(_now_s(), learned)

    async def acquire(self, method: str, channel_id: str = "") -> None:
        """Waits for a call that nobody is watching."""
        await self.request(method, lambda _: Bid(), channel_id).granted()

    def method(self, method: str) -> MethodLimiter:
        if method not in self._methods:
            budget = CallBudget(_calls_per_min(method), pace=PACES.get(method, AT_ONCE))
            self._take_share(method, budget)
            self._methods[method] = MethodLimiter(budget, partial(self._edit_every_s, int(method != EDIT)))
        return self._methods[method]

    def edit_every_s(self) -> float:
        """How often an answer that is shown now can currently be edited, beside those already waiting."""
        return self._edit_every_s(1)

    def _edit_every_s(self, more: int) -> float:
        """``more``: answers that do not wait for an edit now and will soon."""
        live = self._edits.live() + more
        return self._edits.budget.round_s(_now_s(), live, alone=self._edits.alone())

    def spent(self) -> Calls:
        """The parts of a minute's calls that were made here within the last minute."""
        now_s, spent = _now_s(), dict.fromkeys(REPORTED.values(), 0.0)
        for method, kind in REPORTED.items():
            if (limiter := self._methods.get(method)) is not None:
                spent[kind] = max(spent[kind], limiter.budget.spent(now_s))
        return Calls(**spent)

    def set_share(self, share: Share) -> None:
        """Sets our share; calls already made here still count."""
        self._share = share
        self._channels.share(None if share == ALONE else self.reserve)
        for method, limiter in self._methods.items():
            self._take_share(method, limiter.budget)
            limiter.grant()

    def _take_share(self, method: str, budget: CallBudget) -> None:
        kind = REPORTED.get(method)
        budget.share = self._part(method)
        budget.most = None if kind is None else getattr(self._share.most, kind)

    def _part(self, method: str) -> float:
        return self._share.words if method in OF_WORDS else self._share.rest


def _now_s() -> float:
    return asyncio.get_running_loop().time()


def _calls_per_min(method: str) -> int:
    special = {
        POST: POSTS_PER_WORKSPACE_PER_MIN,
        "chat.getPermalink": PERMALINK_CALLS_PER_MIN,
        STATUS: STATUS_CALLS_PER_MIN,
        "auth.test": AUTH_TEST_CALLS_PER_MIN,
    }
    return special.get(method) or TIER_CALLS_PER_MIN[METHOD_TIERS.get(method, 2)]
