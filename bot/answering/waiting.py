"""Shows people a status at intervals while the model has not begun to write.

I/O: the loop's timer. The status says no more than is known: "still thinking" only if the model has signalled since the
last status that it is.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

STILL_WAITING = "is still waiting for the model…"
STILL_THINKING = "is still thinking…"


class Waiting:
    """Of one request, from now until ``over``. ``show`` takes a status, every ``every_s``."""

    def __init__(self, show: Callable[[str], None], every_s: float) -> None:
        self._show = show
        self._every_s = every_s
        self._thinks = False
        self._looks_up = False
        self._timer: asyncio.TimerHandle | None = None
        self._wait()

    def thinks(self, goes_on: bool) -> None:
        """The model has just said whether it does."""
        self._thinks = goes_on

    def looks_up(self, status: str) -> None:
        """The model looks something up, which ``status`` says; empty: it no longer does."""
        self._looks_up = bool(status)
        if status and self._timer is not None:
            self._show(status)

    def over(self) -> None:
        """Words have come, or nothing more will."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _wait(self) -> None:
        self._timer = asyncio.get_running_loop().call_later(self._every_s, self._say)

    def _say(self) -> None:
        if not self._looks_up:
            self._show(STILL_THINKING if self._thinks else STILL_WAITING)
        self._thinks = False
        self._wait()
