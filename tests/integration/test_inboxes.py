"""The inboxes of many workspaces in one process, over a real database: one bound, fair turns, quiet ones for free.

``Thread`` and ``Turns`` are those of one inbox's tests.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from bot.inbox import Inbox, InboxLimits
from bot.inboxes import Inboxes
from bot.ports import Claim, Outcome, Vitals
from bot.shares import NONE, Calls, Share
from bot.store.database import Database
from bot.store.questions import StoredQuestions
from bot.store.reply_records import StoredReplyRecords
from tests.asked import asked
from tests.integration.test_fairness import statements_of
from tests.integration.test_inbox import WITHIN_S, Thread, Turns, until
from tests.postgres import OVER_BOTH

pytestmark = OVER_BOTH
LEASE_S = 20.0


@pytest.fixture
def turns(database: Database) -> Turns:
    return Turns(StoredReplyRecords(database))


@asynccontextmanager
async def process(
    database: Database, turns: Turns, *teams: str, turns_max: int = 50, grace_s: float = WITHIN_S
) -> AsyncIterator[list[Inbox]]:
    """The inboxes of the workspaces, in a process that serves whichever it opens."""
    inboxes = Inboxes(StoredQuestions(database), "one", InboxLimits(turns_max=turns_max, poll_s=0.05))
    opened = [inboxes.open(team, Thread(database), turns.answer) for team in teams]
    inboxes.start()
    try:
        yield opened
    finally:
        await inboxes.close(grace_s)


async def test_the_bound_of_turns_is_the_processs_and_a_busy_workspace_starves_no_other(
    database: Database, turns: Turns
) -> None:
    """Each question of the busy one is another person's, so that bounds of persons do not help."""
    async with process(database, turns, "T1", "T2", turns_max=3) as (busy, calm):
        for number in range(8):
            await busy.accept(asked(f"1{number}.0", user_id=f"U{number}"))
        await turns.until("begin 10.0", "begin 11.0", "begin 12.0")
        await calm.accept(asked("20.0", team_id="T2"))
        await calm.accept(asked("21.0", team_id="T2", user_id="U9"))
        turns.held.set()
        await turns.until("end 20.0", "end 21.0", *(f"end 1{number}.0" for number in range(8)))
    begun = [line.removeprefix("begin ") for line in turns.log if line.startswith("begin")]
    assert turns.running_max == 3
    assert max(begun.index("20.0"), begun.index("21.0")) <= 5


async def test_a_workspace_that_is_closed_lets_its_turns_end_and_the_others_go_on(
    database: Database, turns: Turns
) -> None:
    async with process(database, turns, "T1", "T2") as (closing, other):
        await closing.accept(asked("1.0"))
        await other.accept(asked("2.0", team_id="T2"))
        await turns.until("begin 1.0", "begin 2.0")
        closed = asyncio.create_task(closing.close(WITHIN_S))
        await closing.accept(asked("1.1"))  # its delivery was on its way
        await other.accept(asked("2.1", team_id="T2"))
        await turns.until("begin 2.1")
        turns.held.set()
        await closed
        await turns.until("end 1.0", "end 2.0", "end 2.1")
    assert set(turns.runs) == {"1.0", "2.0", "2.1"}
    (left,) = await StoredQuestions(database).claim("next", most=9, lease_s=LEASE_S, settled=True)
    assert (left.question.ts, left.crashes) == ("1.1", 0)


async def test_a_workspace_that_is_opened_again_answers_what_waited_there(database: Database, turns: Turns) -> None:
    turns.held.set()
    inboxes = Inboxes(StoredQuestions(database), "one", InboxLimits(poll_s=WITHIN_S))
    inboxes.start()
    try:
        first = inboxes.open("T1", Thread(database), turns.answer)
        await first.close(0.0)
        await first.accept(asked("1.0"))
        second = inboxes.open("T1", Thread(database), turns.answer)
        await turns.until("end 1.0")
        await first.close(0.0)  # and that one ends for good only now
        await second.accept(asked("2.0"))
        await turns.until("end 2.0")
    finally:
        await inboxes.close(WITHIN_S)
    assert turns.runs == {"1.0": 1, "2.0": 1}


async def test_what_is_claimed_for_a_workspace_that_closes_is_free_again(database: Database, turns: Turns) -> None:
    """It was claimed, and closed before the database's word for it came."""
    inboxes = Inboxes(StoredQuestions(database), "one", InboxLimits(poll_s=0.05))
    closing = inboxes.open("T1", Thread(database), turns.answer)
    await closing.accept(asked("1.0"))
    inboxes.start()
    await asyncio.sleep(0)  # the claim is on its way
    await asyncio.gather(closing.close(0.0), inboxes.close(WITHIN_S))
    assert turns.runs == {}
    (left,) = await StoredQuestions(database).claim("next", most=9, lease_s=LEASE_S, settled=True)
    assert (left.question.ts, left.crashes) == ("1.0", 0)


async def test_an_answer_in_one_workspace_takes_no_share_of_another(database: Database) -> None:
    """Of two processes that both serve any."""
    other = StoredQuestions(database)
    await other.add(asked("1.0"), "other", busy=False, lease_s=0.0)
    theirs = await other.claim("other", most=1, lease_s=LEASE_S, settled=True)
    await other.heartbeat("other", Vitals(tuple(theirs), spent={"T1": Calls(0.5, 0.5), "T2": NONE}), lease_s=LEASE_S)
    shares: dict[str, Share] = {}

    async def answer(_claim: Claim) -> Outcome:
        raise AssertionError

    inboxes = Inboxes(StoredQuestions(database), "one", InboxLimits(poll_s=0.05))
    for team in ("T1", "T2"):
        inboxes.open(team, Thread(database), answer, on_share=lambda share, team=team: shares.update({team: share}))  # type: ignore[misc]
    inboxes.start()
    try:
        await until(lambda: len(shares) == 2)
    finally:
        await inboxes.close(0.0)
    assert [shares["T1"].words, shares["T2"].words] == pytest.approx([0.04, 0.5])
    assert shares["T1"].most.edits == pytest.approx(0.02)
    assert shares["T2"].most.edits == pytest.approx(0.5)


async def test_three_hundred_quiet_workspaces_take_as_many_statements_as_one(database: Database) -> None:
    """Of a heartbeat, and of a look for what is due, while somebody asks elsewhere."""
    store, run, took = StoredQuestions(database), statements_of(database), list[int]()
    await store.add(asked("1.0", team_id="T9"), "another", busy=False, lease_s=0.0)
    for count in (1, 300):
        teams = [f"TQUIET{number}" for number in range(count)]
        run.clear()
        for _ in range(2):
            heartbeat = await store.heartbeat("one", Vitals(spent=dict.fromkeys(teams, NONE)), lease_s=LEASE_S)
            assert heartbeat.others == {}
            assert await store.claim("one", teams=teams, most=50, lease_s=LEASE_S, settled=True) == []
        took.append(len(run))
    assert took[1] <= took[0]
