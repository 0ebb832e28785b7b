"""A method (and channel) and the time come in; how many seconds the caller must wait goes out.

Pure: the clock is an argument. Sources: slack:apis/web-api/rate-limits (tiers, per method, workspace and app),
slack:reference/methods/chat.postMessage (about one a second per channel, short bursts allowed); numbers in bot.limits.
"""

from __future__ import annotations

import math
from collections import defaultdict, deque

from bot import limits

WINDOW_S = 60.0
POST_BURST = 3
"""Posts that a channel takes at once before one a second holds; "short bursts" is all that Slack says."""
SPECIAL_CALLS_PER_MIN = {
    "assistant.threads.setStatus": limits.STATUS_CALLS_PER_MIN,
    "auth.test": limits.AUTH_TEST_CALLS_PER_MIN,
    "chat.postMessage": limits.POSTS_PER_WORKSPACE_PER_MIN,
}


class RateLimits:
    """Sliding windows of a minute. Refused calls do not count. ``strictness`` 0.7 allows 30 % less than published."""

    def __init__(self, *, strictness: float = 1.0) -> None:
        self.strictness = strictness
        self._calls: dict[str, deque[float]] = defaultdict(deque)
        self._posts: dict[str, tuple[float, float]] = {}

    def retry_after_s(self, method: str, channel: str | None, now: float) -> int | None:
        """None if the call may pass (and then it counts), else whole seconds to wait, at least 1."""
        allowed = self._allowed(method)
        calls = self._calls[method]
        while calls and calls[0] <= now - WINDOW_S:
            calls.popleft()
        if allowed is not None and len(calls) >= allowed:
            return max(1, math.ceil(calls[-allowed] + WINDOW_S - now))
        if method == "chat.postMessage" and channel is not None:
            wait_s = self._take_post(channel, now)
            if wait_s is not None:
                return wait_s
        calls.append(now)
        return None

    def _allowed(self, method: str) -> int | None:
        tier = limits.METHOD_TIERS.get(method)
        per_min = SPECIAL_CALLS_PER_MIN.get(method) if tier is None else limits.TIER_CALLS_PER_MIN[tier]
        return None if per_min is None else max(1, int(per_min * self.strictness))

    def _take_post(self, channel: str, now: float) -> int | None:
        """A token bucket: one post a second, ``POST_BURST`` saved up."""
        rate = limits.POSTS_PER_CHANNEL_PER_S * self.strictness
        saved, at = self._posts.get(channel, (float(POST_BURST), now))
        saved = min(POST_BURST, saved + (now - at) * rate)
        if saved < 1.0 - 1e-9:
            return max(1, math.ceil((1.0 - saved) / rate))
        self._posts[channel] = (saved - 1.0, now)
        return None
