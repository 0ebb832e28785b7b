"""An edit of a question counts, whichever process it is delivered to."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from bot.edits import Edits
from bot.messages import Question
from bot.ports import Claim, Stage
from bot.stops import StopWatch
from bot.store.database import Database
from bot.store.questions import StoredQuestions
from bot.store.stops import StoredStops
from tests.asked import asked
from tests.postgres import OVER_BOTH

LEASE_S = 60.0
EDITED = asked("1.0", text="What is that?")


@dataclass
class Running:
    """A turn: ``asked`` for each time that it began, and how to end it."""

    asked: list[str] = field(default_factory=list)
    begins: asyncio.Queue[str] = field(default_factory=asyncio.Queue)
    over: asyncio.Event = field(default_factory=asyncio.Event)

    async def answer(self, claim: Claim) -> str:
        self.asked.append(claim.question.text)
        self.begins.put_nowait(claim.question.text)
        await self.over.wait()
        return claim.question.text


@asynccontextmanager
async def running(database: Database) -> AsyncIterator[tuple[Running, Claim]]:
    """The question is being answered by one process."""
    store, turn = StoredQuestions(database), Running()
    await store.add(asked("1.0"), "one", busy=False, lease_s=0.0)
    (claim,) = await store.claim("one", most=1, lease_s=LEASE_S, settled=True)
    edits, watch = Edits(store), StopWatch(StoredStops(database))
    work = asyncio.create_task(edits.answered(claim, lambda: False, turn.answer))
    assert await turn.begins.get() == "What is this?"
    with watch.watched(claim, work.cancel, lambda number: edits.look(claim, number)):
        yield turn, claim
        turn.over.set()
        assert await work == turn.asked[-1]
    await watch.aclose()


async def edited_elsewhere(database: Database, question: Question = EDITED) -> bool:
    """As another process takes it."""
    return await Edits(StoredQuestions(database)).replace(question)


@OVER_BOTH
class TestElsewhere:
    async def test_a_question_that_another_process_answers_is_asked_anew(self, database: Database) -> None:
        async with running(database) as (turn, _):
            for text in ("What is that?", "And that?"):
                assert await edited_elsewhere(database, asked("1.0", text=text))
                async with asyncio.timeout(20):
                    assert await turn.begins.get() == text
        assert turn.asked == ["What is this?", "What is that?", "And that?"]

    async def test_words_that_people_read_already_stay(self, database: Database) -> None:
        async with running(database) as (turn, claim):
            StoredQuestions(database).reached(claim, Stage.WRITING)
            await database.run(lambda _: None)
            assert not await edited_elsewhere(database)
        assert turn.asked == ["What is this?"]

    async def test_a_process_that_takes_a_question_over_asks_it_as_it_is_now(self, database: Database) -> None:
        async with running(database):
            await edited_elsewhere(database)
        store = StoredQuestions(database)
        await store.expire_all()
        (claim,) = await store.claim("two", most=1, lease_s=LEASE_S, settled=True)
        assert claim.question.text == "What is that?"


async def test_what_a_process_took_itself_is_not_taken_again(database: Database) -> None:
    store = StoredQuestions(database)
    await store.add(asked("1.0"), "one", busy=False, lease_s=0.0)
    (claim,) = await store.claim("one", most=1, lease_s=LEASE_S, settled=True)
    edits, turn = Edits(store), Running()
    work = asyncio.create_task(edits.answered(claim, lambda: False, turn.answer))
    await turn.begins.get()
    assert await edits.replace(EDITED)
    assert await turn.begins.get() == EDITED.text
    edits.look(claim, 1)
    for _ in range(3):  # behind the look's own
        assert await store.current(claim.id) == EDITED
    turn.over.set()
    assert await work == EDITED.text
    assert len(turn.asked) == 2
