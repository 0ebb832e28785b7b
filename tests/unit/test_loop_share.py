"""What many turns compute at the same moment leaves room for others in between."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Awaitable

from bot.loop_share import HELD_MAX_S, LoopRound, LoopShare

TURNS = 200
PIECE_S = 0.001


def compute(seconds: float) -> None:
    ends_s = time.thread_time() + seconds
    while time.thread_time() < ends_s:
        pass


async def goes_on_at_once(work: Awaitable[None]) -> bool:
    """Whether it does so before what the loop has to do next."""
    order: list[str] = []
    asyncio.get_running_loop().call_soon(order.append, "another")
    await work
    return not order


async def test_pieces_of_many_turns_that_could_all_run_in_one_round_of_the_loop_are_spread_over_several() -> None:
    shared, rounds, running = LoopRound(), Counter[int](), True
    number = 0

    async def count_rounds() -> None:
        nonlocal number
        while running:
            number += 1
            await asyncio.sleep(0)

    async def turn() -> None:
        await shared.find_time()
        compute(PIECE_S)
        rounds[number] += 1

    counting = asyncio.create_task(count_rounds())
    await asyncio.gather(*(turn() for _ in range(TURNS)))
    running = False
    await counting

    assert rounds.total() == TURNS
    assert max(rounds.values()) <= HELD_MAX_S / PIECE_S + 1


async def test_a_turn_that_is_alone_waits_for_nothing() -> None:
    shared = LoopRound()
    for _ in range(3):
        assert await goes_on_at_once(shared.find_time())


async def test_waiting_does_not_hold_the_loop_and_computing_does() -> None:
    share, shared = LoopShare(), LoopRound()
    await asyncio.sleep(2 * HELD_MAX_S)
    assert await goes_on_at_once(share.give_way())
    assert await goes_on_at_once(shared.find_time())
    compute(2 * HELD_MAX_S)
    assert not await goes_on_at_once(share.give_way())
    assert not await goes_on_at_once(shared.find_time())
    assert await goes_on_at_once(share.give_way())
    assert await goes_on_at_once(shared.find_time())
