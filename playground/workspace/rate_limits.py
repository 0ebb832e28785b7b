"""Says how many seconds the caller of a method must wait, by the time and, for some methods, the channel.

Pure: the clock is an argument. Sources: slack:apis/web-api/rate-limits (tiers, per method, workspace and app),
slack:reference/methods/chat.postMessage (about one a second per channel, short bursts allowed); numbers in bot.limits.
How a tier's minute is counted, and how long a burst may be, Slack does not say: both are arguments.
"""

from __future__ import annotations

import math
from collections import defaultdict, deque
from enum import StrEnum

from bot import limits

WINDOW_S = 60.0
CALL_BURST = 12
POST_BURST = 5
NEXT_TO_NOTHING = 1e-9
SPECIAL_CALLS_PER_MIN = {
    "assistant.threads.setStatus": limits.STATUS_CALLS_PER_MIN,
    "auth.test": limits.AUTH_TEST_CALLS_PER_MIN,
    "chat.getPermalink": limits.PERMALINK_CALLS_PER_MIN,
    "chat.postMessage": limits.POSTS_PER_WORKSPACE_PER_MIN,
}


class Shape(StrEnum):
    """How so many calls a minute are counted."""

    SLIDING = "sliding"
    """In the minute up to now."""
    FIXED = "fixed"
    """In this minute of the clock."""
    BUCKET = "bucket"
    """A burst, and what has come back since, evenly."""


class RateLimits:
    """Refused calls do not count. ``strictness`` 0.7 allows 30 % less than published, of a burst too.

    ``burst`` is what a bucket holds of a tier's 50 calls, and in proportion of others'; ``post_burst`` is how many
    posts a channel takes at once before one a second holds.
    """

    def __init__(
        self,
        *,
        strictness: float = 1.0,
        shape: Shape = Shape.SLIDING,
        burst: float = CALL_BURST,
        post_burst: float = POST_BURST,
    ) -> None:
        self.strictness = strictness
        self._shape = shape
        self._burst_part = burst / limits.TIER_CALLS_PER_MIN[3]
        self._post_burst = max(1.0, post_burst * strictness)
        self._calls: dict[str, deque[float]] = defaultdict(deque)
        self._buckets: dict[tuple[str, str], tuple[float, float]] = {}

    def retry_after_s(self, method: str, channel: str | None, now: float) -> int | None:
        """None if the call may pass (and then it counts), else whole seconds to wait, at least 1."""
        allowed = self._allowed(method)
        waits_s = [] if allowed is None else [self._method_wait_s(method, allowed, now)]
        posted = method == "chat.postMessage" and channel is not None
        if posted:
            waits_s.append(self._bucket_wait_s(("post", channel or ""), *self._posts, now))
        if (wait_s := max(waits_s, default=0.0)) > 0:
            return max(1, math.ceil(wait_s))
        if allowed is not None:
            self._count(method, allowed, now)
        if posted:
            self._take(("post", channel or ""), *self._posts, now)
        return None

    @property
    def _posts(self) -> tuple[float, float]:
        return self._post_burst, limits.POSTS_PER_CHANNEL_PER_S * self.strictness

    def _allowed(self, method: str) -> int | None:
        tier = limits.METHOD_TIERS.get(method)
        per_min = SPECIAL_CALLS_PER_MIN.get(method) if tier is None else limits.TIER_CALLS_PER_MIN[tier]
        return None if per_min is None else max(1, int(per_min * self.strictness))

    def _method_wait_s(self, method: str, allowed: int, now: float) -> float:
        if self._shape is Shape.BUCKET:
            return self._bucket_wait_s((method, ""), self._burst(allowed), allowed / WINDOW_S, now)
        calls = self._calls[method]
        since = now - WINDOW_S if self._shape is Shape.SLIDING else now // WINDOW_S * WINDOW_S - NEXT_TO_NOTHING
        while calls and calls[0] <= since:
            calls.popleft()
        if len(calls) < allowed:
            return 0.0
        return (calls[-allowed] if self._shape is Shape.SLIDING else since) + WINDOW_S - now

    def _count(self, method: str, allowed: int, now: float) -> None:
        if self._shape is Shape.BUCKET:
            self._take((method, ""), self._burst(allowed), allowed / WINDOW_S, now)
        else:
            self._calls[method].append(now)

    def _burst(self, allowed: int) -> float:
        return min(float(allowed), max(1.0, self._burst_part * allowed))

    def _bucket_wait_s(self, key: tuple[str, str], burst: float, per_s: float, now: float) -> float:
        saved = self._saved(key, burst, per_s, now)
        return 0.0 if saved >= 1.0 - NEXT_TO_NOTHING else (1.0 - saved) / per_s

    def _take(self, key: tuple[str, str], burst: float, per_s: float, now: float) -> None:
        self._buckets[key] = (self._saved(key, burst, per_s, now) - 1.0, now)

    def _saved(self, key: tuple[str, str], burst: float, per_s: float, now: float) -> float:
        saved, at = self._buckets.get(key, (burst, now))
        return min(burst, saved + (now - at) * per_s)
