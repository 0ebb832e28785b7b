"""Processes that share a database: whose a question is, what the dead ones say of it, and how they share Slack."""

from __future__ import annotations

import asyncio
import os
import sys
import time
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass

import pytest

from bot.errors import StoreFailed
from bot.messages import Question
from bot.ports import SETTLED_S, STRIKES_MAX, Claim, Outcome, Stage, Vitals
from bot.shares import NONE, Calls, Others, Share
from bot.store.database import Database
from bot.store.questions import StoredQuestions
from tests.asked import asked
from tests.database import LosingAnswers, pass_time
from tests.postgres import OVER_BOTH
from tests.repository import ROOT

PAUSED = """
import asyncio, os, signal, sys
from bot.store.database import Database
from bot.store.schema import questions
from tests.asked import asked

def work(connection):
    row = dict(team_id="T1", channel_id="C1", ts="1.0", thread_ts="1.0", user_id="U1", entry_point="mention")
    connection.execute(questions.insert().values(**row, accepted_at=1.0))
    os.kill(os.getpid(), signal.SIGSTOP)

async def main():
    database = await Database.open(sys.argv[1])
    await database.run(work)

asyncio.run(main())
"""
LEASE_S = 20.0
POISON, INNOCENT = asked("1.0"), asked("2.0")


@dataclass
class Process:
    """One of those that share a database, as it would claim, live and die."""

    database: Database
    name: str
    settled: bool = True
    team_id: str | None = None

    @property
    def questions(self) -> StoredQuestions:
        return StoredQuestions(self.database, team_id=self.team_id)

    async def beat(self, *running: Claim, stopping: bool = False, spent: float = 0.0) -> Share:
        """Its share of what Slack allows. ``spent``: of a minute's edits, posts, appends and statuses."""
        team_id = self.team_id or "T1"
        vitals = Vitals(running, spent={team_id: Calls(spent, spent, spent, spent)}, stopping=stopping)
        heartbeat = await self.questions.heartbeat(self.name, vitals, lease_s=LEASE_S)
        return heartbeat.others.get(team_id, Others()).share_beside(len(running))

    async def claim(self, most: int = 100) -> list[Claim]:
        return await self.questions.claim(self.name, most=most, lease_s=LEASE_S, settled=self.settled)


async def add(database: Database, *questions: Question) -> None:
    for question in questions:
        await StoredQuestions(database).add(question, "one", busy=False, lease_s=0.0)


async def life(
    database: Database,
    number: int,
    reached: dict[str, Stage],
    *,
    lived_s: float = SETTLED_S + 1,
    stopping: bool = False,
) -> list[Claim]:
    """A process starts, claims what there is after a while, and dies when its questions have come so far."""
    process = Process(database, f"process {number}")
    await process.beat()
    await pass_time(database, lived_s)
    claims = await process.claim()
    await process.beat(*claims, stopping=stopping)
    for claim in claims:
        if claim.question.ts in reached:
            process.questions.reached(claim, reached[claim.question.ts])
    await pass_time(database, LEASE_S + 1)
    await Process(database, f"witness {number}").beat()
    return claims


@OVER_BOTH
async def test_what_a_process_has_when_it_ends_is_free_at_once(database: Database) -> None:
    """The answer to a claim may come too late for it: then it has what it knows nothing of."""
    ending, other = Process(database, "ending"), Process(database, "other")
    await ending.questions.add(asked("1.0"), "ending", busy=False, lease_s=0.0)
    await ending.questions.claim("ending", most=9, lease_s=LEASE_S, settled=True)
    assert await other.questions.claim("other", most=9, lease_s=LEASE_S, settled=True) == []

    await ending.questions.heartbeat("ending", Vitals(stopping=True, ended=True), lease_s=LEASE_S)

    (claim,) = await other.questions.claim("other", most=9, lease_s=LEASE_S, settled=True)
    assert (claim.question.ts, claim.crashes, claim.unrecorded) == ("1.0", 0, True)


