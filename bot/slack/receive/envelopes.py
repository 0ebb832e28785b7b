"""Parses the envelopes that arrive over a socket, and hands them on without letting a huge one block the rest.

I/O: what ``take`` does. One socket carries everybody's envelopes. A huge one waits beside the socket until it can be
parsed, and those behind it are handled meanwhile. One that is dropped is not acknowledged, so Slack delivers it
again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import nullcontext
from typing import Any

from bot.loop_share import LoopRound, uncollected
from bot.slack.shapes import Json, object_of
from bot.slack.web_api.deep_json import loads
from bot.telemetry.logs import get_logger

log = get_logger(__name__)

CHARS_MAX = 4 * 1024 * 1024
"""As much as the SDK's own socket takes; Slack's envelopes stay far below this. Parsing that much takes 50 ms at most;
more would block the loop for too long."""
LONG_CHARS = 20_000
HUGE_CHARS, HUGE_AT_ONCE = 300_000, 1
"""Such an envelope becomes tens of thousands of objects. People cannot write that much."""
WAITING_CHARS_MAX = 32 * 1024 * 1024
Taken = Callable[[Json, str], Awaitable[None]]
"""An envelope, as JSON and as it came."""


class Envelopes:
    """``take`` raises nothing."""

    def __init__(self, take: Taken) -> None:
        self._take = take
        self._huge = asyncio.Semaphore(HUGE_AT_ONCE)
        self._round = LoopRound()
        self._waiting_chars = 0
        self._tasks: set[asyncio.Task[None]] = set()

    async def received(self, text: str) -> None:
        """Returns when the next one may be received."""
        if len(text) < LONG_CHARS:
            await self._round.find_time()  # the socket gives what it has without a pause
            self._run(self._taken(_read(text), text))
        elif len(text) > CHARS_MAX or self._waiting_chars + len(text) > WAITING_CHARS_MAX:
            log.warning("socket.too_much", chars=len(text), waiting_chars=self._waiting_chars)
        else:
            self._waiting_chars += len(text)
            self._run(self._in_turn(text))

    async def close(self) -> None:
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _in_turn(self, text: str) -> None:
        try:
            async with self._huge if len(text) >= HUGE_CHARS else nullcontext():
                await self._round.find_time()
                await self._taken(_read(text), text)
        finally:
            self._waiting_chars -= len(text)

    async def _taken(self, envelope: Json, text: str) -> None:
        await self._take(envelope, text)

    def _run(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _read(text: str) -> Json:
    """Empty for anything but a JSON object, such as the word that keeps a socket open."""
    try:
        with uncollected():  # nothing is waited for
            return object_of(loads(text))
    except ValueError:
        return {}
