"""Samples of this process's memory, its workers' and its event loop's silences, while something runs.

I/O: Linux only (``/proc``).
"""

from __future__ import annotations

import asyncio
import threading
import time
from contextlib import suppress
from pathlib import Path

SAMPLE_EVERY_S = 0.01


class Watch:
    """Samples the memory of this process and its workers, and the event loop's silences, while it is entered."""

    def __init__(self) -> None:
        self.peak_bytes = 0
        self.peak_own_bytes = 0
        self.silence_s = 0.0
        self.busy_s = 0.0
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._sample)

    async def __aenter__(self) -> Watch:
        self._thread.start()
        self._pulse = asyncio.create_task(self._listen())
        return self

    async def __aexit__(self, *_: object) -> None:
        self._pulse.cancel()
        self._done.set()
        await asyncio.to_thread(self._thread.join)

    def _sample(self) -> None:
        while not self._done.wait(SAMPLE_EVERY_S):
            own, workers = memory_bytes()
            self.peak_bytes = max(self.peak_bytes, own + workers)
            self.peak_own_bytes = max(self.peak_own_bytes, own)

    async def _listen(self) -> None:
        while True:
            before, busy_before = time.perf_counter(), time.thread_time()
            await asyncio.sleep(SAMPLE_EVERY_S)
            self.silence_s = max(self.silence_s, time.perf_counter() - before - SAMPLE_EVERY_S)
            self.busy_s = max(self.busy_s, time.thread_time() - busy_before)


def memory_bytes() -> tuple[int, int]:
    """Of this process and of its workers together: what is theirs alone plus their share of the rest (PSS)."""
    own, workers = _pss_bytes("self"), 0
    for task in Path("/proc/self/task").iterdir():
        with suppress(OSError):
            for pid in (task / "children").read_text(encoding="ascii").split():
                if b"bot.files" in Path("/proc", pid, "cmdline").read_bytes():
                    workers += _pss_bytes(pid)
    return own, workers


def _pss_bytes(pid: str) -> int:
    rollup = Path("/proc", pid, "smaps_rollup").read_text(encoding="ascii")
    return next(int(line.split()[1]) * 1_024 for line in rollup.splitlines() if line.startswith("Pss:"))
