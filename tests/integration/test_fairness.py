"""Whose question runs next, over both databases: nobody takes the bot from all others, and nobody starves."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from bot.messages import Question
from bot.ports import STRIKES_MAX, Claim, Outcome
from bot.store import statements
from bot.store.database import Database
from bot.store.fairness import TurnBounds
from bot.store.questions import StoredQuestions
from bot.store.schema import FINISHED, questions
from tests.asked import asked
from tests.database import pass_time, run_sql
from tests.postgres import OVER_BOTH

LEASE_S = 20.0
PER_USER, PER_CHANNEL = 3, 5


@pytest.fixture
def store(database: Database) -> StoredQuestions:
    return StoredQuestions(database, bounds=TurnBounds(PER_USER, PER_CHANNEL))


async def add(store: StoredQuestions, user: str, count: int, **more: str) -> list[Question]:
    """So many questions of a person, each in a channel of its own unless it is given."""
    known = {"user_id": user}
    added = [asked(f"{user}{n}", **{"channel_id": f"C{user}{n}", **known, **more}) for n in range(count)]
    for question in added:
        assert await store.add(question, "one", busy=False, lease_s=0.0)
    return added


async def claim(store: StoredQuestions, most: int = 100, owner: str = "one") -> list[Claim]:
    return await store.claim(owner, most=most, lease_s=LEASE_S, settled=True)


def whose(claims: list[Claim]) -> str:
    """Who asked, in order, a letter each."""
    return "".join(claim.question.user_id for claim in claims)


async def served(store: StoredQuestions, database: Database, count: int) -> str:
    """One turn at a time: whose, in order."""
    order = ""
    for _ in range(count):
        claims = await claim(store, most=1)
        order += whose(claims)
        for one in claims:
            assert (await store.finish(one, Outcome.ANSWERED)).held
        await pass_time(database, 1.0)
    return order


@OVER_BOTH
class TestPersons:
    async def test_a_person_runs_so_many_turns_and_no_more(self, store: StoredQuestions) -> None:
        await add(store, "A", 10)
        first = await claim(store)
        assert [one.question.ts for one in first] == ["A0", "A1", "A2"]
        assert await claim(store) == []
        await store.finish(first[1], Outcome.ANSWERED)
        assert [one.question.ts for one in await claim(store)] == ["A3"]

    async def test_a_single_waiting_caller_is_bound_like_all_others(self, store: StoredQuestions) -> None:
        """By the person's turns, by the channel's, and by what runs in the thread."""
        await add(store, "A", PER_USER)
        first = await claim(store)
        await add(store, "A", 1, channel_id="C9")
        assert await claim(store) == []
        await store.finish(first[0], Outcome.ANSWERED)
        assert whose(await claim(store)) == "A"
        for user in "BCDE":
            await add(store, user, 1, channel_id="C9")
        running = await claim(store)
        assert whose(running) == "BCDE"
        await add(store, "F", 1, channel_id="C9")
        assert await claim(store) == []
        await store.finish(running[0], Outcome.ANSWERED)
        assert whose(await claim(store)) == "F"
        assert await store.add(asked("8.0", "F0", user_id="G", channel_id="C9"), "one", busy=False, lease_s=0.0)
        await store.finish(running[1], Outcome.ANSWERED)
        assert await claim(store) == []

    async def test_a_question_that_comes_after_150_of_another_person_runs_before_nearly_all_of_them(
        self, store: StoredQuestions
    ) -> None:
        await add(store, "A", 150)
        assert whose(await claim(store, most=50)) == "AAA"
        await add(store, "B", 1)
        assert whose(await claim(store, most=47)) == "B"

    async def test_the_next_scarce_turn_goes_to_whoever_runs_the_fewest(self, store: StoredQuestions) -> None:
        await add(store, "A", 9)
        assert whose(await claim(store, most=2)) == "AA"
        await add(store, "B", 9)
        await add(store, "C", 9)
        assert whose(await claim(store, most=5)) == "BCBCA"
        assert whose(await claim(store)) == "BC"

    async def test_those_who_wait_take_turns_however_much_each_has_asked(
        self, store: StoredQuestions, database: Database
    ) -> None:
        for user, count in (("A", 9), ("B", 3), ("C", 5)):
            await add(store, user, count)
        assert await served(store, database, 17) == "ABCABCABCACACAAAA"

    async def test_a_latecomer_is_served_next_and_gets_no_second_turn_before_the_others(
        self, store: StoredQuestions, database: Database
    ) -> None:
        await add(store, "A", 20)
        await add(store, "B", 20)
        assert await served(store, database, 4) == "ABAB"
        await add(store, "C", 20)
        assert await served(store, database, 6) == "CABCAB"

    async def test_persons_of_another_workspace_are_other_persons(self, store: StoredQuestions) -> None:
        await add(store, "A", 5)
        await add(store, "A", 5, team_id="T2")
        claims = await claim(store)
        assert Counter(one.question.team_id for one in claims) == {"T1": PER_USER, "T2": PER_USER}

    async def test_what_a_dead_process_ran_is_not_counted_for_ever(
        self, store: StoredQuestions, database: Database
    ) -> None:
        await add(store, "A", 5)
        await claim(store, owner="dead")
        await pass_time(database, LEASE_S + 1)
        assert await store.expire_all() == PER_USER
        assert [one.question.ts for one in await claim(store)] == ["A0", "A1", "A2"]

    async def test_a_question_that_waits_for_its_askers_own_turns_is_locked_for_a_notice(
        self, store: StoredQuestions
    ) -> None:
        found = [
            await store.add(asked(f"{n}", user_id="A"), "one", busy=False, lease_s=LEASE_S) for n in range(PER_USER + 1)
        ]
        assert [one.lock is not None for one in found if one] == [False, False, False, True]
        other = await store.add(asked("9", user_id="B"), "one", busy=False, lease_s=LEASE_S)
        assert other is not None
        assert other.lock is None


@OVER_BOTH
class TestThreadsAndChannels:
    async def test_the_order_in_a_thread_stays_whoever_asks(self, store: StoredQuestions) -> None:
        for ts, user in (("1.0", "A"), ("1.1", "A"), ("1.2", "B"), ("1.3", "A")):
            await store.add(asked(ts, "1.0", user_id=user), "one", busy=False, lease_s=0.0)
        order = []
        for _ in range(4):
            (one,) = await claim(store)
            order.append(one.question.ts)
            await store.finish(one, Outcome.ANSWERED)
        assert order == ["1.0", "1.1", "1.2", "1.3"]

    async def test_questions_that_wait_for_their_thread_take_no_turn_from_their_person(
        self, store: StoredQuestions
    ) -> None:
        for number in range(5):
            await store.add(asked(f"1.{number}", "1.0", user_id="A"), "one", busy=False, lease_s=0.0)
        await add(store, "A", 5)
        assert [one.question.ts for one in await claim(store)] == ["1.0", "A0", "A1"]

    async def test_a_channel_runs_so_many_turns_and_no_more(self, store: StoredQuestions) -> None:
        for user in "ABCD":
            await add(store, user, 4, channel_id="C1")
        await add(store, "E", 1)
        assert whose(await claim(store)) == "ABCDEA"
        assert await claim(store) == []

    async def test_a_full_channel_keeps_nobody_from_asking_elsewhere(self, store: StoredQuestions) -> None:
        for user in "ABCDE":
            await add(store, user, 1, channel_id="C1")
        await claim(store)
        await add(store, "F", 9, channel_id="C1")
        elsewhere = asked("f", user_id="F", channel_id="D1")
        await store.add(elsewhere, "one", busy=False, lease_s=0.0)
        assert [one.question.ts for one in await claim(store)] == ["f"]

    async def test_a_person_whose_questions_all_have_to_wait_holds_up_nobody(self, store: StoredQuestions) -> None:
        """Many of them: those who wait are looked at some at a time."""
        await store.add(asked("1.0", user_id="first"), "one", busy=False, lease_s=0.0)
        await claim(store)
        for number in range(130):
            await store.add(asked(f"1.1{number:03}", "1.0", user_id=f"U{number}"), "one", busy=False, lease_s=0.0)
        await add(store, "B", 1)
        assert whose(await claim(store)) == "B"

    async def test_a_suspect_of_a_person_who_runs_enough_waits_for_its_turn_and_no_longer(
        self, store: StoredQuestions, database: Database
    ) -> None:
        await add(store, "A", 4)
        await run_sql(database, f"UPDATE questions SET strikes = {STRIKES_MAX - 1} WHERE ts = 'A3'")
        first = await claim(store)
        assert [one.question.ts for one in first] == ["A0", "A1", "A2"]
        await store.finish(first[0], Outcome.ANSWERED)
        assert [one.question.ts for one in await claim(store)] == ["A3"]


@OVER_BOTH
class TestWorkspaces:
    async def test_the_workspace_that_runs_fewest_turns_has_the_next(self, store: StoredQuestions) -> None:
        for user in "ABCD":
            await add(store, user, 2)
        assert whose(await claim(store, most=2)) == "AB"
        for user in "xy":
            await add(store, user, 2, team_id="T2")
        assert whose(await claim(store, most=3)) == "xyC"
        assert whose(await claim(store, most=3)) == "xDy"

    async def test_one_at_a_time_they_take_turns_however_many_ask_in_each(
        self, store: StoredQuestions, database: Database
    ) -> None:
        for user in "ABCDE":
            await add(store, user, 1)
        await add(store, "x", 3, team_id="T2")
        assert await served(store, database, 8) == "AxBxCxDE"

    async def test_a_workspace_where_hundreds_wait_takes_the_turns_of_no_other(self, store: StoredQuestions) -> None:
        """Those who wait are looked at some at a time: more of one workspace than are looked at together."""
        await asyncio.gather(*(add(store, f"A{number}", 1) for number in range(130)))
        await add(store, "x", 2, team_id="T2")
        await add(store, "y", 1, team_id="T3")
        found = await claim(store, most=6)
        assert Counter(one.question.team_id for one in found) == {"T1": 3, "T2": 2, "T3": 1}

    async def test_only_those_are_claimed_that_the_process_serves(self, store: StoredQuestions) -> None:
        for team in ("T1", "T2", "T3"):
            await add(store, "A", 1, team_id=team)
        found = await store.claim("one", teams=["T1", "T3"], most=9, lease_s=LEASE_S, settled=True)
        assert sorted(one.question.team_id for one in found) == ["T1", "T3"]


async def test_processes_that_claim_at_once_together_keep_to_the_bounds(postgres_database: str) -> None:
    databases = [await Database.open(postgres_database) for _ in range(4)]
    stores = [StoredQuestions(database, bounds=TurnBounds(PER_USER, PER_CHANNEL)) for database in databases]
    await add(stores[0], "A", 20)
    await add(stores[0], "B", 20, channel_id="C1")
    await add(stores[0], "D", 20, channel_id="C1")
    rounds = [
        await asyncio.gather(*(claim(store, 10, f"owner {n}") for n, store in enumerate(stores))) for _ in range(2)
    ]
    assert Counter(whose([one for found in rounds for some in found for one in some])) == {"A": 3, "B": 3, "D": 2}
    for database in databases:
        await database.aclose()


def statements_of(database: Database) -> list[tuple[str, Any]]:
    """Those that are run from now on, with their parameters."""
    run: list[tuple[str, Any]] = []

    def note(_connection: Connection, _cursor: Any, statement: str, parameters: Any, *_more: Any) -> None:
        run.append((statement, parameters))

    engine = database._engine._engine  # type: ignore[attr-defined]  # both have one
    sa.event.listen(getattr(engine, "sync_engine", engine), "before_cursor_execute", note)
    return run


@OVER_BOTH
async def test_to_claim_many_questions_of_one_person_takes_no_more_statements_than_to_claim_two(
    database: Database,
) -> None:
    """Whoever asks meanwhile waits for them before Slack has its acknowledgement."""
    store = StoredQuestions(database)
    run = statements_of(database)
    took: list[int] = []
    for count in (2, 40):
        await add(store, f"U{count}", count)
        run.clear()
        assert len(await claim(store)) == count
        took.append(len(run))
    assert took[1] == took[0] <= 12


async def test_a_table_without_statistics_is_not_gone_through_for_every_question_that_waits(
    postgres_database: str,
) -> None:
    """A join of all that wait with all that wait takes a second for a thousand of them."""
    database = await Database.open(postgres_database)
    store = StoredQuestions(database, bounds=TurnBounds(PER_USER, PER_CHANNEL))
    await add(store, "A", 5)
    run = statements_of(database)
    await claim(store)
    plans: list[str] = []
    for statement, parameters in [one for one in run if "ORDER BY questions.accepted_at" in one[0]]:

        def explain(connection: Connection, sql: str = statement, values: Any = parameters) -> str:
            return "\n".join(connection.exec_driver_sql(f"EXPLAIN {sql}", values).scalars())

        plans.append(await database.run(explain))
    await database.aclose()
    assert len(plans) >= 2
    assert [plan for plan in plans if "Anti Join" in plan] == []


async def test_what_was_ever_answered_in_a_channel_is_not_gone_through_to_accept_a_question(tmp_path: Path) -> None:
    """SQLite has no statistics, and takes the index of a channel's threads for a short way to its running turns."""
    database = await Database.open(f"sqlite:///{tmp_path / 'bot.db'}")
    store = StoredQuestions(database, bounds=TurnBounds(PER_USER, PER_CHANNEL))
    steps = [0, 0]

    def counting(connection: Connection, step: Callable[[], None] | None) -> None:
        driver = connection.connection.driver_connection
        assert driver is not None
        driver.set_progress_handler(step, 10)

    for number in range(2):

        def step(number: int = number) -> None:
            steps[number] += 1

        of_old = [statements.key_of(asked(f"{number}.{n}", channel_id="C1")) for n in range(1_000)]
        rows = [one | {"state": FINISHED, "accepted_at": 0.0} for one in of_old]
        await database.run(partial(sa.Connection.execute, statement=questions.insert(), parameters=rows))
        await database.run(partial(counting, step=step))
        assert await store.add(asked(f"new{number}", channel_id="C1"), "one", busy=False, lease_s=0.0)
        await database.run(partial(counting, step=None))
    await database.aclose()
    assert 0 < steps[1] < 1.2 * steps[0]
