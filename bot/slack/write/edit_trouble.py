"""Says what to do while Slack fails to edit messages. Pure: the part of a plan that is about failed edits.

A message whose edits fail must not freeze before its readers' eyes, and no word may be shown twice. So after two
failures, when words have waited for ``GO_ON_AFTER_S``, what the message shows is looked up. If that can be told, the
message ends there for good (it is *closed*), and the answer goes on below it::

    edit ─ fails ─▶ the newest text is tried again ─ fails ─▶ looked up ─┬─ it shows the newest text: the edit was made
       │                                                                 ├─ it shows less: closed, go on by posts
       └─ no answer ─▶ the same text is sent again ─ made ─▶ closed      └─ nobody can say: try again

An edit without an answer may still be made at any time. So its message is given the same text until an edit is
confirmed, and nothing else after that: whenever the late one is made, readers see no difference.

While edits fail, each post is closed at once. When a *repair* works, which edits a closed message to what it should
show anyway, messages grow by edits again.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import inf

from bot.errors import SlackError, SlackOutcomeUnknown, SlackTokenInvalid
from bot.slack.write.plan import Next, Show
from bot.slack.write.reply_part import Part, Standing
from bot.slack.write.reply_parts import Parts

NO_ANSWER = "no_answer"
"""Our code for an edit that was given up without an answer."""
GO_ON_AFTER_S = 3.5
"""Readers who have waited this long get their words in another message."""
REPAIR_FIRST_S, REPAIR_EVERY_MAX_S = 5.0, 40.0


@dataclass(slots=True)
class EditTrouble:
    parts: Parts
    _failures: int = 0
    _repair_at_s: float = -inf
    _repair_every_s: float = REPAIR_FIRST_S

    def failed(self, part: Part | None, action: Show, error: SlackError, now_s: float, waited_s: float) -> Next:
        """Slack did not do it now, or nobody knows."""
        unknown = isinstance(error, SlackOutcomeUnknown)
        if part is not None and unknown:
            part.unsure(action)
        if action.ts is None or part is None:
            return Next.AFTER_A_LOOK if unknown and action.ts is None else Next.AFTER_A_PAUSE
        if part.closed:
            self._repair_at_s = now_s + self._repair_every_s
            self._repair_every_s = min(2 * self._repair_every_s, REPAIR_EVERY_MAX_S)
            return Next.AT_ONCE
        if error.retry_after_s is not None:  # the rate limiter knows when the next one may be made
            return Next.AFTER_A_PAUSE
        self._failures += 1
        if error.code == NO_ANSWER:
            part.again = action
        if self._failures > 1 and waited_s >= GO_ON_AFTER_S and part.sent.known:
            return Next.AFTER_SEEING
        return Next.AT_ONCE if error.code == NO_ANSWER else Next.AFTER_A_PAUSE

    def go_on_below(self, part: Part, show: Show, now_s: float) -> None:
        """Its message shows ``show``, and later edits failed."""
        part.standing, part.shown, part.shown_to, part.again = Standing.SHOWN, show.content, show.shown_to, None
        self.parts.edits_fail, self._failures = True, 0
        self._repair_at_s = now_s + self._repair_every_s
        if show.content.markdown:
            part.repair = True
            self.parts.close(part)

    def leaves(self, part: Part, error: SlackError) -> bool:
        """A closed message that takes no repair stays as it is."""
        if not part.closed or isinstance(error, SlackTokenInvalid):
            return False
        part.repair, part.standing = False, Standing.FROZEN
        return True

    def done(self, part: Part, action: Show) -> None:
        """After ``part`` knows what it shows."""
        if action.ts is None:
            if self.parts.edits_fail and not action.final:
                part.repair = not any(other.repair for other in self.parts.every)
                self.parts.close(part)
            return
        self.parts.edits_fail, self._failures, self._repair_every_s = False, 0, REPAIR_FIRST_S
        part.repair = False
        if part.again is not None and not action.final:
            self.parts.close(part)
        part.again = None

    def may_repair(self, now_s: float) -> bool:
        """When the answer is whole, nobody waits for that."""
        return not self.parts.complete and (not self.parts.edits_fail or now_s >= self._repair_at_s)

    def repair_in_s(self, now_s: float) -> float | None:
        waits = self.parts.edits_fail and now_s < self._repair_at_s
        return self._repair_at_s - now_s if waits and self.parts.to_repair else None
