"""Looks whether a message that Slack does not find is gone. I/O: Slack, through an outlet.

If somebody deleted it, its answer ends. But Slack may also not find a message that it lists: that is trouble with edits
like any other, and if it goes on, the message is one that takes none.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from bot.errors import (
    ReplyGone,
    SlackError,
    SlackNotEditable,
    SlackOutcomeUnknown,
    SlackUnavailable,
)
from bot.slack.write.plan import Action, Show, Sight

SEE_WITHIN_S = 2.0
TRIES_MAX = 3


class Overlooked:
    """``see`` as in ``writer.Outlet``."""

    def __init__(self, see: Callable[[Show], Awaitable[Sight | None]]) -> None:
        self._see = see
        self._times = 0

    async def judged(self, action: Action, error: SlackError) -> SlackError:
        """What ``error`` means."""
        if not (isinstance(error, ReplyGone) and isinstance(action, Show) and await self._stands(action)):
            return error
        self._times += 1
        return (SlackUnavailable if self._times <= TRIES_MAX else SlackNotEditable)(error.method, error.code)

    async def _stands(self, action: Show) -> bool:
        """Or nobody can say now."""
        try:
            async with asyncio.timeout(SEE_WITHIN_S):
                return await self._see(action) is not None
        except (SlackUnavailable, SlackOutcomeUnknown, TimeoutError):
            return True
        except SlackError:
            return False
