"""What all workspaces share for reading files: worker processes, the cache, and the slots for both.

I/O: the cache directory, which is swept from time to time. One per process, however many workspaces it serves, so that
the bounds on processor, memory and disk hold for all of them together.
"""

from __future__ import annotations

import asyncio
from pathlib import Path

from bot.files.bounds import FileLimits
from bot.files.cache import Cache
from bot.files.conversion import Conversion
from bot.files.long_files import LongReader
from bot.files.slots import Slots
from bot.telemetry.logs import get_logger

log = get_logger(__name__)

_SWEEP_EVERY_S = 600.0


class Workshop:
    def __init__(self, cache_dir: Path, limits: FileLimits) -> None:
        self.limits = limits
        self.conversion = Conversion(limits)
        self.cache = Cache(cache_dir, bytes_max=limits.cache_bytes_max, age_max_s=limits.cache_age_max_s)
        self.long = LongReader(self.conversion, self.cache)
        self.each_max = max(1, limits.files_at_once_max - 1)
        """Files of one person at a time: nobody gets all slots, however long their files take."""
        self.slots = Slots(limits.files_at_once_max, self.each_max)
        self._sweeping: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Removes what a crash left behind and what has grown old, now and from time to time until ``aclose``."""
        await self._sweep()
        self._sweeping = asyncio.create_task(self._sweep_for_ever())

    async def forget(self, *file_ids: str) -> None:
        """Removes what is kept of files that were deleted in Slack."""
        await asyncio.to_thread(self.cache.forget, *file_ids)

    async def remove_older(self, at_s: float) -> int:
        """Removes all files that were prepared before; how many are in use, so that they stay a little longer."""
        return (await asyncio.to_thread(self.cache.remove_older, at_s))[1]

    async def aclose(self) -> None:
        """Ends the worker processes; nothing may be in preparation."""
        if self._sweeping is not None:
            self._sweeping.cancel()
        await self.conversion.aclose()
        await asyncio.to_thread(self.cache.close)

    async def _sweep_for_ever(self) -> None:
        while True:
            await asyncio.sleep(min(_SWEEP_EVERY_S, self.limits.cache_age_max_s / 4))
            await self._sweep()

    async def _sweep(self) -> None:
        try:
            await asyncio.to_thread(self.cache.sweep)
        except OSError:
            log.exception("cache.not_swept")
