"""An answer that should end ends, also where it misses that the first time."""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from math import inf

from bot.lease import Lease, Stop
from bot.ports import Claim
from bot.stops import AGAIN_AFTER_S, News, StopWatch, StopWish
from playground.measure.virtual_time import run
from tests.asked import asked


class Wishes:
    """That every answer ends."""

    async def wish(self, wish: StopWish) -> int:
        raise AssertionError(wish)

    async def news(self, ids: Collection[int]) -> dict[int, News]:
        return dict.fromkeys(ids, News(Stop("U1")))


def test_an_answer_that_misses_that_it_should_end_is_ended_again() -> None:
    claim = Claim(id=1, question=asked("1.0"), fence=1, lease=Lease(lambda: 0.0, inf))
    ended_s: list[float] = []

    async def script() -> None:
        watch, over = StopWatch(Wishes()), asyncio.Event()

        def end() -> None:
            ended_s.append(asyncio.get_running_loop().time())
            if len(ended_s) == 2:
                over.set()

        with watch.watched(claim, end):
            await over.wait()
        await asyncio.sleep(60)
        await watch.aclose()

    run(script())
    assert claim.lease.stop == Stop("U1")
    assert len(ended_s) == 2
    assert AGAIN_AFTER_S < ended_s[1] - ended_s[0] < AGAIN_AFTER_S + 1
