"""What Slack's refusals have taught outlives the process, and reaches the others of its workspace."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest

from bot.errors import StoreFailed
from bot.learned_limits import LearnedLimit
from bot.slack.web_api.call_budget import Bid, Urgency
from bot.slack.web_api.limit_keeper import LimitKeeper
from bot.slack.web_api.rate_limiter import CHANNELS, EDIT, RateLimiter
from bot.store.database import Database
from bot.store.learned_limits import StoredLimits
from tests.database import run_sql
from tests.logged import logged
from tests.postgres import OVER_BOTH

pytestmark = OVER_BOTH
LOOK_EVERY_S = 0.02


@pytest.fixture
def store(database: Database) -> StoredLimits:
    return StoredLimits(database)


@asynccontextmanager
async def process(store: StoredLimits, team_id: str = "T1", *, shared: bool = False) -> AsyncIterator[RateLimiter]:
    rate_limiter = RateLimiter()
    keeper = LimitKeeper(store, shared=shared, look_every_s=LOOK_EVERY_S)
    keeper.start()
    await keeper.keep(team_id, rate_limiter)
    yield rate_limiter
    await keeper.close()


async def be_refused(rate_limiter: RateLimiter) -> LearnedLimit:
    """Behind 36 edits at once."""
    for _ in range(36):
        await rate_limiter.request(EDIT, lambda _: Bid(Urgency.FIRST)).granted()
    rate_limiter.refused(EDIT, 60)
    learned = rate_limiter.method(EDIT).budget.learned
    assert learned is not None
    return learned


async def test_what_is_known_of_a_limit_is_replaced_and_is_one_workspaces(store: StoredLimits) -> None:
    await store.keep("T1", EDIT, LearnedLimit(40, 10))
    await store.keep("T1", EDIT, LearnedLimit(33, 2))
    await store.keep("T1", CHANNELS, LearnedLimit(57, 3, age_s=3_600))
    known = await of_one(store, "T1")
    assert {name: (limit.calls, limit.burst) for name, limit in known.items()} == {EDIT: (33, 2), CHANNELS: (57, 3)}
    assert known[EDIT].age_s < 60
    assert known[CHANNELS].age_s == pytest.approx(3_600, abs=60)
    assert await of_one(store, "T2") == {}


async def test_a_process_that_starts_again_need_not_be_refused(store: StoredLimits) -> None:
    async with process(store) as before:
        with logged() as lines:
            learned = await be_refused(before)
            await until(store)
        assert [line["limit"] for line in lines.lines if line["event"] == "slack.limit_learned"] == [EDIT]
    async with process(store) as after, process(store, "T2") as elsewhere:
        known = after.method(EDIT).budget.learned
        assert known is not None
        assert known.same_as(learned)
        assert elsewhere.method(EDIT).budget.learned is None


async def test_another_process_hears_of_it(store: StoredLimits) -> None:
    async with process(store, shared=True) as one, process(store, shared=True) as other:
        learned = await be_refused(one)
        await until(store, lambda _: other.method(EDIT).budget.learned is not None)
        known = other.method(EDIT).budget.learned
        assert known is not None
        assert known.same_as(learned)


async def test_what_was_learned_while_the_database_was_away_is_kept_later(
    store: StoredLimits, database: Database
) -> None:
    async with process(store) as limiter:
        await run_sql(database, "ALTER TABLE learned_limits RENAME TO away")
        with logged() as lines:
            await be_refused(limiter)
            await lines.until("slack.limits_not_kept", 2)
        with pytest.raises(StoreFailed):
            await store.all(["T1"])
        await run_sql(database, "ALTER TABLE away RENAME TO learned_limits")
        await until(store)


async def of_one(store: StoredLimits, team_id: str) -> dict[str, LearnedLimit]:
    return {name: limit for (_, name), limit in (await store.all([team_id])).items()}


async def until(store: StoredLimits, so: Callable[[dict[str, LearnedLimit]], bool] = bool) -> None:
    """Looks into the database until what it knows is ``so``."""
    async with asyncio.timeout(10):
        while not so(await of_one(store, "T1")):
            pass
