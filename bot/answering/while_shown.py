"""Ends the work on an answer that nobody can see any more, so that nothing more is paid for."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

from bot.ports import Reply

T = TypeVar("T")


async def while_shown(reply: Reply, work: Coroutine[Any, Any, T]) -> T:
    """What ``work`` returns or raises; or what ``reply.finish`` would raise, at once, whatever the work waits for."""
    working, failing = asyncio.ensure_future(work), asyncio.ensure_future(reply.failure())
    try:
        await asyncio.wait({working, failing}, return_when=asyncio.FIRST_COMPLETED)
        if not working.done():
            raise failing.result()
        return working.result()
    finally:
        for task in (working, failing):
            task.cancel()
        await asyncio.gather(working, failing, return_exceptions=True)
