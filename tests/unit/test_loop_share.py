"""What many turns compute at the same moment leaves room for others in between."""

from __future__ import annotations

import asyncio
import time
from collections import Counter

from bot.loop_share import HELD_MAX_S, LoopRound

TURNS = 200
PIECE_S = 0.001


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
        ends_s = time.perf_counter() + PIECE_S
        while time.perf_counter() < ends_s:
            pass
        rounds[number] += 1

    counting = asyncio.create_task(count_rounds())
    await asyncio.gather(*(turn() for _ in range(TURNS)))
    running = False
    await counting

    assert rounds.total() == TURNS
    assert max(rounds.values()) <= HELD_MAX_S / PIECE_S + 1


async def test_a_turn_that_is_alone_waits_for_nothing() -> None:
    shared, order = LoopRound(), list[str]()
    asyncio.get_running_loop().call_soon(order.append, "another")
    for _ in range(3):
        await shared.find_time()
    order.append("the turn")
    assert order == ["the turn"]
