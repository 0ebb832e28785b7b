"""The list of what was asked, over both databases: once, in order, one a thread, and nothing lost with a process."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
import sqlalchemy as sa

from bot.errors import StoreFailed
from bot.messages import Attachment, EntryPoint, ThreadKey, Words, WordsKind
from bot.ports import Claim, Outcome
from bot.store.database import Database
from bot.store.questions import StoredQuestions
from bot.store.schema import questions as questions_table
from tests.asked import FILE, asked
from tests.postgres import OVER_BOTH

NOW_S = 1_000_000.0
CLIP = Words("Buy milk", WordsKind.VOICE, own=True, whole=False, pending=True, more_url="https://e.io", enclosed=("a",))
LEASE_S = 20.0
SECRET = "the merger is on Friday"


@pytest.fixture
def store(database: Database) -> StoredQuestions:
    return StoredQuestions(database.engine)


async def claim(store: StoredQuestions, owner: str = "one", now_s: float = NOW_S) -> Claim | None:
    return await store.claim(owner, now_s, LEASE_S)


async def claimed(store: StoredQuestions, owner: str = "one", now_s: float = NOW_S) -> Claim:
    taken = await claim(store, owner, now_s)
    assert taken is not None
    return taken


async def claimed_ts(store: StoredQuestions) -> list[str]:
    """All that can be claimed now, in order."""
    found = []
    while (taken := await claim(store)) is not None:
        found.append(taken.question.ts)
    return found


@OVER_BOTH
class TestAdding:
    async def test_a_question_is_written_down_once_however_often_it_comes(self, store: StoredQuestions) -> None:
        assert await store.add(asked("1.0"), NOW_S)
        assert not await store.add(asked("1.0"), NOW_S + 1)
        # app_mention and message of the same message differ in all but the key.
        assert not await store.add(asked("1.0", entry_point=EntryPoint.DIRECT, text="else"), NOW_S + 2)
        assert await claimed_ts(store) == ["1.0"]

    async def test_it_stays_once_when_both_deliveries_come_at_the_same_time(self, store: StoredQuestions) -> None:
        new = await asyncio.gather(*(store.add(asked("1.0"), NOW_S) for _ in range(8)))
        assert sorted(new) == [False] * 7 + [True]

    async def test_an_answered_question_stays_known(self, store: StoredQuestions) -> None:
        await store.add(asked("1.0"), NOW_S)
        await store.done(await claimed(store), Outcome.ANSWERED, NOW_S)
        assert not await store.add(asked("1.0"), NOW_S + 10)
        assert await claim(store) is None

    async def test_the_same_ts_elsewhere_is_another_question(self, store: StoredQuestions) -> None:
        assert await store.add(asked("1.0"), NOW_S)
        assert await store.add(asked("1.0", channel_id="C2"), NOW_S)
        assert await store.add(asked("1.0", team_id="T2"), NOW_S)

    async def test_it_comes_out_as_it_went_in(self, store: StoredQuestions) -> None:
        file = Attachment(
            "F2", "ünï🎉.py", "text/plain", "snippet", 3, None, "python", "https://files.slack.com/x", CLIP
        )
        question = asked(
            "1.5", "1.0", user_id="W9", entry_point=EntryPoint.COMMAND, text="a\n“b” 🎉 \\u0000",
            attachments=(FILE, file), response_url="https://hooks.slack.com/x",
        )  # fmt: skip
        await store.add(question, NOW_S)
        taken = await claimed(store)
        assert (taken.question, taken.attempt, taken.accepted_at_s) == (question, 1, NOW_S)


@OVER_BOTH
class TestProcesses:
    async def test_those_that_were_heard_of_within_a_lease_share_slacks_limits(self, store: StoredQuestions) -> None:
        assert await store.processes("one", NOW_S, LEASE_S) == 1
        assert await store.processes("two", NOW_S + 1, LEASE_S) == 2
        assert await store.processes("one", NOW_S + 2, LEASE_S) == 2
        assert await store.processes("one", NOW_S + 2 + LEASE_S, LEASE_S) == 1


class TestClaiming:
    async def test_threads_run_beside_each_other_and_the_oldest_question_goes_first(
        self, store: StoredQuestions
    ) -> None:
        for ts in ("1.0", "2.0", "3.0"):
            await store.add(asked(ts), NOW_S + float(ts))
        assert await claimed_ts(store) == ["1.0", "2.0", "3.0"]

    async def test_in_a_thread_one_runs_at_a_time_in_the_order_they_were_asked(self, store: StoredQuestions) -> None:
        for ts in ("1.0", "1.1", "1.2"):
            await store.add(asked(ts, "1.0"), NOW_S)
        order = []
        for _ in range(3):
            taken = await claimed(store)
            assert await claim(store) is None
            order.append(taken.question.ts)
            await store.done(taken, Outcome.ANSWERED, NOW_S)
        assert order == ["1.0", "1.1", "1.2"]

    async def test_the_same_thread_ts_in_another_channel_is_another_thread(self, store: StoredQuestions) -> None:
        await store.add(asked("1.1", "1.0"), NOW_S)
        await store.add(asked("1.2", "1.0", channel_id="C2"), NOW_S)
        assert await claimed_ts(store) == ["1.1", "1.2"]

    async def test_many_claimers_at_once_never_share_a_question_or_a_thread(self, store: StoredQuestions) -> None:
        for number in range(12):
            await store.add(asked(f"1{number:02}.0", f"{number % 4}.0"), NOW_S)
        rounds = [await asyncio.gather(*(claim(store, f"owner{n}") for n in range(8))) for _ in range(2)]
        taken = [one.question for claims in rounds for one in claims if one is not None]
        assert sorted(question.thread_ts for question in taken) == ["0.0", "1.0", "2.0", "3.0"]
        assert sorted(question.ts for question in taken) == ["100.0", "101.0", "102.0", "103.0"]

    async def test_ahead_counts_what_is_unfinished_before_it_in_its_thread(self, store: StoredQuestions) -> None:
        for ts in ("1.0", "1.1", "1.2"):
            await store.add(asked(ts, "1.0"), NOW_S)
        await store.add(asked("9.0"), NOW_S)
        assert [await store.ahead(asked(ts, "1.0")) for ts in ("1.0", "1.1", "1.2")] == [0, 1, 2]
        assert await store.ahead(asked("9.0")) == 0
        await store.done(await claimed(store), Outcome.ANSWERED, NOW_S)
        assert await store.ahead(asked("1.2", "1.0")) == 1


@OVER_BOTH
class TestLeases:
    async def test_a_dead_process_question_is_claimed_again_as_a_further_attempt(self, store: StoredQuestions) -> None:
        await store.add(asked("1.0"), NOW_S)
        await claimed(store, "dead")
        assert await store.recover(NOW_S + LEASE_S - 1) == 0
        assert await store.recover(NOW_S + LEASE_S + 1) == 1
        assert (await claimed(store, "alive")).attempt == 2

    async def test_a_renewed_lease_is_kept(self, store: StoredQuestions) -> None:
        await store.add(asked("1.0"), NOW_S)
        await store.add(asked("2.0"), NOW_S)
        mine, other = await claimed(store, "one"), await claimed(store, "two")
        assert await store.renew("one", NOW_S + 15, LEASE_S) == {(mine.id, 1)}
        assert await store.recover(NOW_S + 30) == 1
        assert (await claimed(store, "one")).question == other.question

    async def test_a_process_sees_which_lease_it_has_lost(self, store: StoredQuestions) -> None:
        await store.add(asked("1.0"), NOW_S)
        mine = await claimed(store, "slow")
        await store.recover(NOW_S + LEASE_S + 1)
        assert await store.renew("slow", NOW_S + 30, LEASE_S) == frozenset()
        again = await claimed(store, "slow", NOW_S + 30)
        assert await store.renew("slow", NOW_S + 31, LEASE_S) == {(mine.id, again.attempt)}

    async def test_who_lost_its_lease_can_neither_end_nor_free_what_another_runs(self, store: StoredQuestions) -> None:
        await store.add(asked("1.0"), NOW_S)
        lost = await claimed(store, "slow")
        await store.recover(NOW_S + LEASE_S + 1)
        now_its = await claimed(store, "other", NOW_S + 30)
        assert not await store.release(lost)
        assert not await store.done(lost, Outcome.ANSWERED, NOW_S)
        assert await claim(store) is None
        assert await store.done(now_its, Outcome.ANSWERED, NOW_S)

    async def test_all_leases_are_void_where_nobody_else_can_hold_one(self, store: StoredQuestions) -> None:
        await store.add(asked("1.0"), NOW_S)
        await store.add(asked("2.0"), NOW_S)
        await claimed(store)
        await store.hold(asked("2.0"), "one", NOW_S, LEASE_S)
        assert await store.recover_all() == 2
        assert [(await claimed(store)).attempt, (await claimed(store)).attempt] == [2, 2]

    async def test_a_released_question_is_the_next_of_its_thread_and_the_attempt_does_not_count(
        self, store: StoredQuestions
    ) -> None:
        await store.add(asked("1.0"), NOW_S)
        await store.add(asked("1.1", "1.0"), NOW_S)
        assert await store.release(await claimed(store))
        again = await claimed(store)
        assert (again.question.ts, again.attempt) == ("1.0", 1)


@OVER_BOTH
class TestHolding:
    async def test_a_held_question_is_nobody_s_and_keeps_its_place(self, store: StoredQuestions) -> None:
        await store.add(asked("1.0"), NOW_S)
        await store.add(asked("1.1", "1.0"), NOW_S)
        assert await store.hold(asked("1.0"), "one", NOW_S, LEASE_S)
        assert not await store.hold(asked("1.0"), "two", NOW_S, LEASE_S)
        assert await claim(store) is None
        await store.let_go(asked("1.0"), "one", known=True)
        taken = await claimed(store)
        assert (taken.question.ts, taken.attempt) == ("1.0", 1)

    async def test_what_runs_or_is_done_cannot_be_held(self, store: StoredQuestions) -> None:
        await store.add(asked("1.0"), NOW_S)
        taken = await claimed(store)
        assert not await store.hold(asked("1.0"), "one", NOW_S, LEASE_S)
        await store.done(taken, Outcome.ANSWERED, NOW_S)
        assert not await store.hold(asked("1.0"), "one", NOW_S, LEASE_S)

    async def test_a_hold_that_ended_unclearly_makes_the_next_claim_a_further_attempt(
        self, store: StoredQuestions
    ) -> None:
        for ts in ("1.0", "2.0"):
            await store.add(asked(ts), NOW_S)
            await store.hold(asked(ts), "one", NOW_S, LEASE_S)
        await store.let_go(asked("1.0"), "one", known=False)
        first = await claimed(store)
        assert first.attempt == 2
        await store.done(first, Outcome.ANSWERED, NOW_S)
        assert await store.recover(NOW_S + LEASE_S + 1) == 1  # the other one's process died
        assert (await claimed(store)).attempt == 2

    async def test_holding_and_claiming_at_the_same_time_has_one_winner(self, store: StoredQuestions) -> None:
        for number in range(6):
            question = asked(f"{number}.0")
            await store.add(question, NOW_S)
            held, taken = await asyncio.gather(
                store.hold(question, "one", NOW_S, LEASE_S), store.claim("two", NOW_S, LEASE_S)
            )
            assert held != (taken is not None)


@OVER_BOTH
class TestEnding:
    async def test_what_the_person_wrote_is_erased(self, store: StoredQuestions, database: Database) -> None:
        await store.add(asked("1.0", text=SECRET, attachments=(FILE,)), NOW_S)
        await store.done(await claimed(store), Outcome.ANSWERED, NOW_S + 5)
        async with database.engine.begin() as connection:
            row = (await connection.execute(sa.select(questions_table))).mappings().one()
        assert row["payload"] is None
        assert (row["state"], row["outcome"], row["finished_at"]) == ("done", "answered", NOW_S + 5)
        assert not {SECRET, FILE.name} & {str(value) for value in row.values()}

    async def test_a_refused_question_is_withdrawn_from_its_thread_alone(self, store: StoredQuestions) -> None:
        for ts, outcome in (("1.0", Outcome.ANSWERED), ("1.1", Outcome.REFUSED), ("1.2", Outcome.FAILED)):
            await store.add(asked(ts, "1.0"), NOW_S)
            await store.done(await claimed(store), outcome, NOW_S)
        assert await store.withdrawn(ThreadKey("T1", "C1", "1.0")) == {"1.1"}
        assert await store.withdrawn(ThreadKey("T1", "C2", "1.0")) == frozenset()

    async def test_old_questions_are_forgotten_with_their_replies(
        self, store: StoredQuestions, database: Database
    ) -> None:
        for ts, finished_s in (("1.0", NOW_S), ("2.0", NOW_S + 100)):
            await store.add(asked(ts), NOW_S)
            await store.posted(asked(ts), 0, f"{ts}1")
            await store.done(await claimed(store), Outcome.ANSWERED, finished_s)
        await store.add(asked("3.0"), NOW_S)
        await store.forget(NOW_S + 50)
        assert [await store.parts(asked(ts)) for ts in ("1.0", "2.0")] == [{}, {0: "2.01"}]
        async with database.engine.begin() as connection:
            kept = list((await connection.execute(sa.select(questions_table.c.ts).order_by("ts"))).scalars())
        assert kept == ["2.0", "3.0"]


@OVER_BOTH
class TestReplyParts:
    async def test_the_messages_of_a_reply_come_in_the_order_of_their_parts(self, store: StoredQuestions) -> None:
        question = asked("1.0")
        await store.add(question, NOW_S)
        for part, ts in ((1, "5.1"), (0, "5.0"), (2, "5.2")):
            await store.posted(question, part, ts)
        assert list((await store.parts(question)).values()) == ["5.0", "5.1", "5.2"]

    async def test_a_part_that_was_posted_anew_replaces_the_old_one(self, store: StoredQuestions) -> None:
        await store.add(asked("1.0"), NOW_S)
        await store.posted(asked("1.0"), 0, "5.0")
        await store.posted(asked("1.0"), 0, "6.0")
        assert list((await store.parts(asked("1.0"))).values()) == ["6.0"]

    async def test_nothing_is_kept_for_a_question_that_was_never_asked(self, store: StoredQuestions) -> None:
        await store.posted(asked("8.0"), 0, "9.0")
        assert await store.parts(asked("8.0")) == {}


@OVER_BOTH
async def test_a_cancelled_call_leaves_the_database_usable(store: StoredQuestions) -> None:
    for number in range(20):
        adding = asyncio.create_task(store.add(asked(f"{number}.0"), NOW_S))
        for _ in range(number):
            await asyncio.sleep(0)
        adding.cancel()
        await asyncio.gather(adding, return_exceptions=True)
    assert await store.add(asked("99.0"), NOW_S)
    assert "99.0" in await claimed_ts(store)


async def test_a_database_that_is_gone_fails_every_call_as_store_failed(tmp_path: Path) -> None:
    database = await Database.open(f"sqlite:///{tmp_path / 'bot.sqlite3'}")
    store = StoredQuestions(database.engine)
    async with database.engine.begin() as connection:
        await connection.exec_driver_sql("DROP TABLE reply_parts")
        await connection.exec_driver_sql("DROP TABLE questions")
    question = asked("1.0")
    taken = Claim(1, question, 1, NOW_S)
    for call in (
        store.add(question, NOW_S), store.claim("one", NOW_S, LEASE_S), store.hold(question, "one", NOW_S, LEASE_S),
        store.let_go(question, "one", known=True), store.renew("one", NOW_S, LEASE_S), store.recover(NOW_S),
        store.recover_all(), store.release(taken), store.done(taken, Outcome.FAILED, NOW_S), store.ahead(question),
        store.withdrawn(question.thread), store.forget(NOW_S), store.posted(question, 0, "2.0"), store.parts(question),
    ):  # fmt: skip
        with pytest.raises(StoreFailed):
            await call
    await database.aclose()
