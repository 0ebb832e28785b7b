"""Makes a call a second time, beside the first, if that is not answered in time; the first answer counts. I/O: the
clock, and what ``call`` does.

For reads only: making them twice does no harm. The first try goes on, since it may only be slow.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

T = TypeVar("T")
SECOND_AFTER_S = 5.0
"""Slack answers a read within a second, a page of a thousand messages within a few."""


async def first_answer(call: Callable[[], Coroutine[Any, Any, T]], again: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """Raises what the last of them raises, if both fail."""
    tries = {asyncio.create_task(call())}
    try:
        done, _ = await asyncio.wait(tries, timeout=SECOND_AFTER_S)
        if not done:
            tries.add(asyncio.create_task(again()))
        pending = set(tries)
        while True:
            done, pending = await asyncio.wait(pending, return_when=asyncio.FIRST_COMPLETED)
            answered = next((one for one in done if one.exception() is None), None)
            if answered is not None or not pending:
                return (answered or done.pop()).result()
    finally:
        for one in tries:
            one.cancel()
