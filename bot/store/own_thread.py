"""Calls that block go in; what they return comes out, one after the other, while the loop goes on. I/O: a thread.

A pool's locks and futures cost as much as most of our statements do.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from queue import SimpleQueue
from threading import Thread
from typing import Any, TypeVar

T = TypeVar("T")
Job = tuple[Callable[[], Any], asyncio.Future[Any], asyncio.AbstractEventLoop]


class OwnThread:
    def __init__(self, name: str) -> None:
        self._jobs: SimpleQueue[Job | None] = SimpleQueue()
        self._thread = Thread(target=self._work, name=name, daemon=True)
        self._thread.start()

    async def run(self, call: Callable[[], T]) -> T:
        """Raises what ``call`` raises. It is made even where nobody waits for it any more."""
        loop = asyncio.get_running_loop()
        result: asyncio.Future[T] = loop.create_future()
        self._jobs.put((call, result, loop))
        return await result

    async def end(self) -> None:
        """Returns when all calls have been made."""
        self._jobs.put(None)
        await asyncio.to_thread(self._thread.join)

    def _work(self) -> None:
        while (job := self._jobs.get()) is not None:
            call, result, loop = job
            value: Any = None
            failure: BaseException | None = None
            try:
                value = call()
            except BaseException as error:  # noqa: BLE001 - handed on to who waits
                failure = error
            try:
                loop.call_soon_threadsafe(_settle, result, value, failure)
            except RuntimeError:  # the loop is closed, and nobody waits
                return
            del job, call, result, value, failure  # held no longer, while the next one is waited for


def _settle(result: asyncio.Future[Any], value: object, failure: BaseException | None) -> None:
    if result.done():
        return
    if failure is not None:
        result.set_exception(failure)
    else:
        result.set_result(value)
