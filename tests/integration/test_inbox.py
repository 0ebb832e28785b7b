"""The inbox over a real database: each question is answered once, in order in its thread, and none is lost."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest

from bot.errors import SlackError, SlackOutcomeUnknown, SlackUnavailable, StoreFailed
from bot.inbox import InboxLimits
from bot.lease import Lease
from bot.messages import Question
from bot.ports import Claim, Needless, Outcome, Vitals
from bot.shares import Share
from bot.store.database import Database
from bot.store.fairness import TurnBounds
from bot.store.questions import StoredQuestions
from bot.store.reply_records import StoredReplyRecords
from tests.asked import asked
from tests.database import LosingAnswers, pass_time, run_sql, wait_for_the_disk
from tests.logged import logged
from tests.one_inbox import OneInbox
from tests.postgres import OVER_BOTH, lossy, paused_server

LIMITS = InboxLimits(lease_s=20.0, poll_s=0.05)
WITHIN_S = 10.0


@dataclass
class Thread:
    """A place that takes notices the way Slack does: some time passes before a post stands there."""

    database: Database
    post: Callable[[Question], Awaitable[None]] | None = None
    notices: list[tuple[str, int]] = field(default_factory=list)
    bounds: TurnBounds = field(default_factory=TurnBounds)
    busy: bool = False
    """There is no room for a notice."""

    @property
    def questions(self) -> StoredQuestions:
        return StoredQuestions(self.database, bounds=self.bounds)

    @property
    def records(self) -> StoredReplyRecords:
        return StoredReplyRecords(self.database)

    async def queued(self, question: Question, ahead: int, _lease: Lease, until_needless: Needless) -> None:
        if self.post is not None:
            await self.post(question)
        if self.busy:
            await until_needless()
            return
        self.notices.append((question.ts, ahead))
        await self.records.posted(question, -1, f"notice of {question.ts}")


@dataclass
class Turns:
    """Answers that take as long as the test wants. ``log`` has each beginning and end, in order."""

    records: StoredReplyRecords
    held: asyncio.Event = field(default_factory=asyncio.Event)
    log: list[str] = field(default_factory=list)
    claims: dict[str, list[Claim]] = field(default_factory=dict)
    found: dict[str, dict[int, str]] = field(default_factory=dict)
    running: int = 0
    running_max: int = 0
    _changed: asyncio.Condition = field(default_factory=asyncio.Condition)

    @property
    def runs(self) -> dict[str, int]:
        """How often each question was run."""
        return {ts: len(claims) for ts, claims in self.claims.items()}

    async def answer(self, claim: Claim) -> Outcome:
        ts = claim.question.ts
        self.claims.setdefault(ts, []).append(claim)
        self.running += 1
        self.running_max = max(self.running_max, self.running)
        try:
            self.found[ts] = await self.records.parts(claim.question)
            await self._say(f"begin {ts}")
            await self.held.wait()
            await self._say(f"end {ts}")
        finally:
            self.running -= 1
        return Outcome.ANSWERED

    async def until(self, *lines: str) -> None:
        async with asyncio.timeout(WITHIN_S), self._changed:
            await self._changed.wait_for(lambda: set(lines) <= set(self.log))

    async def _say(self, line: str) -> None:
        async with self._changed:
            self.log.append(line)
            self._changed.notify_all()


@pytest.fixture
def turns(database: Database) -> Turns:
    return Turns(StoredReplyRecords(database))


@pytest.fixture
def thread(database: Database) -> Thread:
    return Thread(database)


@asynccontextmanager
async def inbox(
    thread: Thread,
    answer: Callable[[Claim], Awaitable[Outcome]],
    *,
    owner: str = "one",
    limits: InboxLimits = LIMITS,
    grace_s: float = 0.0,
) -> AsyncIterator[OneInbox]:
    opened = OneInbox(thread.questions, thread, answer, owner, limits)
    opened.start()
    try:
        yield opened
    finally:
        await opened.close(grace_s)


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(WITHIN_S):
        while not condition():  # noqa: ASYNC110 - nothing here says when
            await asyncio.sleep(0.005)


async def test_a_question_that_comes_twice_is_answered_once(thread: Thread, turns: Turns) -> None:
    turns.held.set()
    async with inbox(thread, turns.answer) as opened:
        first, second = await asyncio.gather(opened.accept(asked("1.0")), opened.accept(asked("1.0")))
        assert sorted((first, second)) == [False, True]
        await turns.until("end 1.0")
        assert not await opened.accept(asked("1.0"))
        await opened.accept(asked("2.0"))
        await turns.until("end 2.0")
    assert turns.runs == {"1.0": 1, "2.0": 1}
    assert thread.notices == []


async def test_a_thread_is_answered_in_order_and_others_beside_it(thread: Thread, turns: Turns) -> None:
    async with inbox(thread, turns.answer, grace_s=WITHIN_S) as opened:
        for question in (asked("1.0"), asked("1.1", "1.0"), asked("1.2", "1.0"), asked("2.0")):
            await opened.accept(question)
        await turns.until("begin 1.0", "begin 2.0")
        assert turns.log == ["begin 1.0", "begin 2.0"]
        turns.held.set()
        await turns.until("end 1.2")
    in_thread = [line for line in turns.log if not line.endswith("2.0")]
    assert in_thread == ["begin 1.0", "end 1.0", "begin 1.1", "end 1.1", "begin 1.2", "end 1.2"]


async def test_no_more_turns_run_at_once_than_allowed(thread: Thread, turns: Turns) -> None:
    async with inbox(thread, turns.answer, limits=InboxLimits(turns_max=2, poll_s=0.05), grace_s=WITHIN_S) as opened:
        for number in range(5):
            await opened.accept(asked(f"{number}.0"))
        await turns.until("begin 0.0", "begin 1.0")
        turns.held.set()
        await turns.until(*(f"end {number}.0" for number in range(5)))
    assert turns.running_max == 2


@OVER_BOTH
async def test_who_asks_one_question_beside_150_of_another_person_is_answered_beside_their_first_ones(
    thread: Thread, turns: Turns
) -> None:
    thread.bounds = TurnBounds(per_user=4)
    async with inbox(thread, turns.answer) as opened:
        await asyncio.gather(*(opened.accept(asked(f"1{n:03}.0", user_id="many")) for n in range(150)))
        await turns.until(*(f"begin 1{n:03}.0" for n in range(4)))
        await opened.accept(asked("2000.0", user_id="one"))
        await turns.until("begin 2000.0")
        assert len(turns.log) == 5
        turns.held.set()
        await turns.until("end 2000.0")


async def test_a_free_turn_goes_to_whoever_has_none(thread: Thread, turns: Turns) -> None:
    async with inbox(thread, turns.answer, limits=InboxLimits(turns_max=1, poll_s=0.05), grace_s=WITHIN_S) as opened:
        await asyncio.gather(*(opened.accept(asked(f"1{n}.0", user_id="many")) for n in range(10)))
        await turns.until("begin 10.0")
        await opened.accept(asked("20.0", user_id="one"))
        turns.held.set()
        await turns.until("end 20.0")
    begun = [line for line in turns.log if line.startswith("begin")]
    assert begun.index("begin 20.0") == 1


@OVER_BOTH
async def test_a_question_costs_two_commits_that_wait_for_the_disk(
    thread: Thread, turns: Turns, database: Database
) -> None:
    """Its acceptance, with its claim where nothing goes before it, and its end; not what is recorded on the way, nor
    the notice of one that waits, which is claimed as that notice stands."""
    waited = wait_for_the_disk(database)
    turns.held.set()
    async with inbox(thread, turns.answer, limits=InboxLimits(turns_max=1, poll_s=5.0), grace_s=WITHIN_S) as opened:
        await opened.accept(asked("1.0"))
        await turns.until("end 1.0")
    assert waited() == 2
    turns.held.clear()
    async with inbox(thread, turns.answer, limits=InboxLimits(turns_max=1, poll_s=5.0), grace_s=WITHIN_S) as opened:
        await opened.accept(asked("2.0"))
        await turns.until("begin 2.0")
        await opened.accept(asked("2.1", "2.0"))
        await until(lambda: thread.notices == [("2.1", 1)])
        turns.held.set()
        await turns.until("end 2.1")
    assert waited() == 2 + 2 + 3


class TestQueued:
    async def test_people_who_wait_are_told_how_many_go_first_and_the_turn_takes_the_notice_over(
        self, thread: Thread, turns: Turns
    ) -> None:
        async with inbox(thread, turns.answer, grace_s=WITHIN_S) as opened:
            await opened.accept(asked("1.0"))
            await turns.until("begin 1.0")
            for number in (1, 2):
                await opened.accept(asked(f"1.{number}", "1.0"))
            await until(lambda: len(thread.notices) == 2)
            turns.held.set()
            await turns.until("end 1.2")
        assert sorted(thread.notices) == [("1.1", 1), ("1.2", 2)]
        assert turns.found == {"1.0": {}, "1.1": {-1: "notice of 1.1"}, "1.2": {-1: "notice of 1.2"}}

    async def test_people_who_wait_for_a_free_place_are_told_so(self, thread: Thread, turns: Turns) -> None:
        limits = InboxLimits(turns_max=1, poll_s=0.05)
        async with inbox(thread, turns.answer, limits=limits, grace_s=WITHIN_S) as opened:
            await opened.accept(asked("1.0"))
            await turns.until("begin 1.0")
            await opened.accept(asked("2.0"))
            await until(lambda: thread.notices == [("2.0", 0)])
            turns.held.set()
            await turns.until("end 2.0")
        assert thread.notices == [("2.0", 0)]

    @OVER_BOTH
    async def test_a_turn_does_not_begin_beside_its_own_notice(self, thread: Thread, turns: Turns) -> None:
        """The question ahead ends while the notice is on its way to Slack."""
        posting, post = asyncio.Event(), asyncio.Event()

        async def slow(_question: Question) -> None:
            posting.set()
            await post.wait()

        thread.post = slow
        async with (
            inbox(thread, turns.answer, grace_s=WITHIN_S) as opened,
            inbox(thread, turns.answer, owner="two", grace_s=WITHIN_S),
        ):
            await opened.accept(asked("1.0"))
            await turns.until("begin 1.0")
            await opened.accept(asked("1.1", "1.0"))
            await asyncio.wait_for(posting.wait(), WITHIN_S)
            turns.held.set()
            await turns.until("end 1.0")
            await opened.accept(asked("9.0"))
            await turns.until("end 9.0")  # both inboxes have looked for work since
            assert "begin 1.1" not in turns.log
            post.set()
            await turns.until("end 1.1")
        assert turns.found["1.1"] == {-1: "notice of 1.1"}
        assert [claim.unrecorded for claim in turns.claims["1.1"]] == [False]

    @pytest.mark.parametrize("thread_ts", ["1.0", "2.0"], ids=["for the thread", "for a free place"])
    async def test_a_notice_for_which_there_is_no_room_costs_its_question_nothing(
        self, thread: Thread, turns: Turns, thread_ts: str
    ) -> None:
        thread.busy = True
        async with inbox(
            thread, turns.answer, limits=InboxLimits(turns_max=1, poll_s=0.05), grace_s=WITHIN_S
        ) as opened:
            await opened.accept(asked("1.0"))
            await turns.until("begin 1.0")
            await opened.accept(asked("2.0", thread_ts))
            turns.held.set()
            await turns.until("end 2.0")
        assert thread.notices == []
        assert [claim.unrecorded for claim in turns.claims["2.0"]] == [False]

    async def test_a_notice_that_slack_does_not_take_keeps_nobody_waiting(self, thread: Thread, turns: Turns) -> None:
        error = SlackUnavailable("chat.postMessage", "ratelimited", retry_after_s=30.0)
        assert not (await _claim_after_a_failed_notice(thread, turns, error)).unrecorded

    async def test_after_a_notice_with_an_unknown_outcome_the_turn_looks_in_the_thread(
        self, thread: Thread, turns: Turns
    ) -> None:
        error = SlackOutcomeUnknown("chat.postMessage", "ServerDisconnectedError")
        claim = await _claim_after_a_failed_notice(thread, turns, error)
        assert (claim.unrecorded, claim.crashes) == (True, 0)


class TestStopping:
    async def test_what_is_accepted_while_it_closes_is_free_for_others_at_once(
        self, thread: Thread, turns: Turns
    ) -> None:
        async with inbox(thread, turns.answer) as closing:
            await closing.accept(asked("1.0"))
            await turns.until("begin 1.0")
        await closing.accept(asked("1.1", "1.0"))  # its delivery was on its way

        async with inbox(thread, turns.answer, owner="two"):
            turns.held.set()
            await turns.until("end 1.0", "end 1.1")
        assert thread.notices == []

    async def test_a_turn_gets_time_to_finish(self, thread: Thread, turns: Turns) -> None:
        opened = OneInbox(thread.questions, thread, turns.answer, "one", LIMITS)
        opened.start()
        await opened.accept(asked("1.0"))
        await turns.until("begin 1.0")
        closing = asyncio.create_task(opened.close(grace_s=WITHIN_S))
        await opened.accept(asked("2.0"))
        turns.held.set()
        await closing
        assert turns.log == ["begin 1.0", "end 1.0"]
        assert await _left(thread.questions) == [("2.0", 0)]

    async def test_what_is_not_finished_in_time_is_requeued_and_counts_as_no_crash(
        self, thread: Thread, turns: Turns
    ) -> None:
        async with inbox(thread, turns.answer, grace_s=0.05) as opened:
            await opened.accept(asked("1.0"))
            await opened.accept(asked("2.0"))
            await turns.until("begin 1.0", "begin 2.0")
        assert turns.running == 0
        assert await _left(thread.questions) == [("1.0", 0), ("2.0", 0)]

    @OVER_BOTH
    async def test_nothing_that_was_accepted_is_lost_whenever_it_is_stopped(self, thread: Thread, turns: Turns) -> None:
        turns.held.set()
        for number in range(12):
            async with inbox(thread, turns.answer) as opened:
                await opened.accept(asked(f"{number}.0"))
                for _ in range(3 * number):
                    await asyncio.sleep(0)
        async with inbox(thread, turns.answer, grace_s=WITHIN_S):
            await turns.until(*(f"end {number}.0" for number in range(12)))

    async def test_leases_are_kept_while_turns_finish(self, thread: Thread, turns: Turns, database: Database) -> None:
        opened = OneInbox(thread.questions, thread, turns.answer, "one", InboxLimits(lease_s=0.8, poll_s=0.05))
        opened.start()
        await opened.accept(asked("1.0"))
        await turns.until("begin 1.0")
        closing = asyncio.create_task(opened.close(grace_s=WITHIN_S))
        first = await _lease_until(database)
        async with asyncio.timeout(WITHIN_S):
            while await _lease_until(database) < first + 0.3:  # noqa: ASYNC110 - more than one renewal later
                await asyncio.sleep(0.02)
        turns.held.set()
        await closing
        assert turns.log == ["begin 1.0", "end 1.0"]


class TestCrashes:
    async def test_a_process_that_died_leaves_its_question_to_the_next_one(self, thread: Thread, turns: Turns) -> None:
        await thread.questions.add(asked("1.0"), "dead", busy=False, lease_s=0.0)
        await thread.questions.claim("dead", most=1, lease_s=20.0, settled=True)  # and then nothing more came from it
        await pass_time(thread.database, 21.0)
        turns.held.set()
        async with inbox(thread, turns.answer):
            await turns.until("end 1.0")
        assert [(claim.crashes, claim.unrecorded) for claim in turns.claims["1.0"]] == [(1, True)]

    async def test_a_turn_that_lost_its_lease_is_stopped(self, thread: Thread, turns: Turns) -> None:
        limits = InboxLimits(lease_s=0.2, poll_s=0.05)
        async with inbox(thread, turns.answer, limits=limits) as opened:
            await opened.accept(asked("1.0"))
            await turns.until("begin 1.0")
            await thread.questions.expire_all()  # as if this process had slept
            await until(lambda: turns.runs["1.0"] == 2)
            turns.held.set()
            await turns.until("end 1.0")
        assert turns.log.count("end 1.0") == 1
        assert [claim.fence for claim in turns.claims["1.0"]] == [1, 2]

    @OVER_BOTH
    async def test_a_claim_whose_answer_was_lost_is_made_again(self, thread: Thread, turns: Turns) -> None:
        """The database has it as ours, and nobody here knows of it."""
        await thread.questions.add(asked("1.0"), "one", busy=False, lease_s=0.0)
        await thread.questions.claim("one", most=1, lease_s=2.0, settled=True)
        turns.held.set()
        async with inbox(thread, turns.answer, limits=InboxLimits(lease_s=2.0, poll_s=0.05)) as opened:
            await opened.accept(asked("1.1", "1.0"))
            await turns.until("end 1.0", "end 1.1")
        assert turns.log == ["begin 1.0", "end 1.0", "begin 1.1", "end 1.1"]
        assert [(claim.crashes, claim.unrecorded) for claim in turns.claims["1.0"]] == [(0, True)]

    async def test_a_turn_that_raises_ends_as_failed_and_the_next_one_runs(self, thread: Thread) -> None:
        answered = asyncio.Event()

        async def broken(claim: Claim) -> Outcome:
            if claim.question.ts == "1.0":
                raise ValueError("a fault of ours")
            answered.set()
            return Outcome.ANSWERED

        async with inbox(thread, broken, grace_s=WITHIN_S) as opened:
            await opened.accept(asked("1.0"))
            await opened.accept(asked("1.1", "1.0"))
            await asyncio.wait_for(answered.wait(), WITHIN_S)
        assert await _left(thread.questions) == []


class TestStoreFailures:
    async def test_what_cannot_be_written_down_is_not_accepted(
        self, thread: Thread, turns: Turns, database: Database
    ) -> None:
        async with inbox(thread, turns.answer) as opened:
            await _rename(database, "questions", "away")
            with pytest.raises(StoreFailed):
                await opened.accept(asked("1.0"))
            await _rename(database, "away", "questions")
            assert await opened.accept(asked("1.0"))
            await turns.until("begin 1.0")

    async def test_a_question_that_has_to_wait_is_answered_soon_though_the_answer_to_its_acceptance_was_lost(
        self, turns: Turns, database: Database
    ) -> None:
        """It is stored under a lock that its process does not know of; Slack delivers it again."""
        losing = LosingAnswers(database)
        limits = InboxLimits(lease_s=2 * WITHIN_S, poll_s=0.05)
        async with inbox(Thread(losing), turns.answer, limits=limits) as opened:
            await opened.accept(asked("1.0"))
            await turns.until("begin 1.0")
            losing.answered = 0
            with pytest.raises(StoreFailed):
                await opened.accept(asked("1.1", "1.0"))
            assert not await opened.accept(asked("1.1", "1.0"))
            turns.held.set()
            await turns.until("end 1.1")

    async def test_an_answer_is_booked_when_the_database_is_back(
        self, thread: Thread, turns: Turns, database: Database
    ) -> None:
        async with inbox(thread, turns.answer, grace_s=WITHIN_S) as opened:
            await opened.accept(asked("1.0"))
            await turns.until("begin 1.0")
            await _rename(database, "questions", "away")
            turns.held.set()
            await turns.until("end 1.0")
            await asyncio.sleep(0.1)  # some tries
            await _rename(database, "away", "questions")
        assert turns.runs == {"1.0": 1}
        assert await _left(thread.questions) == []

    async def test_a_turn_that_could_not_reach_the_database_is_run_again(self, thread: Thread) -> None:
        crashes: list[int] = []
        answered = asyncio.Event()

        async def answer(claim: Claim) -> Outcome:
            crashes.append(claim.crashes)
            if len(crashes) == 1:
                raise StoreFailed("OperationalError")
            answered.set()
            return Outcome.ANSWERED

        async with inbox(thread, answer, grace_s=WITHIN_S) as opened:
            await opened.accept(asked("1.0"))
            await asyncio.wait_for(answered.wait(), WITHIN_S)
        assert crashes == [0, 0]

    async def test_a_question_that_cannot_be_requeued_at_once_is_requeued_later(
        self, thread: Thread, database: Database
    ) -> None:
        answered = asyncio.Event()

        async def answer(claim: Claim) -> Outcome:
            if claim.fence == 1:
                await _rename(database, "questions", "away")
                raise StoreFailed("OperationalError")
            answered.set()
            return Outcome.ANSWERED

        with logged() as lines:
            async with inbox(thread, answer, grace_s=WITHIN_S) as opened:
                await opened.accept(asked("1.0"))
                await lines.until("inbox.store_failed", 5)
                await _rename(database, "away", "questions")
                await asyncio.wait_for(answered.wait(), WITHIN_S)
        assert await _left(thread.questions) == []


class TestLostLeases:
    """While a process is cut off from the database, another one may get its questions."""

    async def test_a_turn_is_stopped_before_another_process_can_have_its_question(self, postgres_database: str) -> None:
        """Nobody answers us for longer than our lease: the server is stopped, though Slack can be reached."""
        stopped, claims = asyncio.Event(), asyncio.Queue[Claim]()

        async def answer(claim: Claim) -> Outcome:
            claims.put_nowait(claim)
            try:
                await asyncio.Event().wait()
            finally:
                stopped.set()
            raise AssertionError

        database = await Database.open(postgres_database)
        limits = InboxLimits(lease_s=2.0, poll_s=0.05)
        opened = OneInbox(StoredQuestions(database), Thread(database), answer, "one", limits)
        opened.start()
        await opened.accept(asked("1.0"))
        claim = await asyncio.wait_for(claims.get(), WITHIN_S)
        with paused_server(postgres_database):
            assert claim.lease.held()
            await asyncio.wait_for(stopped.wait(), WITHIN_S)
            assert not claim.lease.held()
            async with asyncio.timeout(WITHIN_S):
                closing = asyncio.create_task(opened.close(0.0))
                await asyncio.wait({closing}, timeout=0.1)
        await closing
        await database.aclose()

    async def test_a_claim_whose_commit_is_answered_by_nobody_is_made_again(self, postgres_database: str) -> None:
        """The connection breaks between the server's commit and its word for it."""
        async with lossy(postgres_database, after=b"RETURNING questions.id, questions.team_id") as (address, lost):
            database = await Database.open(address, statement_timeout_s=2.0)
            turns = Turns(StoredReplyRecords(database))
            turns.held.set()
            limits = InboxLimits(lease_s=2.0, poll_s=0.05)
            elsewhere = await Database.open(postgres_database)
            await StoredQuestions(elsewhere).add(asked("1.0"), "another", busy=False, lease_s=0.0)
            await elsewhere.aclose()
            async with inbox(Thread(database), turns.answer, limits=limits, grace_s=WITHIN_S):
                await turns.until("end 1.0")
            assert lost.is_set()
            assert [claim.fence for claim in turns.claims["1.0"]] == [2]
            await database.aclose()

    async def test_with_a_database_of_its_own_it_goes_on(
        self, thread: Thread, turns: Turns, database: Database
    ) -> None:
        limits = InboxLimits(lease_s=1.0, poll_s=0.05)
        with logged() as lines:
            async with inbox(thread, turns.answer, limits=limits, grace_s=WITHIN_S) as opened:
                await opened.accept(asked("1.0"))
                await turns.until("begin 1.0")
                await _rename(database, "questions", "away")
                await lines.until("inbox.store_failed", 40)  # with each look at the queue: for longer than the lease
                turns.held.set()
                await turns.until("end 1.0")
                await _rename(database, "away", "questions")
        assert await _left(thread.questions) == []
        assert lines.count("inbox.lease_lost") == 0