@OVER_BOTH
class TestDeaths:
    async def test_what_brings_the_process_down_is_given_up_and_what_ran_beside_it_is_answered(
        self, database: Database
    ) -> None:
        await add(database, POISON, INNOCENT)
        reached = {POISON.ts: Stage.FILES, INNOCENT.ts: Stage.ASKING}
        seen = [await life(database, number, reached) for number in range(STRIKES_MAX)]
        both = ["1.0", "2.0"]
        assert [[claim.question.ts for claim in claims] for claims in seen] == [both] * (STRIKES_MAX - 1) + [["1.0"]]
        process = Process(database, "survivor")
        claims = {claim.question.ts: claim for claim in await process.claim()}
        assert {ts: claim.given_up for ts, claim in claims.items()} == {"1.0": True, "2.0": False}

    async def test_what_is_there_by_chance_is_run_again_however_many_processes_die(self, database: Database) -> None:
        await add(database, *(asked(f"{number}.0") for number in range(1, 9)))
        stages = [Stage.READING, Stage.FILES, Stage.ASKING]
        for number in range(12):
            reached = {f"{one}.0": stages[(number * one) % 3] for one in range(1, 9) if one % 3}
            claims = await life(database, number, reached)
            assert [claim for claim in claims if claim.given_up and claim.question.ts in reached] == []

    @pytest.mark.parametrize(("lived_s", "stopping"), [(SETTLED_S - 2, False), (600.0, True)])
    async def test_deaths_at_starts_and_deploys_do_not_count(
        self,
        database: Database,
        lived_s: float,
        stopping: bool,
    ) -> None:
        await add(database, POISON)
        for number in range(2 * STRIKES_MAX):
            await life(database, number, {POISON.ts: Stage.FILES}, lived_s=lived_s, stopping=stopping)
        (claim,) = await Process(database, "survivor").claim()
        assert (claim.crashes, claim.given_up) == (2 * STRIKES_MAX, False)

    async def test_what_was_under_way_in_several_deaths_waits_until_its_process_has_lived_for_a_while(
        self, database: Database
    ) -> None:
        """Otherwise one that brings the process down at once would bring down each at its start, and never count."""
        await add(database, POISON)
        for number in range(2):
            await life(database, number, {}, lived_s=1.0)
        await add(database, INNOCENT)
        starting = Process(database, "starting", settled=False)
        assert [claim.question for claim in await starting.claim()] == [INNOCENT]
        starting.settled = True
        assert [claim.question for claim in await starting.claim()] == [POISON]

    async def test_words_that_people_have_read_are_never_given_up(self, database: Database) -> None:
        await add(database, POISON)
        await life(database, 0, {POISON.ts: Stage.WRITING})
        for number in range(1, 2 * STRIKES_MAX):
            await life(database, number, {POISON.ts: Stage.FILES})
        (claim,) = await Process(database, "survivor").claim()
        assert not claim.given_up

    async def test_suspects_run_one_at_a_time_until_their_words_are_shown(self, database: Database) -> None:
        both = {POISON.ts: Stage.FILES, INNOCENT.ts: Stage.FILES}
        await add(database, POISON, INNOCENT)
        for number in range(STRIKES_MAX - 1):
            await life(database, number, both)
        process = Process(database, "careful")
        (first,) = await process.claim()
        assert (first.question, first.given_up) == (POISON, False)
        assert await process.claim() == []
        process.questions.reached(first, Stage.WRITING)
        (second,) = await process.claim()
        assert second.question == INNOCENT

    async def test_the_questions_of_a_dead_process_are_judged_together(self, database: Database) -> None:
        """One was claimed after the heartbeat, so that its lease runs out later; it was not alone for that."""
        await add(database, POISON)
        process = Process(database, "dead")
        await process.beat()
        await pass_time(database, SETTLED_S + 1)
        earlier = await process.claim()
        await process.beat(*earlier)
        await pass_time(database, LEASE_S / 2)
        await add(database, INNOCENT)
        (later,) = await process.claim()
        process.questions.reached(later, Stage.ASKING)
        for _ in range(4):
            await pass_time(database, LEASE_S / 2)
            await Process(database, "witness").beat()
        again = await Process(database, "survivor").claim()
        assert [(claim.question, claim.crashes, claim.strikes) for claim in again] == [(POISON, 1, 1), (INNOCENT, 1, 1)]

    async def test_a_process_that_was_only_slow_is_no_death(self, database: Database) -> None:
        """Others take it for dead, as often as they like; it says otherwise once it is heard of again."""
        await add(database, POISON)
        for number in range(2 * STRIKES_MAX):
            claims = await life(database, number, {POISON.ts: Stage.ASKING})
            assert [claim.given_up for claim in claims] == [False]
            for _ in range(3):
                await Process(database, f"process {number}").beat(*claims)
        (claim,) = await Process(database, "survivor").claim()
        assert (claim.strikes, claim.given_up) == (0, False)

    @pytest.mark.parametrize("lost", [1, 2])
    async def test_a_strike_is_taken_back_once_though_the_answer_to_a_commit_was_lost(
        self, database: Database, lost: int
    ) -> None:
        await add(database, POISON)
        for number in range(2):
            await life(database, number, {POISON.ts: Stage.ASKING})
        slow = await life(database, 2, {POISON.ts: Stage.ASKING})
        deaf = StoredQuestions(LosingAnswers(database, answered=lost - 1))
        with pytest.raises(StoreFailed):
            await deaf.heartbeat("process 2", Vitals(slow), lease_s=LEASE_S)
        for _ in range(2):
            await deaf.heartbeat("process 2", Vitals(slow), lease_s=LEASE_S)
        (claim,) = await Process(database, "survivor").claim()
        assert claim.strikes == 2

    async def test_an_outage_of_the_database_is_nobodys_death(self, database: Database) -> None:
        """Nobody was heard of for long, and whoever comes first cannot tell who died."""
        await add(database, POISON)
        one, other = Process(database, "one"), Process(database, "other")
        await one.beat()
        await pass_time(database, SETTLED_S + 1)
        claims = await one.claim()
        await one.beat(*claims)
        await other.beat()
        await pass_time(database, LEASE_S + 1)
        await other.beat()
        await one.beat()  # its turn was stopped when its lease was over
        await pass_time(database, 1)
        await other.beat()
        (again,) = await other.claim()
        assert (again.question, again.crashes, again.strikes, again.unrecorded) == (POISON, 0, 0, True)


