"""Tells waiting tests and open web pages that something in the workspace changed.

I/O: asyncio only. Nobody polls: every change wakes whoever waits.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TypeVar

from playground.workspace.records import Json

T = TypeVar("T")


class Changes:
    """Call ``note`` after every change; a ``push`` goes to every open page as well."""

    def __init__(self) -> None:
        self._waiting: set[asyncio.Future[None]] = set()
        self.pages: set[asyncio.Queue[Json]] = set()

    def note(self, push: Json | None = None) -> None:
        waiting, self._waiting = self._waiting, set()
        for future in waiting:
            if not future.done():
                future.set_result(None)
        if push is not None:
            for page in self.pages:
                page.put_nowait(push)

    async def until(self, value: Callable[[], T], timeout_s: float, dump: Callable[[], str]) -> T:
        """The first truthy ``value()``. Raises TimeoutError with ``dump()`` in it."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + timeout_s
        while not (found := value()):
            future: asyncio.Future[None] = loop.create_future()
            self._waiting.add(future)
            try:
                async with asyncio.timeout_at(deadline):
                    await future
            except TimeoutError:
                self._waiting.discard(future)
                raise TimeoutError(f"not so within {timeout_s} s; the workspace shows:\n{dump()}") from None
        return found
