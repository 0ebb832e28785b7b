"""Lets other tasks run during work that takes long in total. I/O: the processor time of the loop's thread.

A turn that computes without waiting keeps every other turn from running, and Slack from being acknowledged. A task that
waits holds up nobody, so processor time is counted, not wall time.
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
"""How long one turn, or all in one round of the loop, compute at most before others run; a piece of work is not
interrupted."""
REST_MAX_S = 0.1
T = TypeVar("T")
_LONG = ThreadPoolExecutor(1, "long-work")
"""Python computes in one thread at a time: each computing thread takes time from the loop, and from all the others."""


class LoopShare:
    """The share of one turn, from now on. ``half``: others get as long as the turn had; for work that waits for nothing
    else."""

    __slots__ = ("_half", "_since_s")

    def __init__(self, *, half: bool = False) -> None:
        self._half = half
        self._since_s = thread_time()

    async def give_way(self) -> None:
        """Call this between two pieces of work; it costs nothing unless the turn has held the loop for long."""
        held_s = thread_time() - self._since_s
        if held_s > HELD_MAX_S:
            await asyncio.sleep(min(held_s, REST_MAX_S) if self._half else 0)
            self._since_s = thread_time()


class LoopRound:
    """The share of a round of the loop: many turns that each compute a little are counted together."""

    __slots__ = ("_ends", "_since_s")

    def __init__(self) -> None:
        self._since_s = thread_time()
        self._ends = False

    async def find_time(self) -> None:
        """Call this before a piece of work; if the round has taken long, it waits for the next one."""
        while thread_time() - self._since_s > HELD_MAX_S:
            if not self._ends:
                self._ends = True
                asyncio.get_running_loop().call_soon(self._begin)
            await asyncio.sleep(0)

    def _begin(self) -> None:
        self._since_s, self._ends = thread_time(), False


@contextmanager
def uncollected() -> Iterator[None]:
    """Switches off the cycle collector while JSON is read: JSON has no cycles, and the collector would scan everything
    again and again while so much is created. Nothing may be awaited within."""
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
    """Runs work of about a tenth of a second in a thread, one piece after the other, whoever wants it."""
    return await asyncio.get_running_loop().run_in_executor(_LONG, copy_context().run, compute)
