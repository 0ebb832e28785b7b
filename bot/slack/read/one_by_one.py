"""Things whose reading takes a while go in; they come out one by one, and others run in between. I/O: the clock."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from typing import TypeVar

HELD_MAX_S = 0.02
"""So long one reader computes at most before others have their turn; a message is read whole."""
T = TypeVar("T")


async def one_by_one(things: Iterable[T]) -> AsyncIterator[T]:
    now_s = asyncio.get_running_loop().time
    since_s = now_s()
    for thing in things:
        if now_s() - since_s > HELD_MAX_S:
            await asyncio.sleep(0)
            since_s = now_s()
        yield thing
