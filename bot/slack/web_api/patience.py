"""Repeats a call until Slack answers. I/O: the clock.

For reads, and for the first calls at the start, which can safely be repeated. Posts have a writer of their own.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from bot.errors import SlackOutcomeUnknown, SlackUnavailable
from bot.telemetry.logs import get_logger

log = get_logger(__name__)

PAUSE_FIRST_S = 0.5
PAUSE_MAX_S = 8.0


async def patiently(call: Callable[[], Awaitable[dict[str, Any]]], patience_s: float) -> dict[str, Any]:
    """Waits as Slack says, else twice as long each time. Raises ``SlackError``: at once if waiting would not help, and
    ``SlackUnavailable`` or ``SlackOutcomeUnknown`` if the next wait would end after ``patience_s``."""
    deadline_s, pause_s = _now_s() + patience_s, PAUSE_FIRST_S
    while True:
        try:
            return await call()
        except (SlackUnavailable, SlackOutcomeUnknown) as error:
            wait_s = error.retry_after_s or pause_s
            if _now_s() + wait_s > deadline_s:
                raise
            log.warning("slack.waits", method=error.method, code=error.code, wait_s=wait_s)
            await asyncio.sleep(wait_s)
            pause_s = min(2 * pause_s, PAUSE_MAX_S)


def _now_s() -> float:
    return asyncio.get_running_loop().time()
