"""Work that takes long in sum goes in; others run in between. I/O: the processor time of the loop's thread.

A turn that computes without waiting for anything keeps every other one from running, and Slack from being acknowledged.
Who waits holds nobody up: so the processor's time is counted, and not what passes by the clock.
"""

from __future__ import annotations

import asyncio
import gc
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import copy_context
from time import thread_time
from typing import TypeVar

HELD_MAX_S = 0.02
"""So long one turn, or all in one round of the loop, compute at most before others run; a piece is done whole."""
REST_MAX_S = 0.1
T = TypeVar("T")
_LONG = ThreadPoolExecutor(1, "long-work")
"""Python computes in one thread at a time: each that wants to takes the loop's turns from it, and all the others'."""


class LoopShare:
    """Of one turn, from now on. ``half``: others get as long as the turn had; for work that waits for nothing else."""

    __slots__ = ("_half", "_since_s")

    def __init__(self, *, half: bool = False) -> None:
        self._half = half
        self._since_s = thread_time()

    async def give_way(self) -> None:
        """To be called between two pieces of work; costs nothing where the turn has not held the loop for long."""
        held_s = thread_time() - self._since_s
        if held_s > HELD_MAX_S:
            await asyncio.sleep(min(held_s, REST_MAX_S) if self._half else 0)
            self._since_s = thread_time()


class LoopRound:
    """Of the loop: what many turns compute in one round of it, each of them little, counts together."""

    __slots__ = ("_ends", "_since_s")

    def __init__(self) -> None:
        self._since_s = thread_time()
        self._ends = False

    async def find_time(self) -> None:
        """To be called before a piece of work; where the round has taken long, the next one is waited for."""
        while thread_time() - self._since_s > HELD_MAX_S:
            if not self._ends:
                self._ends = True
                asyncio.get_running_loop().call_soon(self._begin)
            await asyncio.sleep(0)

    def _begin(self) -> None:
        self._since_s, self._ends = thread_time(), False


@contextmanager
def uncollected() -> Iterator[None]:
    """For JSON, which has no cycles: without the collector of those, which looks through all that is there again and
    again while so much is made. Nothing may be waited for within."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()


async def one_by_one(things: Iterable[T]) -> AsyncIterator[T]:
    share = LoopShare(half=True)
    for thing in things:
        await share.give_way()
        yield thing


async def beside(compute: Callable[[], T]) -> T:
    """What takes a tenth of a second or so is computed in a thread: one after the other, whoever wants it."""
    return await asyncio.get_running_loop().run_in_executor(_LONG, copy_context().run, compute)
