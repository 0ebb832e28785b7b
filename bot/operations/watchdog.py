"""Logs each time that the event loop was blocked, with what was running. I/O: a thread.

While something computes, nothing is acknowledged and no lease is renewed. Every ``LOOK_EVERY_S`` a thread looks at what
the loop's thread is doing. If it is not waiting, the loop is asked to respond, so that an idle loop is left alone; if
it has not responded for ``STALLED_S``, the thread looks again. When the loop goes on, ``loop.stalled`` says for how
long it was blocked, and where: files, lines and functions of ours, never values.
"""

from __future__ import annotations

import asyncio
import selectors
import sys
import threading
from pathlib import Path
from time import monotonic
from types import FrameType

from bot.telemetry import metrics
from bot.telemetry.logs import get_logger

log = get_logger(__name__)

STALLED_S = 0.25
LOOK_EVERY_S = 0.1
FRAMES_MAX = 4
OURS = Path(__file__).parents[1]
"""Where our own code is: library code is named by its caller."""


class Watchdog:
    """Watches the running loop, on a thread of its own, until it is closed."""

    def __init__(self, *, stalled_s: float = STALLED_S, look_every_s: float = LOOK_EVERY_S) -> None:
        self._stalled_s = stalled_s
        self._look_every_s = look_every_s
        self._loop = asyncio.get_running_loop()
        self._loop_thread = threading.get_ident()
        self._closed = threading.Event()
        self._came_round_s = monotonic()
        self._asked_s: float | None = None
        self._where = ""
        self._thread = threading.Thread(target=self._watch, name="watchdog", daemon=True)
        self._thread.start()

    async def close(self) -> None:
        self._closed.set()
        await asyncio.to_thread(self._thread.join)

    def _watch(self) -> None:
        """Runs in the thread: asks the loop to respond, once at a time, and looks at what it is doing if it does
        not."""
        while not self._closed.wait(self._look_every_s):
            frame = sys._current_frames().get(self._loop_thread)  # noqa: SLF001 - documented, for such a purpose
            asked_s = self._asked_s
            if asked_s is None:
                if _waits(frame):
                    continue
                self._asked_s = monotonic()
                try:
                    self._loop.call_soon_threadsafe(self._answer)
                except RuntimeError:  # the loop is closed
                    return
            elif monotonic() - asked_s > self._stalled_s and not self._where:
                self._where = _where(frame)

    def _answer(self) -> None:
        """Runs in the loop."""
        now_s = monotonic()
        stood_s, where = now_s - (self._asked_s or now_s), self._where
        self._asked_s, self._where = None, ""
        if stood_s > self._stalled_s:
            metrics.LOOP_STALL_SECONDS.observe(stood_s)
            log.warning("loop.stalled", ms=round(1000 * stood_s), where=where)


def _waits(frame: FrameType | None) -> bool:
    """Whether the frame is the loop's own, waiting for something to happen."""
    return frame is not None and frame.f_code.co_name == "select" and frame.f_code.co_filename == selectors.__file__


def _where(frame: FrameType | None) -> str:
    """Our own innermost frames, the innermost first."""
    places: list[str] = []
    while frame is not None and len(places) < FRAMES_MAX:
        path = Path(frame.f_code.co_filename)
        if path.is_relative_to(OURS):
            places.append(f"{path.relative_to(OURS.parent)}:{frame.f_lineno} {frame.f_code.co_name}")
        frame = frame.f_back
    return " < ".join(places)
