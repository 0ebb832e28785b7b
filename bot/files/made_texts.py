"""Keeps a text of the bot's own on disk for as long as its value exists.

I/O: a directory of the cache, which counts towards its bound; if a process was killed, the next start removes it.
"""

from __future__ import annotations

import asyncio
import weakref
from pathlib import Path

from bot.files.cache import Cache
from bot.files.uses import Use
from bot.messages import FileBytes


class MadeTexts:
    def __init__(self, cache: Cache) -> None:
        self._cache = cache

    async def keep(self, text: str) -> FileBytes:
        """Raises ``Unreadable`` if there is no space."""
        return await asyncio.to_thread(self._keep, text.encode("utf-8", "replace"))

    def _keep(self, data: bytes) -> FileBytes:
        directory = self._cache.begin(len(data))
        (directory / "text.txt").write_bytes(data)
        use = Use()
        weakref.finalize(use, self._discard, directory)
        return FileBytes(directory / "text.txt", len(data), use)

    def _discard(self, directory: Path) -> None:
        self._cache.discard(directory)
