"""Decides when the next post to a channel may be made. Pure: the clock is given.

Slack allows about one post a second in a channel, and "short bursts" above that, of a length that it does not document.
A burst is saved for first words: nothing else may be the reason why a person sees no answer begin. Spent ones come back
at one a second, and all other posts leave some of the burst. Each refused post of a burst makes bursts shorter in all
channels; if no burst is to blame, posts become less frequent. This is how one process counts; if several post in a
channel, ``channel_slots`` matters, too.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import inf

from bot.learned_limits import LearnedLimit
from bot.limits import POSTS_PER_CHANNEL_PER_S
from bot.slack.web_api.call_budget import REMEMBERED_S

MINUTE_S = 60.0
POST_EVERY_S = 1.05 / POSTS_PER_CHANNEL_PER_S
"""A second, plus a margin for posts that bunch up on their way."""
BURST = 5.0
"""Assumed until Slack refuses one."""
KEPT = 2.0
"""How much of a burst other posts leave for first words."""
CLOSE_S = 3.0
"""If a post is refused although none was made this shortly before, there was another reason."""
LOWERED = 0.85
LEAST_PER_MIN = 20.0
NEXT_TO_NOTHING = 1e-9

DOCUMENTED = LearnedLimit(MINUTE_S / POST_EVERY_S, BURST)


@dataclass(slots=True)
class ChannelPosts:
    """What one channel accepts; ``limits`` are those of all channels."""

    limits: ChannelLimits
    _saved: float = BURST
    _saved_at_s: float = 0.0
    _spent_s: float = -inf
    _before_s: float = -inf

    def ready_at(self, now_s: float, *, first_words: bool) -> float:
        kept = self.limits.burst(now_s) - self.limits.at_once(now_s, first_words=first_words)
        missing = 1.0 + kept - self.saved(now_s)
        return now_s + missing / self.limits.per_s(now_s) if missing > NEXT_TO_NOTHING else now_s

    def spend(self, now_s: float) -> None:
        self._before_s = self._spent_s
        self._saved, self._saved_at_s, self._spent_s = self.saved(now_s) - 1.0, now_s, now_s

    def refused(self, now_s: float) -> tuple[float, bool]:
        """How many posts of a burst had passed, and whether the latest came soon after another.

        The refused post was spent and does not count; nothing is saved now.
        """
        passed = self.limits.burst(now_s) - self.saved(now_s) - 1.0
        self._saved, self._saved_at_s = 0.0, now_s
        return passed, self._spent_s - self._before_s < CLOSE_S

    def saved(self, now_s: float) -> float:
        back = (now_s - self._saved_at_s) * self.limits.per_s(now_s)
        return min(self.limits.burst(now_s), self._saved + back)


@dataclass(slots=True)
class ChannelLimits:
    """All channels of a workspace. ``learned``: the posts a minute and the burst that any channel accepts."""

    learned: LearnedLimit | None = None
    _learned_s: float = 0.0

    def burst(self, now_s: float) -> float:
        return self._known(now_s).burst

    def at_once(self, now_s: float, *, first_words: bool) -> float:
        """How many posts of a burst may be made: posts other than first words leave some of it."""
        burst = self.burst(now_s)
        return burst if first_words else max(1.0, burst - KEPT)

    def per_s(self, now_s: float) -> float:
        return self._known(now_s).calls / MINUTE_S

    def refused(self, posts: ChannelPosts, now_s: float) -> LearnedLimit | None:
        """What was learned, if anything. ``posts``: those of the channel that refused one."""
        known = self._known(now_s)
        passed, close = posts.refused(now_s)
        if passed >= 1.0 - NEXT_TO_NOTHING and known.burst > 1.0:
            learned = LearnedLimit(known.calls, max(1.0, min(known.burst - 1.0, float(int(passed)))))
        elif close:
            learned = LearnedLimit(max(LEAST_PER_MIN, LOWERED * known.calls), known.burst)
        else:
            return None
        self.learned, self._learned_s = learned, now_s
        return learned

    def adopt(self, now_s: float, learned: LearnedLimit) -> None:
        """Adopts what another process learned, unless something was learned here since."""
        if self.learned is not None and (learned.same_as(self.learned) or now_s - learned.age_s < self._learned_s):
            return
        if learned.age_s < REMEMBERED_S:
            self.learned, self._learned_s = learned, now_s - learned.age_s

    def _known(self, now_s: float) -> LearnedLimit:
        if self.learned is not None and now_s - self._learned_s > REMEMBERED_S:
            self.learned = None
        return self.learned or DOCUMENTED
