"""Each wait for what comes next of an answer ends at the deadline of that moment."""

from __future__ import annotations

import asyncio

import pytest

from bot.llm.patience import Deadline, Patience
from bot.llm.waits import Waits
from playground.measure.virtual_time import run

PATIENCE = Patience(first_event_timeout_s=100.0, idle_timeout_s=10.0, after_end_timeout_s=1.0)


def now_s() -> float:
    return asyncio.get_running_loop().time()


async def seconds_until_it_is_over(waits: Waits) -> float:
    begun_s = now_s()
    with pytest.raises(TimeoutError):
        await waits.for_(asyncio.Event().wait())
    return now_s() - begun_s


def test_a_deadline_that_moves_is_kept_to_wherever_it_moves() -> None:
    async def script() -> None:
        deadline = Deadline(PATIENCE, now_s())
        waits = Waits(deadline)
        for _ in range(3):
            await waits.for_(asyncio.sleep(9.0))
            deadline.heard(now_s(), words=True, ended=False)
        assert await seconds_until_it_is_over(waits) == pytest.approx(10.0)
        deadline.heard(now_s(), words=True, ended=False)
        await waits.for_(asyncio.sleep(0))
        deadline.heard(now_s(), words=False, ended=True)  # sooner than it was
        assert await seconds_until_it_is_over(waits) == pytest.approx(1.0)
        waits.close()

    run(script())


def test_a_wait_that_ignores_its_end_does_not_take_away_the_end_of_the_next() -> None:
    async def misses_it() -> None:
        try:
            await asyncio.sleep(1_000)
        except asyncio.CancelledError:
            return

    async def script() -> None:
        deadline = Deadline(PATIENCE, now_s())
        waits = Waits(deadline)
        await waits.for_(misses_it())
        task = asyncio.current_task()
        assert task is not None
        assert task.cancelling() == 0
        deadline.heard(now_s(), words=True, ended=False)
        assert await seconds_until_it_is_over(waits) == pytest.approx(10.0)
        waits.close()

    run(script())


def test_being_cancelled_is_no_timeout() -> None:
    async def script() -> None:
        waiting = asyncio.create_task(Waits(Deadline(PATIENCE, now_s())).for_(asyncio.Event().wait()))
        await asyncio.sleep(1)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting

    run(script())
