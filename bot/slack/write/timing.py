"""Says how long the readers of a growing answer have waited, and how urgent its next call to Slack therefore is. Pure.

Edits are *short* when one answer could be edited less often than every ``MOVES_EVERY_S``. Times are seconds of one
clock.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import inf

from bot.slack.web_api.call_budget import Bid, Urgency
from bot.slack.write.plan import Action, Show
from bot.slack.write.reply_parts import Parts
from bot.slack.write.showing import Showing

MOVES_EVERY_S = 4.5
"""How often a growing answer should change before its readers' eyes."""
FIRST_PATIENCE_S = 2.0
"""How long first words wait for an edit of the message that shows a status; then they are posted below it."""
FINAL_PATIENCE_S = 1.0
"""How long the final words wait for an edit before they become a message."""
CALM_BELOW_CHARS_PER_S = 75.0
CALM_EVERY_S = 1.25
"""A slower answer is edited at most this often: more edits would show single words."""
RESTS_MAX_S = 1.0


@dataclass(slots=True)
class Timing:
    parts: Parts
    showing: Showing
    since_s: float | None = None
    """Since when words have been waiting to be shown; ``None`` while none are."""
    _first_words_s: float | None = None
    _called_s: float = -inf

    def words_came(self, now_s: float) -> None:
        self._first_words_s = now_s if self._first_words_s is None else self._first_words_s
        self.something_waits(now_s)

    def something_waits(self, now_s: float) -> None:
        self.since_s = now_s if self.since_s is None else self.since_s

    def called(self, called_s: float) -> None:
        """Slack has shown something by a call that was made at ``called_s``."""
        self._called_s = called_s

    def waited_s(self, now_s: float) -> float:
        return now_s - (self.since_s or now_s)

    def due_in_s(self, now_s: float) -> float:
        """In how many seconds readers will have waited as long as they should at most."""
        return (self.since_s or now_s) + MOVES_EVERY_S - now_s

    def bid(self, now_s: float, edit_every_s: float) -> Bid:
        parts, since_s = self.parts, self.since_s or 0.0
        if not self.showing.words_shown:
            begins = parts.has_words or parts.complete or parts.first.ts is None
            return Bid(Urgency.FIRST if begins else Urgency.LIVE, since_s)
        if parts.complete:
            return Bid(Urgency.FINAL, since_s)
        if edit_every_s <= MOVES_EVERY_S:
            return Bid(Urgency.LIVE, since_s, self._called_s + self._rests_s(now_s, edit_every_s))
        urgency = Urgency.LIVE if parts.every[-1].ts is None else Urgency.OVERDUE
        return Bid(urgency, since_s, since_s + MOVES_EVERY_S)

    def patience_s(self, action: Action) -> float | None:
        """How long ``action`` waits for its call before the plan looks for another way; ``None``: for ever."""
        if not (isinstance(action, Show) and action.ts is not None):
            return None
        if self.showing.words_shown:
            return FINAL_PATIENCE_S if self.parts.complete else MOVES_EVERY_S
        return FIRST_PATIENCE_S if self.parts.has_words or self.parts.complete else None

    def _rests_s(self, now_s: float, edit_every_s: float) -> float:
        """How long the shown text stays as it is; an edit right after the first words would show little more."""
        seconds = now_s - (self._first_words_s or now_s)
        slow = len(self.parts.text) < CALM_BELOW_CHARS_PER_S * seconds
        return CALM_EVERY_S if slow else min(edit_every_s, RESTS_MAX_S)
