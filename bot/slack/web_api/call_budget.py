"""Decides when the next call to one Slack method may be made. Pure: the clock is given.

Slack allows a method so many calls a minute for a whole workspace, whatever messages they touch. The budget keeps the
calls of any minute below that, and learns from a 429: everyone waits as long as Slack says, and from then on calls stay
below a line that is safe however Slack counts (``limit_inference``): so many at once, the others evenly. A refusal that
teaches nothing lowers the number of calls for some minutes.

Nothing here waits: ``ready_at`` and ``paced_at`` name a time, and ``spend`` notes a call that is made.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from enum import IntEnum
from math import ceil, floor, inf

from bot.learned_limits import LearnedLimit
from bot.slack.web_api.limit_inference import MINUTE_S, inferred_limit

NEXT_TO_NOTHING = 1e-9
WINDOW_S = 61.0
"""A minute, plus a margin for calls that bunch up on their way."""
LOWERED = 0.9
"""The share of the budget that is left after a refusal that teaches nothing."""
RECOVERED_PER_S = 0.01 / 60
"""Of that, a hundredth comes back per minute."""
REMEMBERED_S = 7 * 86_400.0
"""How long learned limits are kept; then Slack may be as documented. One refusal a week is the price of finding out."""
SPREAD_S = 20.0
"""Calls that can wait spend a saved burst over this time: most answers are written in half a minute."""


class Urgency(IntEnum):
    """The order in which calls go."""

    FIRST = 0
    """The first words of an answer."""
    FINAL = 1
    """The last words of an answer."""
    OVERDUE = 2
    """Words that have waited as long as readers should wait at most: they do not keep the even pace."""
    LIVE = 3
    """Everything else: first whichever reply is furthest behind for its readers."""


@dataclass(frozen=True, slots=True)
class Bid:
    """The bid of somebody who waits for a call: the most urgent goes first, then whoever has waited longest."""

    urgency: Urgency = Urgency.LIVE
    since_s: float = 0.0
    not_before_s: float = -inf

    @property
    def can_wait(self) -> bool:
        return self.urgency >= Urgency.OVERDUE


@dataclass(frozen=True, slots=True)
class Pace:
    """How calls that can wait are paced: one every ``every_s``, with ``kept`` a minute left for those that cannot.

    A single caller makes one every ``alone_s`` as long as the rest then lasts for one every ``steady_s``, and at that
    rate afterwards; so it is never without a call for longer.
    """

    every_s: float = 0.0
    kept: int = 0
    alone_s: float = 0.0
    steady_s: float = 0.0


@dataclass(slots=True)
class CallBudget:
    """At most ``calls_max`` calls in any ``window_s``. ``share``: our continuing part of them if several processes
    share a workspace; ``most``, if different: the part of a minute's calls that may have been made here. If it is more
    than our share, calls that are forgotten lower it: they come back to others first."""

    calls_max: int
    window_s: float = WINDOW_S
    pace: Pace = Pace()
    share: float = 1.0
    most: float | None = None
    learned: LearnedLimit | None = None
    _learned_s: float = -inf
    _trusted: float = 1.0
    _trusted_at_s: float = 0.0
    _calls: deque[float] = field(default_factory=deque)
    _not_before_s: float = 0.0
    _saved: float = 0.0
    _saved_at_s: float = 0.0

    def ready_at(self, now_s: float, *, can_wait: bool = False, first: bool = False) -> float:
        """When the next call may be made; one that can wait leaves the reserved ones.

        ``first`` words may go before the learned line allows it, by as many as are reserved for calls that cannot wait,
        while a minute has room for them; the others pay it back.
        """
        if self.learned is not None:
            ahead = self._ahead_at_most if first and self._left_in_minute(now_s) >= 1 else 0
            missing = 1 + (self._kept_of_burst if can_wait else 0) - self._saved_now(now_s) - ahead
            back_s = now_s + missing / self._evenly_per_s if missing > NEXT_TO_NOTHING else now_s
            return max(self._not_before_s, back_s)
        return max(self._not_before_s, self._free_at(now_s, self._reserved if can_wait else 0.0))

    def paced_at(self, now_s: float, *, alone: bool = False) -> float:
        """When the next call that can wait may be made, at the even pace."""
        return max(self.ready_at(now_s, can_wait=True), self.last_s + self.pace_s(now_s, alone=alone))

    def pace_s(self, now_s: float, *, alone: bool = False) -> float:
        """The current interval between calls that can wait. ``alone``: one caller makes them all."""
        waits_s = self._not_before_s - now_s
        if self.learned is not None:
            return max(self._learned_pace_s(now_s), waits_s)
        waits_s = max(waits_s, self._free_at(now_s, self._reserved) - now_s)
        alone = alone and self.pace.steady_s > 0
        return max(self._alone_s(now_s) if alone else self.pace.every_s / self._part, waits_s)

    def round_s(self, now_s: float, callers: int, *, alone: bool = False) -> float:
        """How long it takes until each of so many ``callers`` that can wait has made a call."""
        round_s = callers * self.pace_s(now_s, alone=alone)
        left = max(0, self._left_that_can_wait(now_s))
        if self.learned is not None or callers <= left or not self._calls:
            return round_s
        freed = min(callers - left, len(self._calls))
        return max(round_s, self._calls[freed - 1] + self.window_s - now_s)

    def _alone_s(self, now_s: float) -> float:
        """Allows the shorter interval only if, after such a call, one every ``steady_s`` still finds a call left or
        free again, whatever comes back when."""
        sooner_s, steady_s = self.pace.alone_s / self._part, self.pace.steady_s / self._part
        at_s, left = max(now_s, self.last_s + sooner_s) - self.window_s, self._left_that_can_wait(now_s)
        lasts = all((left + freed) * steady_s > call_s - at_s for freed, call_s in enumerate(self._calls))
        return sooner_s if lasts else steady_s

    def _learned_pace_s(self, now_s: float) -> float:
        """The burst is spent evenly, too: sooner at first, and always as often as calls come back."""
        if not self.pace.every_s:
            return 0.0
        spare = max(0.0, self._saved_now(now_s) - 1 - self._kept_of_burst)
        return 1 / (self._evenly_per_s + spare / SPREAD_S)

    def spent(self, now_s: float) -> float:
        """The calls of the past minute, as a share of what the whole workspace may make."""
        self._forget(now_s)
        return len(self._calls) / self.calls_max

    def left(self, now_s: float) -> int:
        """How many calls could be made at once, Retry-After aside; negative if a share was taken away."""
        left = self._left_in_minute(now_s)
        return floor(left if self.learned is None else self._saved_now(now_s))

    @property
    def last_s(self) -> float:
        """When the last call was made; long ago if there was none."""
        return self._calls[-1] if self._calls else -inf

    def spend(self, now_s: float) -> None:
        if self.learned is not None:
            self._saved, self._saved_at_s = self._saved_now(now_s) - 1.0, now_s
        self._calls.append(now_s)

    def landed(self, now_s: float, took_s: float) -> None:
        """A call took this long and was answered: Slack may have counted it as late as now."""
        sent_s = now_s - took_s + NEXT_TO_NOTHING
        sent = next((at_s for at_s in reversed(self._calls) if at_s <= sent_s), None)
        if took_s > self.window_s - MINUTE_S and sent is not None:  # otherwise the window is longer for that
            self._calls.remove(sent)
            self._calls.append(now_s)

    def refused(self, now_s: float, retry_after_s: float) -> LearnedLimit | None:
        """Slack answered 429: nobody calls before ``retry_after_s`` is over, and fewer afterwards.

        Calls that were under way together are refused together; only the first lowers the budget. Returns what was
        learned, if anything.
        """
        first, ahead = now_s >= self._not_before_s, self.learned is not None and self._saved_now(now_s) < -1.0
        self.hold(now_s, retry_after_s)
        if not first or ahead:  # first words went beyond the learned line: that line was not refused
            return None
        self._forget(now_s)
        ages_s = [now_s - at_s for at_s in reversed(self._calls)][1:]
        steady = MINUTE_S / self.pace.steady_s if self.pace.steady_s else 0.0
        for_all = [age_s for age_s in ages_s for _ in range(round(1 / self.share))]
        learned = inferred_limit(for_all, retry_after_s, self.learned, self.calls_max, steady)
        if learned is None:
            self._trusted *= LOWERED
            return None
        self.learned, self._learned_s = learned, now_s
        self._saved, self._saved_at_s = 0.0, now_s
        return learned

    def hold(self, now_s: float, retry_after_s: float) -> None:
        """Nobody calls before ``retry_after_s`` is over, for a reason unrelated to this budget."""
        self._not_before_s = max(self._not_before_s, now_s + retry_after_s)

    def adopt(self, now_s: float, learned: LearnedLimit) -> None:
        """Adopts what was learned elsewhere, unless something was learned here since."""
        if self.learned is not None and (learned.same_as(self.learned) or now_s - learned.age_s < self._learned_s):
            return
        if learned.age_s < REMEMBERED_S:
            saved = 0.0 if self.learned is None else self._saved_now(now_s)
            self.learned, self._learned_s = learned, now_s - learned.age_s
            self._saved, self._saved_at_s = min(saved, self._burst), now_s

    @property
    def _part(self) -> float:
        return self.share * self._trusted

    @property
    def _calls_at_most(self) -> float:
        if self.learned is not None:
            return self._part * min(self.calls_max, self.learned.calls)
        return self._trusted * (self.share if self.most is None else self.most) * self.calls_max

    @property
    def _burst(self) -> float:
        return 0.0 if self.learned is None else max(1.0, self.learned.burst * self.share)

    @property
    def _evenly_per_s(self) -> float:
        """How fast calls that are not part of the burst come back."""
        return max(self._calls_at_most - self._burst, 0.5 * self._calls_at_most) / self.window_s

    @property
    def _ahead_at_most(self) -> int:
        """How many first words may go beyond the line."""
        return int(self._calls_at_most * self.pace.kept / self.calls_max)

    @property
    def _kept_of_burst(self) -> int:
        kept = ceil(self._burst * self.pace.kept / self.calls_max)
        return min(kept, int(self._burst) - 1)

    def _saved_now(self, now_s: float) -> float:
        return min(self._burst, self._saved + (now_s - self._saved_at_s) * self._evenly_per_s)

    def _left_in_minute(self, now_s: float) -> float:
        """Not rounded: each of several processes would lose a part of a call, and of few calls that is most."""
        self._recover(now_s)
        self._forget(now_s)
        return max(1.0, self._calls_at_most) - len(self._calls) + NEXT_TO_NOTHING

    def _left_that_can_wait(self, now_s: float) -> int:
        return floor(self._left_in_minute(now_s) - self._reserved * self._freed_in_s(now_s) / self.window_s)

    @property
    def _reserved(self) -> float:
        """Kept of a whole minute for calls that cannot wait. Of what is left of the minute, so much less is kept.

        A process keeps at least one: while several begin, each knows of the others' calls a second later.
        """
        return max(self.pace.kept * self._part, float(self.pace.kept > 0))

    def _free_at(self, now_s: float, reserved: float) -> float:
        """When there is a call beside the reserved ones: they become fewer until the oldest call is forgotten."""
        left, calls = self._left_in_minute(now_s), len(self._calls)
        if not calls:
            return now_s
        freed = min(max(0, ceil(1 - left)), calls)
        free_s = self._calls[freed - 1] + self.window_s if freed else now_s
        if not reserved or freed == calls:
            return free_s
        return max(free_s, self._calls[freed] + (1 - (left + freed - 1) / reserved) * self.window_s)

    def _freed_in_s(self, now_s: float) -> float:
        """Time until the oldest call no longer counts."""
        return self._calls[0] + self.window_s - now_s if self._calls else self.window_s

    def _forget(self, now_s: float) -> None:
        while self._calls and self._calls[0] <= now_s - self.window_s:
            self._calls.popleft()
            if self.most is not None and self.most > self.share:
                self.most = max(self.share, self.most - 1 / self.calls_max)

    def _recover(self, now_s: float) -> None:
        if self.learned is not None and now_s - self._learned_s > REMEMBERED_S:
            self.learned = None
        since_s = now_s - max(self._trusted_at_s, self._not_before_s)
        if since_s > 0:
            self._trusted = min(1.0, self._trusted + RECOVERED_PER_S * since_s)
            self._trusted_at_s = now_s
