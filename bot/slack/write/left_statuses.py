"""Removes statuses that Slack did not remove before their turn ended. I/O: Slack, after the turn.

A turn waits two seconds for that, since it changes no word. But Slack itself drops a line only after two minutes, and
"Working…" after an hour, so the removal goes on beside later turns.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

CLOSE_WITHIN_S = 2.0
Thread = tuple[str, str]
"""The channel's id and the thread's ts."""


@dataclass(slots=True)
class LeftStatuses:
    """Those of one workspace. A thread has one status, so the next one shown there takes over."""

    _removals: dict[Thread, asyncio.Task[None]] = field(default_factory=dict, repr=False)

    def add(self, thread: Thread, removal: asyncio.Task[None], lasts_s: float) -> None:
        """``lasts_s``: when Slack drops the status anyway."""
        self.take_over(thread)
        self._removals[thread] = removal
        timer = asyncio.get_running_loop().call_later(lasts_s, removal.cancel)

        def ended(_: asyncio.Task[None]) -> None:
            timer.cancel()
            if self._removals.get(thread) is removal:
                del self._removals[thread]

        removal.add_done_callback(ended)

    def take_over(self, thread: Thread) -> bool:
        """Whether a status may stand there; removing it is the caller's task from now on."""
        removal = self._removals.pop(thread, None)
        if removal is not None:
            removal.cancel()
        return removal is not None

    async def close(self) -> None:
        """Called when the workspace ends."""
        removals = list(self._removals.values())
        if removals:
            await asyncio.wait(removals, timeout=CLOSE_WITHIN_S)
        for removal in removals:
            removal.cancel()
        await asyncio.gather(*removals, return_exceptions=True)
