"""Processes that answer in one channel post there together no more than Slack allows, and lose no first word by it."""

from __future__ import annotations

import asyncio

import pytest

from bot.learned_limits import LearnedLimit
from bot.shares import Calls, Share
from bot.slack.web_api.call_budget import Bid, Urgency
from bot.slack.web_api.limit_keeper import LimitKeeper
from bot.slack.web_api.method_limiter import Ticket
from bot.slack.web_api.rate_limiter import CHANNELS, POST, RateLimiter
from bot.store.database import Database
from bot.store.learned_limits import StoredLimits
from tests.database import run_sql
from tests.postgres import OVER_BOTH

pytestmark = OVER_BOTH
BURST, EVERY_S = 5, 100.0
"""So rarely that no test waits for the next, however slow the machine is."""
SOME_TIME_S = 0.3
THIRD, ALONE = Share(Calls(1 / 3, 1 / 3, 1 / 3, 1 / 3), 1 / 3, 1 / 3), Share()


@pytest.fixture
def store(database: Database) -> StoredLimits:
    return StoredLimits(database)


@pytest.fixture
async def processes(store: StoredLimits) -> list[RateLimiter]:
    """Three that know of each other."""
    limiters = [RateLimiter() for _ in range(3)]
    for limiter in limiters:
        await LimitKeeper(store, shared=True).keep("T1", limiter)
        limiter.adopt(CHANNELS, LearnedLimit(60 / EVERY_S, BURST))
        limiter.set_share(THIRD)
    return limiters


def first_words(process: RateLimiter, channel_id: str = "C1") -> Ticket:
    return process.request(POST, lambda _: Bid(Urgency.FIRST), channel_id)


def further_words(process: RateLimiter) -> Ticket:
    return process.request(POST, lambda _: Bid(Urgency.LIVE), "C1")


async def granted(*tickets: Ticket) -> int:
    """How many of them, within some time."""
    return sum(await asyncio.gather(*(ticket.granted(SOME_TIME_S) for ticket in tickets)))


async def until_granted(*tickets: Ticket) -> None:
    async with asyncio.timeout(30):
        await asyncio.gather(*(ticket.granted() for ticket in tickets))


async def test_three_processes_post_a_burst_together_and_not_one_each(processes: list[RateLimiter]) -> None:
    waiting = {asyncio.create_task(first_words(process).granted()) for process in processes for _ in range(BURST)}
    async with asyncio.timeout(30):
        while len(waiting) > 2 * BURST:
            _, waiting = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
    more, _ = await asyncio.wait(waiting, timeout=SOME_TIME_S)
    assert (len(waiting), more) == (2 * BURST, set())
    for post in waiting:
        post.cancel()


async def test_whichever_process_needs_a_burst_gets_all_of_it(processes: list[RateLimiter]) -> None:
    await until_granted(*(first_words(processes[0]) for _ in range(BURST)))
    await until_granted(*(first_words(processes[1], "C2") for _ in range(BURST)))
    assert await granted(first_words(processes[2]), first_words(processes[2], "C2")) == 0


async def test_further_words_of_one_process_leave_some_of_it_to_first_words_of_another(
    processes: list[RateLimiter],
) -> None:
    await until_granted(*(further_words(processes[0]) for _ in range(BURST - 2)))
    assert await granted(further_words(processes[1])) == 0
    await until_granted(first_words(processes[2]))


async def test_a_caller_who_gives_up_posting_leaves_the_slot_to_the_next(
    processes: list[RateLimiter], store: StoredLimits
) -> None:
    await until_granted(*(first_words(processes[0]) for _ in range(BURST)))
    for _ in range(3):
        assert await granted(first_words(processes[1])) == 0
    wait_s = await store.reserve("T1", "C1", BURST, 1 / EVERY_S)
    assert EVERY_S < wait_s <= 2 * EVERY_S, "one slot was reserved, not three"


async def test_each_counts_for_itself_while_the_database_is_away(
    processes: list[RateLimiter], database: Database
) -> None:
    await run_sql(database, "ALTER TABLE channel_posts RENAME TO away")
    await until_granted(*(first_words(process) for process in processes))
    await run_sql(database, "ALTER TABLE away RENAME TO channel_posts")


async def test_a_post_that_waits_as_another_process_comes_gets_a_slot(
    processes: list[RateLimiter], database: Database
) -> None:
    process = processes[0]
    process.set_share(ALONE)
    await until_granted(*(first_words(process) for _ in range(BURST)))
    assert await run_sql(database, "SELECT count(*) FROM channel_posts") == 0, "who is alone asks nobody"
    waiting = asyncio.create_task(first_words(process).granted())
    await asyncio.sleep(0)
    process.adopt(CHANNELS, LearnedLimit(600.0, BURST))  # its own count lets it post a moment later
    process.set_share(THIRD)
    async with asyncio.timeout(30):
        assert await waiting
    assert await run_sql(database, "SELECT count(*) FROM channel_posts") == 1


async def test_a_post_that_waits_for_something_else_reserves_nothing(
    processes: list[RateLimiter], database: Database
) -> None:
    """By the time it went, others would have posted as well."""
    process = processes[0]
    process.refused(POST, EVERY_S, "C9")
    assert await granted(first_words(process), further_words(process)) == 0
    assert await run_sql(database, "SELECT count(*) FROM channel_posts") == 0


async def test_slots_of_a_channel_come_one_after_the_other(store: StoredLimits) -> None:
    waits_s = [await store.reserve("T1", "C1", BURST, 1 / EVERY_S) for _ in range(BURST + 2)]
    assert waits_s[:BURST] == [0.0] * BURST
    assert [round(wait_s / EVERY_S, 1) for wait_s in waits_s[BURST:]] == [1.0, 2.0]
    assert await store.reserve("T1", "C2", BURST, 1 / EVERY_S) == 0.0
    assert await store.reserve("T2", "C1", BURST, 1 / EVERY_S) == 0.0
    fewer_at_once_s = await store.reserve("T1", "C1", BURST - 2, 1 / EVERY_S)
    assert round(fewer_at_once_s / EVERY_S, 1) == 5.0
