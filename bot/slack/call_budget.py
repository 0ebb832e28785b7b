"""Times of calls to one Slack method go in; the time at which the next one may go comes out. Pure: the clock is given.

Slack allows a method so many calls a minute for a whole workspace, whatever messages they touch. The budget holds the
calls of the last minute below that, and learns from a 429: everyone waits as long as Slack says, then the limit is
lowered and creeps back while all goes well.

Calls that may wait are spread out. ``spread`` is the share of the even pace at which they go: at 1 the budget lasts
just to the end of the minute, at 0.5 twice as many go early, and fewer later. Urgent calls go at once while any are
left.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

WINDOW_S = 61.0
"""A minute, and what calls sent evenly may bunch up on their way."""
LOWERED = 0.8
RECOVERED_PER_CALL = 0.01
SHARE_MIN = 0.1


@dataclass(slots=True)
class CallBudget:
    """``calls_max`` in any ``window_s``; ``share`` is what we trust of it, and our part where several share it."""

    calls_max: int
    window_s: float = WINDOW_S
    spread: float = 0.0
    share: float = 1.0
    share_max: float = 1.0
    _calls: deque[float] = field(default_factory=deque)
    _not_before_s: float = 0.0

    def ready_at(self, now_s: float, *, urgent: bool = True, reserve: int = 0) -> float:
        """When the next call may go. ``reserve`` calls are kept back for urgent ones."""
        self._forget(now_s)
        capacity = max(1, int(self.calls_max * self.share))
        left = capacity - len(self._calls) - (0 if urgent else reserve)
        if left <= 0:
            return max(self._not_before_s, self._calls[min(-left, len(self._calls) - 1)] + self.window_s)
        if urgent or not self.spread or not self._calls:
            return self._not_before_s
        freed_in_s = self._calls[0] + self.window_s - self._calls[-1]
        return max(self._not_before_s, self._calls[-1] + self.spread * freed_in_s / left)

    def spend(self, now_s: float) -> None:
        self._calls.append(now_s)
        self.share = min(self.share_max, self.share + RECOVERED_PER_CALL * self.share_max)

    def refused(self, now_s: float, retry_after_s: float) -> None:
        """Slack answered 429: nobody calls before ``retry_after_s`` is over, and fewer call after it."""
        self._not_before_s = max(self._not_before_s, now_s + retry_after_s)
        self.share = max(SHARE_MIN * self.share_max, self.share * LOWERED)

    def _forget(self, now_s: float) -> None:
        while self._calls and self._calls[0] <= now_s - self.window_s:
            self._calls.popleft()
