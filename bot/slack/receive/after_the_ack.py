"""Does the work that remains after an acknowledgement, or drops it if one person causes too much at once.

I/O: what the work does. A press, a vote or a shortcut costs the workspace a call or two, and Slack counts calls for all
its people together: somebody who presses a thousand times would keep everyone else's messages from being shown for
minutes.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Coroutine
from typing import Any

from bot.telemetry.logs import get_logger

log = get_logger(__name__)

AT_ONCE_MAX = 5
"""Per person. Nobody who waits for the results presses more."""


class AfterTheAck:
    """The work of one workspace."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[object]] = set()
        self._of: Counter[str] = Counter()

    def run(self, work: Coroutine[Any, Any, object]) -> asyncio.Task[object]:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    def run_for(self, user_id: str, work: Coroutine[Any, Any, object]) -> None:
        """Work that shows one person something; dropped if enough of that is already under way."""
        if self._of[user_id] >= AT_ONCE_MAX:
            work.close()
            log.info("courtesy.left_out", user=user_id)
            return
        self._of[user_id] += 1
        self.run(work).add_done_callback(lambda _: self._over(user_id))

    def _over(self, user_id: str) -> None:
        self._of[user_id] -= 1
        if not self._of[user_id]:
            del self._of[user_id]
