"""Waits after a failed call, each time twice as long. I/O: the clock."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from bot.errors import SlackError
from bot.telemetry.logs import get_logger

log = get_logger(__name__)

PAUSE_FIRST_S, PAUSE_MAX_S = 0.5, 8.0


@dataclass(slots=True)
class Pauses:
    """There is no pause if Slack said how long to wait: the rate limiter does that."""

    patience_s: float
    _next_s: float = PAUSE_FIRST_S
    _since_s: float | None = None

    async def after(self, error: SlackError) -> None:
        """Raises ``error`` when calls have failed for longer than ``patience_s``."""
        now_s = asyncio.get_running_loop().time()
        self._since_s = now_s if self._since_s is None else self._since_s
        if now_s - self._since_s > self.patience_s:
            raise error
        log.info("reply.waits", method=error.method, code=error.code, retry_after_s=error.retry_after_s)
        if error.retry_after_s is None:
            await asyncio.sleep(self._next_s)
            self._next_s = min(2 * self._next_s, PAUSE_MAX_S)

    def reset(self) -> None:
        """A call has worked."""
        self._next_s, self._since_s = PAUSE_FIRST_S, None