async def _claim_after_a_failed_notice(thread: Thread, turns: Turns, error: SlackError) -> Claim:
    tried = asyncio.Event()

    async def fail(_question: Question) -> None:
        tried.set()
        raise error

    thread.post = fail
    async with inbox(thread, turns.answer, grace_s=WITHIN_S) as opened:
        await opened.accept(asked("1.0"))
        await turns.until("begin 1.0")
        await opened.accept(asked("1.1", "1.0"))
        await asyncio.wait_for(tried.wait(), WITHIN_S)
        turns.held.set()
        await turns.until("end 1.1")
    (claim,) = turns.claims["1.1"]
    return claim


async def _left(questions: StoredQuestions) -> list[tuple[str, int]]:
    """What a next process would have to answer: ts and crashes."""
    claims = await questions.claim("next", most=100, lease_s=20.0, settled=True)
    return [(claim.question.ts, claim.crashes) for claim in claims]


async def _lease_until(database: Database) -> float:
    return float(await run_sql(database, "SELECT max(lease_until) FROM questions"))


async def _rename(database: Database, old: str, new: str) -> None:
    await run_sql(database, f"ALTER TABLE {old} RENAME TO {new}")


async def test_a_process_that_begins_an_answer_has_its_share_before_the_next_heartbeat(
    database: Database, thread: Thread
) -> None:
    other, shares, at_first = StoredQuestions(database), list[Share](), list[Share]()
    await other.add(asked("1.0", channel_id="C9"), "other", busy=False, lease_s=0.0)
    theirs = await other.claim("other", most=1, lease_s=20.0, settled=True)

    async def answer(claim: Claim) -> Outcome:
        at_first.append(shares[-1])
        return Outcome.ANSWERED

    await other.heartbeat("other", Vitals(tuple(theirs)), lease_s=20.0)
    opened = OneInbox(thread.questions, thread, answer, "one", LIMITS, on_share=shares.append)
    opened.start()
    try:
        await until(lambda: bool(shares))
        await opened.accept(asked("2.0"))
        await until(lambda: bool(at_first))
    finally:
        await opened.close(WITHIN_S)
    assert [shares[0].most.edits, at_first[0].most.edits] == pytest.approx([0.04, 0.5])
