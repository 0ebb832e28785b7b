"""Whoever runs the bot learns when its loop stood still, for how long, and in which of our functions."""

from __future__ import annotations

import asyncio
import threading
import time

from bot.estimates import estimate_tokens
from bot.messages import TextBlock
from bot.operations.watchdog import Watchdog
from tests.logged import logged

WRITTEN = "what somebody wrote"


def compute(seconds: float) -> None:
    """Some work of the bot's own, over and over, without a moment for anybody else."""
    until_s = time.monotonic() + seconds
    blocks = [TextBlock(f"{WRITTEN} \u2e80" * 5_000)]
    while time.monotonic() < until_s:
        estimate_tokens(blocks)


async def test_a_loop_that_stood_still_is_logged_with_what_ran() -> None:
    with logged() as log:
        watchdog = Watchdog()
        for _ in range(2):
            await asyncio.sleep(0.3)  # the loop comes round
            compute(0.8)
        await log.until("loop.stalled", count=2)
        await watchdog.close()

    line = log.lines[0]
    assert line["event"] == "loop.stalled"
    assert 300 < line["ms"] < 5_000
    assert "bot/estimates.py:" in line["where"]
    assert "estimate_tokens" in line["where"]
    assert WRITTEN not in str(line)


async def test_a_busy_loop_that_comes_round_is_not_logged_and_nothing_is_left_behind() -> None:
    with logged() as log:
        watchdog = Watchdog(stalled_s=2.0, look_every_s=0.01)
        for _ in range(20):
            compute(0.01)
            await asyncio.sleep(0)
        await watchdog.close()

    assert not log.count("loop.stalled")
    assert not any(thread.name == "watchdog" for thread in threading.enumerate())


async def test_a_loop_that_has_nothing_to_do_is_left_alone() -> None:
    """By what its thread uses of the processor while it is looked at a thousand times a second."""
    watchdog = Watchdog(look_every_s=0.001)
    used_s = time.thread_time()
    await asyncio.sleep(0.5)
    used_s = time.thread_time() - used_s
    await watchdog.close()

    assert used_s < 0.004
