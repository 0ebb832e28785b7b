"""Removes files from this process's cache that were deleted in Slack or erased by an operator.

I/O: the database, through which processes tell each other, and this process's own cache.
"""

from __future__ import annotations

import asyncio
from typing import Protocol

from bot.errors import StoreFailed
from bot.file_ports import EVERY_FILE
from bot.telemetry.logs import get_logger

log = get_logger(__name__)

LOOK_EVERY_S = 5.0
AT_ONCE_MAX = 500
"""If somebody deletes ten thousand files, they are forgotten in steps, between which the database serves others."""
OVERLAP_S = 60.0
"""Allows for rows that were committed later than their time says."""


class DeletedFiles(Protocol):
    """Implemented by the database: which files nobody may keep. Both raise ``StoreFailed``."""

    async def add(self, *files: tuple[str, str]) -> None:
        """A workspace and a file's id each, for all processes that share the database."""

    async def since(self, at_s: float) -> dict[str, float]:
        """The ids, with their times, that were added at ``at_s`` or later, in seconds since 1970."""


class KeptFiles(Protocol):
    """A place that keeps files."""

    async def forget(self, *file_ids: str) -> None: ...

    async def remove_older(self, at_s: float) -> int: ...


class Forgetting:
    """Looks from ``start`` until ``aclose``. ``kept`` and ``deleted`` belong to the caller."""

    def __init__(self, kept: KeptFiles, deleted: DeletedFiles, *, look_every_s: float = LOOK_EVERY_S) -> None:
        self._kept = kept
        self._deleted = deleted
        self._look_every_s = look_every_s
        self._heard: dict[tuple[str, str], None] = {}
        self._at_work = asyncio.Lock()
        self._known: dict[str, float] = {}
        self._seen_to_s = 0.0
        self._every_file_until_s: float | None = None
        self._looking: asyncio.Task[None] | None = None

    async def deleted(self, team_id: str, file_id: str) -> None:
        """Called when Slack reports deleted files, which it does to one of the processes. Reports that arrive meanwhile
        are handled together."""
        heard = team_id, file_id
        self._heard[heard] = None
        async with self._at_work:
            if heard not in self._heard:
                return
            together = list(self._heard)[:AT_ONCE_MAX]
            self._heard = dict.fromkeys(list(self._heard)[AT_ONCE_MAX:])
            await self._kept.forget(*(each for _, each in together))
            try:
                await self._deleted.add(*together)
            except StoreFailed as error:
                log.warning("file.deletion_not_shared", error=str(error))

    async def start(self) -> None:
        """First removes what was deleted while this process was not running."""
        await self._look()
        self._looking = asyncio.create_task(self._look_for_ever())

    async def aclose(self) -> None:
        if self._looking is not None:
            self._looking.cancel()
            await asyncio.gather(self._looking, return_exceptions=True)

    async def _look_for_ever(self) -> None:
        while True:
            await asyncio.sleep(self._look_every_s)
            await self._look()

    async def _look(self) -> None:
        try:
            found = await self._deleted.since(self._seen_to_s - OVERLAP_S)
            await self._forget(found)
        except StoreFailed as error:
            log.info("file.deletions_not_read", error=str(error))
        except OSError:
            log.exception("file.not_forgotten")

    async def _forget(self, found: dict[str, float]) -> None:
        new = {file_id: at_s for file_id, at_s in found.items() if self._known.get(file_id) != at_s}
        self._every_file_until_s = new.pop(EVERY_FILE, self._every_file_until_s)
        if new:
            await self._kept.forget(*new)
        if self._every_file_until_s is not None and not await self._kept.remove_older(self._every_file_until_s):
            self._every_file_until_s = None  # none was in use
        self._seen_to_s = max([self._seen_to_s, *found.values()])
        self._known = found
