"""The list of what was asked, over both databases: once, in order, one a thread, and nothing lost with a process."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
import sqlalchemy as sa

from bot.errors import StoreFailed
from bot.lease import Lease
from bot.messages import Attachment, EntryPoint, Question, SlackWords, ThreadKey, WordsKind
from bot.ports import Accepted, Claim, Lock, Outcome, Vitals
from bot.store.database import Database
from bot.store.questions import StoredQuestions
from bot.store.reply_records import StoredReplyRecords
from bot.store.schema import questions as questions_table
from tests.asked import FILE, asked
from tests.database import pass_time, run_sql
from tests.postgres import OVER_BOTH, lossy

CLIP = SlackWords(
    "Buy milk", WordsKind.VOICE, own=True, whole=False, pending=True, more_url="https://e.io", enclosed=("a",)
)
LEASE_S = 60.0  # half of it is what the slowest machine may need between two lines of a test
SECRET = "the merger is on Friday"


@pytest.fixture
def store(database: Database) -> StoredQuestions:
    return StoredQuestions(database)


async def added(store: StoredQuestions, *asked_now: Question) -> None:
    """Written down, in order, and not locked."""
    for question in asked_now:
        assert await store.add(question, "one", busy=False, lease_s=0.0) is not None


async def locked(store: StoredQuestions, question: Question, owner: str = "one") -> Lock:
    """Written down while no turn was free, and locked for its notice."""
    accepted = await store.add(question, owner, busy=True, lease_s=LEASE_S)
    assert accepted is not None
    assert accepted.lock is not None
    return accepted.lock


async def claims(store: StoredQuestions, owner: str = "one", most: int = 100) -> list[Claim]:
    return await store.claim(owner, most=most, lease_s=LEASE_S, settled=True)


async def claimed(store: StoredQuestions, owner: str = "one") -> Claim:
    (claim,) = await claims(store, owner, most=1)
    return claim


async def claimed_ts(store: StoredQuestions) -> list[str]:
    """All that can be claimed now, in order."""
    return [claim.question.ts for claim in await claims(store)]


async def beat(store: StoredQuestions, owner: str, *running: Claim) -> int:
    """How many questions the heartbeat made claimable again."""
    return (await store.heartbeat(owner, Vitals(running), lease_s=LEASE_S)).expired


@OVER_BOTH
class TestAdding:
    async def test_a_question_is_written_down_once_however_often_it_comes(self, store: StoredQuestions) -> None:
        await added(store, asked("1.0"))
        # app_mention and message of the same message differ in all but the key.
        for again in (asked("1.0"), asked("1.0", entry_point=EntryPoint.DIRECT, text="else")):
            assert await store.add(again, "one", busy=False, lease_s=LEASE_S) is None
        assert await claimed_ts(store) == ["1.0"]

    async def test_it_stays_once_when_all_deliveries_come_at_the_same_time(self, database: Database) -> None:
        processes = [StoredQuestions(database) for _ in range(8)]
        new = await asyncio.gather(
            *(store.add(asked("1.0"), "one", busy=False, lease_s=LEASE_S) for store in processes)
        )
        assert [accepted for accepted in new if accepted] == [Accepted(0, None)]

    async def test_an_answered_question_stays_known(self, store: StoredQuestions) -> None:
        await added(store, asked("1.0"))
        await store.finish(await claimed(store), Outcome.ANSWERED)
        assert await store.add(asked("1.0"), "one", busy=False, lease_s=LEASE_S) is None
        assert await claims(store) == []

    async def test_its_end_says_whether_another_may_have_its_turn(self, store: StoredQuestions) -> None:
        await added(store, asked("1.0"))
        first = await claimed(store)
        await added(store, asked("1.1", "1.0"))
        assert (await store.finish(first, Outcome.ANSWERED)).others_wait
        assert not (await store.finish(await claimed(store), Outcome.ANSWERED)).others_wait

    async def test_the_same_ts_elsewhere_is_another_question(self, store: StoredQuestions) -> None:
        await added(store, asked("1.0"), asked("1.0", channel_id="C2"), asked("1.0", team_id="T2"))

    async def test_it_comes_out_as_it_went_in(self, store: StoredQuestions) -> None:
        file = Attachment(
            "F2", "ünï🎉.py", "text/plain", "snippet", 3, None, "python", "https://files.slack.com/x", CLIP
        )
        question = asked(
            "1.5", "1.0", user_id="W9", entry_point=EntryPoint.COMMAND, text="a\n“b” 🎉 \\u0000",
            attachments=(FILE, file), response_url="https://hooks.slack.com/x", user_team="T9",
        )  # fmt: skip
        await added(store, question)
        claim = await claimed(store)
        assert (claim.question, claim.fence, claim.crashes, claim.unrecorded) == (question, 1, 0, False)
        assert 0.0 <= claim.waited_s < 10.0


async def test_a_question_whose_commit_is_answered_by_nobody_is_there_when_slack_delivers_it_again(
    postgres_database: str,
) -> None:
    async with lossy(postgres_database, after=b"INSERT INTO questions") as (address, lost):
        database = await Database.open(address, statement_timeout_s=2.0)
        store = StoredQuestions(database)
        with pytest.raises(StoreFailed):
            await added(store, asked("1.0"))
        assert lost.is_set()
        assert await store.add(asked("1.0"), "one", busy=False, lease_s=LEASE_S) is None
        assert await claimed_ts(store) == ["1.0"]
        await database.aclose()


@OVER_BOTH
class TestClaiming:
    async def test_threads_run_beside_each_other_and_the_oldest_question_goes_first(
        self, store: StoredQuestions
    ) -> None:
        await added(store, asked("1.0"), asked("3.0"), asked("2.0"))
        assert [claim.question.ts for claim in await claims(store, most=2)] == ["1.0", "3.0"]
        assert await claimed_ts(store) == ["2.0"]

    async def test_in_a_thread_one_runs_at_a_time_in_the_order_they_were_asked(self, store: StoredQuestions) -> None:
        await added(store, *(asked(ts, "1.0") for ts in ("1.0", "1.2", "1.1")))
        order = []
        for _ in range(3):
            (claim,) = await claims(store)
            order.append(claim.question.ts)
            await store.finish(claim, Outcome.ANSWERED)
        assert order == ["1.0", "1.1", "1.2"]

    async def test_the_same_thread_ts_in_another_channel_is_another_thread(self, store: StoredQuestions) -> None:
        await added(store, asked("1.1", "1.0"), asked("1.2", "1.0", channel_id="C2"))
        assert await claimed_ts(store) == ["1.1", "1.2"]

    async def test_two_bots_for_two_workspaces_leave_each_other_their_questions(self, database: Database) -> None:
        ours, theirs = (StoredQuestions(database, team_id=team) for team in ("T1", "T2"))
        await added(ours, asked("1.0"), asked("2.0", team_id="T2"), asked("3.0"), asked("4.0", team_id="T2"))
        assert await claimed_ts(theirs) == ["2.0", "4.0"]
        assert await claimed_ts(ours) == ["1.0", "3.0"]

    async def test_what_a_dead_bot_of_another_workspace_left_waits_for_one_of_its_own(self, database: Database) -> None:
        ours, theirs = (StoredQuestions(database, team_id=team) for team in ("T1", "T2"))
        await added(theirs, asked("1.0", team_id="T2"))
        await claimed(theirs, "another")
        await pass_time(database, LEASE_S + 1.0)
        assert await beat(ours, "one") == 1
        assert await claimed_ts(ours) == []
        assert await claimed_ts(theirs) == ["1.0"]


async def test_processes_that_claim_at_once_never_share_a_question_or_a_thread(postgres_database: str) -> None:
    databases = [await Database.open(postgres_database) for _ in range(4)]
    stores = [StoredQuestions(database) for database in databases]
    await added(stores[0], *(asked(f"1{number:02}.0", f"{number % 4}.0") for number in range(12)))
    rounds = [
        await asyncio.gather(*(claims(store, f"owner{n}", most=2) for n, store in enumerate(stores))) for _ in range(3)
    ]
    running = [claim.question for found in rounds for some in found for claim in some]
    assert sorted(question.ts for question in running) == ["100.0", "101.0", "102.0", "103.0"]
    for database in databases:
        await database.aclose()


@OVER_BOTH
class TestLeases:
    async def test_what_a_dead_process_was_answering_is_claimed_again(
        self, store: StoredQuestions, database: Database
    ) -> None:
        await added(store, asked("1.0"))
        await beat(store, "dead", await claimed(store, "dead"))
        await pass_time(database, LEASE_S / 2)
        assert await beat(store, "alive") == 0
        await pass_time(database, LEASE_S / 2 + 1)
        assert await beat(store, "alive") == 1
        again = await claimed(store, "alive")
        assert (again.fence, again.crashes, again.unrecorded) == (2, 1, True)

    async def test_a_heartbeat_keeps_what_the_process_runs(self, store: StoredQuestions, database: Database) -> None:
        await added(store, asked("1.0"), asked("2.0"))
        mine, other = await claimed(store, "one"), await claimed(store, "two")
        await pass_time(database, LEASE_S / 2)
        await beat(store, "one", mine)
        assert mine.lease.held()
        await pass_time(database, LEASE_S / 2 + 1)
        assert await beat(store, "one", mine) == 1
        assert (await claimed(store, "one")).question == other.question

    async def test_a_question_that_its_process_does_not_run_can_be_claimed_again_and_counts_as_no_crash(
        self, store: StoredQuestions, database: Database
    ) -> None:
        """The answer to its claim was lost on the way, so that nobody knows of it."""
        await added(store, asked("1.0"), asked("2.0"))
        _, known = await claims(store)
        for _ in range(3):
            await pass_time(database, LEASE_S / 2)
            await beat(store, "one", known)
        again = await claimed(store)
        assert (again.question.ts, again.crashes, again.unrecorded) == ("1.0", 0, True)
        assert known.lease.held()

    async def test_a_process_sees_which_lease_it_has_lost(self, store: StoredQuestions, database: Database) -> None:
        await added(store, asked("1.0"))
        mine = await claimed(store, "slow")
        assert mine.lease.held()
        await pass_time(database, LEASE_S + 1)
        await beat(store, "other")
        await beat(store, "slow", mine)
        assert not mine.lease.held()
        again = await claimed(store, "slow")
        await beat(store, "slow", mine, again)
        assert (mine.lease.held(), again.lease.held()) == (False, True)

    async def test_a_process_that_lost_its_lease_can_neither_finish_nor_requeue_what_another_runs(
        self, store: StoredQuestions, database: Database
    ) -> None:
        await added(store, asked("1.0"))
        lost = await claimed(store, "slow")
        await pass_time(database, LEASE_S + 1)
        await beat(store, "other")
        now_its = await claimed(store, "other")
        assert not await store.requeue(lost)
        assert not (await store.finish(lost, Outcome.ANSWERED)).held
        assert await claims(store) == []
        assert (await store.finish(now_its, Outcome.ANSWERED)).held

    async def test_all_leases_are_void_where_nobody_else_can_hold_one(self, store: StoredQuestions) -> None:
        await added(store, asked("1.0"))
        await claimed(store)
        await locked(store, asked("2.0"))
        assert await store.expire_all() == 2
        assert [(claim.crashes, claim.unrecorded) for claim in await claims(store)] == [(1, True), (0, True)]

    async def test_a_requeued_question_is_the_next_of_its_thread_and_its_reply_is_looked_for(
        self, store: StoredQuestions
    ) -> None:
        await added(store, asked("1.0"), asked("1.1", "1.0"))
        assert await store.requeue(await claimed(store))
        again = await claimed(store)
        assert (again.question.ts, again.fence, again.crashes, again.unrecorded) == ("1.0", 2, 0, True)


@OVER_BOTH
class TestNotices:
    async def test_a_question_that_has_to_wait_is_locked_and_keeps_its_turn(self, store: StoredQuestions) -> None:
        lock = await locked(store, asked("1.0"))
        await added(store, asked("1.1", "1.0"))
        assert await claims(store) == []
        await store.unlock(lock, recorded=True)
        claim = await claimed(store)
        assert (claim.question.ts, claim.crashes, claim.unrecorded) == ("1.0", 0, False)

    async def test_a_question_that_can_be_answered_at_once_is_not_locked(self, store: StoredQuestions) -> None:
        await added(store, asked("1.0"))
        await store.finish(await claimed(store), Outcome.ANSWERED)
        assert await store.add(asked("1.1", "1.0"), "one", busy=False, lease_s=LEASE_S) == Accepted(0, None)

    async def test_it_is_known_how_many_questions_go_first_in_the_thread(self, store: StoredQuestions) -> None:
        await added(store, asked("1.0"), asked("9.0"))
        await claimed(store)
        found = [
            await store.add(asked(ts, thread_ts), "one", busy=False, lease_s=LEASE_S)
            for ts, thread_ts in (("1.1", "1.0"), ("1.2", "1.0"), ("8.0", "8.0"))
        ]
        assert [(one.ahead, one.lock is not None) for one in found if one] == [(1, True), (2, True), (0, False)]

    async def test_no_lock_where_no_notice_is_wanted(self, store: StoredQuestions) -> None:
        await added(store, asked("1.0"))
        assert await store.add(asked("1.1", "1.0"), "one", busy=True, lease_s=0.0) == Accepted(1, None)

    async def test_a_notice_with_an_unknown_outcome_makes_the_turn_look_and_is_no_crash(
        self, store: StoredQuestions, database: Database
    ) -> None:
        lock, _ = await locked(store, asked("1.0")), await locked(store, asked("2.0"), "dead")
        await store.unlock(lock, recorded=False)
        first = await claimed(store)
        assert (first.crashes, first.unrecorded) == (0, True)
        await pass_time(database, LEASE_S + 1)
        assert await beat(store, "one", first) == 1
        second = await claimed(store)
        assert (second.crashes, second.unrecorded) == (0, True)

    async def test_a_heartbeat_keeps_a_lock_while_the_notice_is_posted(
        self, store: StoredQuestions, database: Database
    ) -> None:
        lock = await locked(store, asked("1.0"))
        for _ in range(3):
            await pass_time(database, LEASE_S / 2)
            await store.heartbeat("one", Vitals(locks=(lock,)), lease_s=LEASE_S)
        assert lock.lease.held()
        assert await claims(store) == []

    async def test_a_lock_that_is_not_ours_any_more_stays(self, store: StoredQuestions, database: Database) -> None:
        lock = await locked(store, asked("1.0"), "slow")
        await pass_time(database, LEASE_S + 1)
        await beat(store, "other")
        claim = await claimed(store, "other")
        await store.unlock(lock, recorded=True)
        assert (await store.finish(claim, Outcome.ANSWERED)).held


@OVER_BOTH
class TestEnding:
    async def test_what_the_person_wrote_is_erased(self, store: StoredQuestions, database: Database) -> None:
        await added(store, asked("1.0", text=SECRET, attachments=(FILE,)))
        await store.finish(await claimed(store), Outcome.ANSWERED)
        row = await database.run(lambda connection: connection.execute(sa.select(questions_table)).mappings().one())
        assert row["payload"] is None
        assert (row["state"], row["outcome"]) == ("finished", "answered")
        assert row["finished_at"] >= row["accepted_at"]
        assert not {SECRET, FILE.name} & {str(value) for value in row.values()}

    async def test_one_that_ended_though_nobody_heard_of_it_is_as_ended_when_that_is_repeated(
        self, store: StoredQuestions
    ) -> None:
        """The commit was made, and its answer lost."""
        await added(store, asked("1.0"))
        claim = await claimed(store)
        assert [(await store.finish(claim, Outcome.ANSWERED)).held for _ in range(2)] == [True, True]
        assert not (await store.finish(claim, Outcome.FAILED)).held

    async def test_a_refused_question_is_withdrawn_from_its_thread_alone(self, store: StoredQuestions) -> None:
        for ts, outcome in (("1.0", Outcome.ANSWERED), ("1.1", Outcome.REFUSED), ("1.2", Outcome.FAILED)):
            await added(store, asked(ts, "1.0"))
            await store.finish(await claimed(store), outcome)
        assert await store.withdrawn(ThreadKey("T1", "C1", "1.0")) == {"1.1"}
        assert await store.withdrawn(ThreadKey("T1", "C2", "1.0")) == frozenset()

    async def test_old_questions_are_forgotten_with_their_replies(
        self, store: StoredQuestions, database: Database
    ) -> None:
        records = StoredReplyRecords(database)
        for ts in ("1.0", "2.0"):
            await added(store, asked(ts))
            await records.posted(asked(ts), 0, f"{ts}1")
            await store.finish(await claimed(store), Outcome.ANSWERED)
            await pass_time(database, 100)
        await added(store, asked("3.0"))
        await store.forget(150)
        assert [await records.parts(asked(ts)) for ts in ("1.0", "2.0")] == [{}, {0: "2.01"}]
        kept = await database.run(
            lambda connection: list(connection.execute(sa.select(questions_table.c.ts).order_by("ts")).scalars())
        )
        assert kept == ["2.0", "3.0"]


@OVER_BOTH
class TestReplyParts:
    @pytest.fixture
    async def records(self, store: StoredQuestions, database: Database) -> StoredReplyRecords:
        await added(store, asked("1.0"))
        return StoredReplyRecords(database)

    async def test_the_messages_of_a_reply_come_in_the_order_of_their_parts(self, records: StoredReplyRecords) -> None:
        for part, ts in ((1, "5.1"), (0, "5.0"), (2, "5.2")):
            await records.posted(asked("1.0"), part, ts)
        assert list((await records.parts(asked("1.0"))).values()) == ["5.0", "5.1", "5.2"]

    async def test_a_part_that_was_posted_anew_replaces_the_old_one(self, records: StoredReplyRecords) -> None:
        await records.posted(asked("1.0"), 0, "5.0")
        await records.posted(asked("1.0"), 0, "6.0")
        assert list((await records.parts(asked("1.0"))).values()) == ["6.0"]

    async def test_nothing_is_kept_for_a_question_that_was_never_asked(self, records: StoredReplyRecords) -> None:
        await records.posted(asked("8.0"), 0, "9.0")
        assert await records.parts(asked("8.0")) == {}


@OVER_BOTH
async def test_a_cancelled_call_leaves_the_database_usable(store: StoredQuestions) -> None:
    for number in range(20):
        adding = asyncio.create_task(store.add(asked(f"{number}.0"), "one", busy=False, lease_s=0.0))
        for _ in range(number):
            await asyncio.sleep(0)
        adding.cancel()
        await asyncio.gather(adding, return_exceptions=True)
    await added(store, asked("99.0"))
    assert "99.0" in await claimed_ts(store)


async def test_a_database_that_is_gone_fails_every_call_as_store_failed(tmp_path: Path) -> None:
    database = await Database.open(f"sqlite:///{tmp_path / 'bot.sqlite3'}")
    store, records = StoredQuestions(database), StoredReplyRecords(database)
    for table in ("reply_parts", "questions"):
        await run_sql(database, f"DROP TABLE {table}")
    question = asked("1.0")
    mine = Claim(1, question, 1, Lease(lambda: 0.0, 1.0))
    for call in (
        store.add(question, "one", busy=False, lease_s=0.0), claims(store),
        store.unlock(Lock(1, 1, mine.lease), recorded=True),
        store.heartbeat("one", Vitals((mine,)), lease_s=LEASE_S), store.expire_all(), store.requeue(mine),
        store.finish(mine, Outcome.FAILED), store.withdrawn(question.thread), store.forget(1.0),
        records.posted(question, 0, "2.0"), records.parts(question),
    ):  # fmt: skip
        with pytest.raises(StoreFailed):
            await call
    await database.aclose()
