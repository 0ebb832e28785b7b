"""Makes blocking calls one after the other on a thread of its own, while the event loop goes on. I/O: a thread.

An executor's locks and futures would cost as much as most of our statements.
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
        """Raises what ``call`` raises. The call is made even if nobody waits for it any more."""
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
            del job, call, result, value, failure  # released while the next one is waited for


def _settle(result: asyncio.Future[Any], value: object, failure: BaseException | None) -> None:
    if result.done():
        return
    if failure is not None:
        result.set_exception(failure)
    else:
        result.set_result(value)
