"""Looks whether a message that Slack does not find is gone. I/O: Slack, through an outlet.

If somebody deleted it, its answer ends. But Slack may also not find a message that it lists: that is trouble with edits
like any other, and if it goes on, the message is one that takes none. A stream goes on by edits.

Slack lists a message a moment after it was posted. Until then, or until it has made an edit of it, that the message is
not listed proves nothing either.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from bot.errors import (
    ReplyGone,
    SlackError,
    SlackNotEditable,
    SlackOutcomeUnknown,
    SlackRefused,
    SlackUnavailable,
)
from bot.slack.write.plan import Action, Change, Show, Sight, StartStream

NOT_FOUND = "message_not_found"
SEE_WITHIN_S = 2.0
LISTED_WITHIN_S = 6.0
TRIES_MAX = 3


class Overlooked:
    """``see`` as in ``writer.Outlet``."""

    def __init__(self, see: Callable[[Change], Awaitable[Sight | None]]) -> None:
        self._see = see
        self._times = 0
        self._posted_s: dict[str, float] = {}
        """When the messages were posted of which no edit has been made."""

    def made(self, action: Action, ts: str) -> None:
        """``action`` made or changed the message ``ts``."""
        if isinstance(action, StartStream) or (isinstance(action, Show) and action.ts is None):
            self._posted_s[ts] = _now_s()
        else:
            self._posted_s.pop(ts, None)

    async def judged(self, action: Action, error: SlackError) -> SlackError:
        """What ``error`` means."""
        if not (isinstance(error, ReplyGone) and error.code == NOT_FOUND and isinstance(action, Change)):
            return error
        if not await self._stands(action):
            return error
        if not isinstance(action, Show):
            return SlackRefused(error.method, error.code)
        self._times += not self._is_new(action)
        return (SlackUnavailable if self._times <= TRIES_MAX else SlackNotEditable)(error.method, error.code)

    async def _stands(self, action: Change) -> bool:
        """Or nobody can say now."""
        try:
            async with asyncio.timeout(SEE_WITHIN_S):
                return await self._see(action) is not None or self._is_new(action)
        except (SlackUnavailable, SlackOutcomeUnknown, TimeoutError):
            return True
        except SlackError:
            return False

    def _is_new(self, action: Change) -> bool:
        posted_s = self._posted_s.get(action.ts or "")
        return posted_s is not None and _now_s() - posted_s < LISTED_WITHIN_S


def _now_s() -> float:
    return asyncio.get_running_loop().time()
