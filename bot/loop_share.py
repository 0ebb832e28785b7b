"""Work that takes long in sum goes in; others run in between. I/O: the loop's clock.

A turn that computes without waiting for anything keeps every other one from running, and Slack from being acknowledged.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from typing import TypeVar

HELD_MAX_S = 0.02
"""So long one turn computes at most before others run; one piece of its work is done whole."""
T = TypeVar("T")


class LoopShare:
    """Of one turn, from now on."""

    __slots__ = ("_now_s", "_since_s")

    def __init__(self) -> None:
        self._now_s = asyncio.get_running_loop().time
        self._since_s = self._now_s()

    async def give_way(self) -> None:
        """To be called between two pieces of work; costs nothing where the turn has not held the loop for long."""
        if self._now_s() - self._since_s > HELD_MAX_S:
            await asyncio.sleep(0)
            self._since_s = self._now_s()


async def one_by_one(things: Iterable[T]) -> AsyncIterator[T]:
    share = LoopShare()
    for thing in things:
        await share.give_way()
        yield thing
