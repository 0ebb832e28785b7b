"""Looks whether a message that Slack does not find is gone. I/O: Slack, through an outlet.

If somebody deleted it, its answer ends. But Slack may also not find a message that it lists: that is trouble with edits
like any other, and if it goes on, the message is one that takes none. A stream goes on by edits.
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
from bot.slack.write.plan import Action, Change, Show, Sight

NOT_FOUND = "message_not_found"
SEE_WITHIN_S = 2.0
TRIES_MAX = 3


class Overlooked:
    """``see`` as in ``writer.Outlet``."""

    def __init__(self, see: Callable[[Change], Awaitable[Sight | None]]) -> None:
        self._see = see
        self._times = 0

    async def judged(self, action: Action, error: SlackError) -> SlackError:
        """What ``error`` means."""
        if not (isinstance(error, ReplyGone) and error.code == NOT_FOUND and isinstance(action, Change)):
            return error
        if not await self._stands(action):
            return error
        if not isinstance(action, Show):
            return SlackRefused(error.method, error.code)
        self._times += 1
        return (SlackUnavailable if self._times <= TRIES_MAX else SlackNotEditable)(error.method, error.code)

    async def _stands(self, action: Change) -> bool:
        """Or nobody can say now."""
        try:
            async with asyncio.timeout(SEE_WITHIN_S):
                return await self._see(action) is not None
        except (SlackUnavailable, SlackOutcomeUnknown, TimeoutError):
            return True
        except SlackError:
            return False
