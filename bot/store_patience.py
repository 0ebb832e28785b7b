"""Waits out a database outage. Pure but for the pauses and the log."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

from bot.errors import StoreFailed
from bot.telemetry.logs import get_logger

log = get_logger(__name__)

T = TypeVar("T")
STORE_PATIENCE_S = 60.0
STORE_PAUSE_S = 0.25
STORE_PAUSE_MAX_S = 4.0


async def waited_out(call: Callable[[], Awaitable[T]], within_s: float | None = None) -> T:
    """The database's response, once it comes. Raises ``StoreFailed`` after ``within_s``, or ``STORE_PATIENCE_S``."""
    until_s, pause_s = time.monotonic() + (STORE_PATIENCE_S if within_s is None else within_s), STORE_PAUSE_S
    while True:
        try:
            return await call()
        except StoreFailed as error:
            if time.monotonic() + pause_s > until_s:
                raise
            log.warning("turn.waits_for_database", error=str(error))
        await asyncio.sleep(pause_s)
        pause_s = min(2 * pause_s, STORE_PAUSE_MAX_S)