@pytest.fixture
async def two(postgres_database: str) -> AsyncIterator[tuple[Database, Database]]:
    databases = await Database.open(postgres_database), await Database.open(postgres_database)
    yield databases
    for database in databases:
        await database.aclose()


async def test_processes_whose_clocks_differ_do_not_take_each_others_questions(two: tuple[Database, Database]) -> None:
    fast = StoredQuestions(two[0], clock=lambda: time.time() + 25.0)
    slow = StoredQuestions(two[1], clock=lambda: time.time() - 25.0)
    for store, other, ts in ((fast, slow, "1.0"), (slow, fast, "2.0")):
        await store.add(asked(ts), "mine", busy=False, lease_s=0.0)
        (claim,) = await store.claim("mine", most=1, lease_s=LEASE_S, settled=True)
        assert 0.0 <= claim.waited_s < 10.0
        assert (await other.heartbeat("other", Vitals(), lease_s=LEASE_S)).expired == 0
        heartbeat = await store.heartbeat("mine", Vitals((claim,), spent={"T1": NONE}), lease_s=LEASE_S)
        assert heartbeat.others["T1"].processes == 1
        assert claim.lease.held()
        assert (await store.finish(claim, Outcome.ANSWERED)).held


async def test_a_process_that_is_paused_in_a_transaction_stops_the_others_for_a_moment_only(
    postgres_database: str,
) -> None:
    paused = await asyncio.create_subprocess_exec(sys.executable, "-c", PAUSED, postgres_database, cwd=ROOT)
    other = await Database.open(postgres_database)
    store, tries = StoredQuestions(other), 0
    try:
        await asyncio.get_running_loop().run_in_executor(None, os.waitid, os.P_PID, paused.pid, os.WSTOPPED)
        async with asyncio.timeout(20):
            while True:
                tries += 1
                with suppress(StoreFailed):  # fails after a while, so that what came with it can go on
                    assert await store.add(asked("1.0"), "other", busy=False, lease_s=0.0)
                    break
    finally:
        paused.kill()
        await paused.wait()
        await other.aclose()
    assert tries >= 2


