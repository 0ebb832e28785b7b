"""Says which message to delete next, of those that a reply does not need. Pure.

The notice that a question waits goes first, since the answer belongs below what was said in the meantime. If Slack does
not delete it at once, the answer goes on without waiting, and the deletion is tried again at the end.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from bot.errors import SlackError, SlackOutcomeUnknown, SlackUnavailable
from bot.slack.write.plan import Next, Remove

FAILURES_MAX = 8
"""After this many failed deletions a reply ends with its messages, and they are deleted later."""


@dataclass(slots=True)
class Removals:
    """``first_ts``: a message to delete before anything is shown."""

    first_ts: str | None = None
    _last: list[str] = field(default_factory=list)
    _given_up: list[str] = field(default_factory=list)
    _failures: int = 0

    @property
    def left(self) -> list[str]:
        """The messages that may still stand there."""
        return [*([self.first_ts] if self.first_ts else []), *self._last, *self._given_up]

    def at_the_end(self, *, complete: bool) -> Remove | None:
        return Remove(self._last[0]) if complete and self._last else None

    def done(self, ts: str) -> None:
        self.first_ts = None if ts == self.first_ts else self.first_ts
        self._last = [last for last in self._last if last != ts]

    def failed(self, action: Remove, error: SlackError) -> Next | None:
        """``None``: it is gone already, or here to stay."""
        self._failures += 1
        if not isinstance(error, SlackUnavailable | SlackOutcomeUnknown):
            return None
        if self._failures > FAILURES_MAX:
            self._given_up.append(action.ts)
            return None
        if action.ts != self.first_ts:
            return Next.AFTER_A_PAUSE
        self.first_ts = None
        self._last.append(action.ts)
        return Next.AT_ONCE
