"""Waits of one answer for what arrives next, each until the same deadline. Pure but for the loop's clock and timer.

Like ``asyncio.timeout_at`` around each wait, but with one timer for all of them: an answer arrives in hundreds of
events, nearly all of them long before the deadline.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import TypeVar

from bot.llm.patience import Deadline

T = TypeVar("T")


class Waits:
    """For one task at a time. Whoever made it calls ``close``."""

    def __init__(self, deadline: Deadline) -> None:
        self._deadline = deadline
        self._timer: asyncio.TimerHandle | None = None
        self._waiting: asyncio.Task[object] | None = None
        self._over = False

    def close(self) -> None:
        if self._timer is not None:
            self._timer.cancel()

    async def for_(self, coming: Awaitable[T]) -> T:
        """Raises ``TimeoutError`` if the current deadline passes before something arrives."""
        self._waiting, self._over = asyncio.current_task(), False
        task = self._waiting
        cancelling = task.cancelling() if task is not None else 0
        if self._timer is None or self._deadline.ends_s < self._timer.when():
            self._set_timer()
        try:
            came = await coming
        except asyncio.CancelledError:
            if self._over and task is not None and task.uncancel() <= cancelling:
                raise TimeoutError from None
            raise
        finally:
            self._waiting = None
        if self._over and task is not None:  # it arrived all the same
            task.uncancel()
        return came

    def _set_timer(self) -> None:
        self.close()
        self._timer = asyncio.get_running_loop().call_at(self._deadline.ends_s, self._look)

    def _look(self) -> None:
        """The deadline moves with everything that arrives."""
        self._timer = None
        if self._deadline.ends_s > asyncio.get_running_loop().time():
            self._set_timer()
        elif self._waiting is not None:
            self._over = self._waiting.cancel()