class TestShares:
    async def test_a_process_alone_has_all_of_it(self, database: Database) -> None:
        assert await Process(database, "one").beat() == Share()

    async def test_shares_go_by_the_answers_that_are_written(self, two: tuple[Database, Database]) -> None:
        one, other = Process(two[0], "one"), Process(two[1], "other")
        await add(two[0], *(asked(f"{number}.0") for number in range(8)))
        claims = await one.claim(6)
        await one.beat(*claims)
        its_own = await other.claim(2)
        shares = [await other.beat(*its_own), await one.beat(*claims)]
        assert [share.most.edits for share in shares] == pytest.approx([0.27, 0.73])
        assert [share.rest for share in shares] == pytest.approx([3 / 10, 7 / 10])

    @pytest.mark.parametrize("answers", [1, 50])
    async def test_one_process_with_all_the_answers_has_nearly_all_edits_and_posts(
        self, two: tuple[Database, Database], answers: int
    ) -> None:
        """The other one keeps what its next first words need."""
        one, other = Process(two[0], "one"), Process(two[1], "other")
        await add(two[0], *(asked(f"{number}.0") for number in range(answers)))
        claims = await one.claim()
        busy, idle = [await other.beat(), await one.beat(*claims), await other.beat()][1:]
        assert [busy.most.edits, busy.words] == pytest.approx([0.96, 0.96])
        assert [idle.most.edits, idle.words] == pytest.approx([0.04, 0.04])

    async def test_processes_of_another_workspace_take_nothing_away(self, two: tuple[Database, Database]) -> None:
        """Slack counts each workspace's calls for itself, whoever shares the database."""
        one, beside = Process(two[0], "one", team_id="T1"), Process(two[1], "beside", team_id="T1")
        elsewhere = Process(two[1], "elsewhere", team_id="T2")
        await add(two[0], asked("1.0"))
        claims = await one.claim()
        await elsewhere.beat(spent=0.9)
        assert await one.beat(*claims) == Share()
        assert await elsewhere.beat() == Share()
        await beside.beat()
        assert (await one.beat(*claims)).most.edits == pytest.approx(0.96)

    async def test_what_others_have_spent_of_a_minute_cannot_be_spent_again(
        self, two: tuple[Database, Database]
    ) -> None:
        one, other = Process(two[0], "one"), Process(two[1], "other")
        await add(two[0], *(asked(f"{number}.0") for number in range(20)))
        claims = await one.claim()
        await other.beat(spent=0.6)
        share = await one.beat(*claims)
        assert [share.most.edits, share.words] == pytest.approx([0.96 * 0.4, 0.96])
        await other.beat(spent=0.0)
        assert (await one.beat(*claims)).most.edits == pytest.approx(0.96)

    async def test_a_process_that_stops_leaves_its_share_to_the_others_at_once(
        self, two: tuple[Database, Database]
    ) -> None:
        one, other = Process(two[0], "one"), Process(two[1], "other")
        await other.beat()
        assert await one.beat() == Share(Calls(0.5, 0.5, 0.5, 0.5), 0.5, 0.5)
        await other.beat(stopping=True)
        assert await one.beat() == Share()

    async def test_a_process_that_died_has_no_share(self, two: tuple[Database, Database]) -> None:
        one, other = Process(two[0], "one"), Process(two[1], "other")
        await other.beat()
        await pass_time(two[0], LEASE_S + 1)
        assert await one.beat() == Share()

    async def test_what_a_process_had_spent_counts_when_it_has_ended_until_the_minute_is_over(
        self, two: tuple[Database, Database]
    ) -> None:
        """Also where its lease was shorter than that."""
        one, other = Process(two[0], "one"), Process(two[1], "other")
        await other.beat(spent=0.6, stopping=True)
        at_once = await one.beat()
        await pass_time(two[0], LEASE_S + 1)
        later = await one.beat()
        await pass_time(two[0], 60)
        assert [at_once.most.edits, at_once.words, later.words] == pytest.approx([0.4, 1.0, 1.0])
        assert 0.5 < later.most.edits < 0.9
        assert await one.beat() == Share()

    async def test_a_bot_that_is_started_again_knows_what_was_spent_of_the_minute(self, database: Database) -> None:
        await Process(database, "before").beat(spent=0.6)
        await StoredQuestions(database).expire_all()
        share = await Process(database, "after").beat()
        assert [share.most.edits, share.words, share.rest] == pytest.approx([0.4, 1.0, 1.0])
