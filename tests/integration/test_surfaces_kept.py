"""What the database keeps of private answers and of votes, over both engines: for how long, and what can be read."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from bot.feedback import Vote, VoteReason
from bot.kept_answers import PrivateAnswer, sealed
from bot.store.database import Database
from bot.store.feedback import StoredFeedback
from bot.store.private_answers import KEPT_S, StoredPrivateAnswers
from bot.store.questions import USAGE_DAYS, StoredQuestions
from bot.store.schema import feedback, private_answers
from bot.store.usage_report import read_votes
from tests.asked import asked
from tests.clocks import StandingClock
from tests.postgres import OVER_BOTH

WORDS = "the merger is on Friday"
KEY = "a" * 64
DAY_S, REMEMBERED_S = 86_400, 90 * 86_400
ANSWER = PrivateAnswer.to(asked("13.37.trigger"), "when?", WORDS, WORDS, ("a note",))
VOTE = Vote("T1", "C1", "1.000001", "U1", good=False)
WHY = VoteReason("T1", "C1", "1.000001", "U1", WORDS)


@OVER_BOTH
async def test_a_private_answer_comes_out_by_its_key_alone(database: Database) -> None:
    answers = StoredPrivateAnswers(database)
    await answers.keep(ANSWER, KEY)
    await answers.keep(ANSWER, KEY)

    assert await answers.find("T1", ANSWER.ts, KEY) == ANSWER
    assert await answers.find("T1", ANSWER.ts, "b" * 64) is None
    assert await answers.find("T2", ANSWER.ts, KEY) is None
    payload = await database.run(lambda connection: connection.execute(sa.select(private_answers.c.payload)).scalar())
    assert WORDS not in str(payload)


async def test_a_private_answer_is_kept_for_a_day(database: Database) -> None:
    clock = StandingClock(1_000_000.0)
    answers = StoredPrivateAnswers(database, clock)
    await answers.keep(ANSWER, KEY)
    clock.now += KEPT_S + 1
    assert await answers.find("T1", ANSWER.ts, KEY) is None
    await StoredQuestions(database, clock).forget(REMEMBERED_S)

    left = sa.select(sa.func.count()).select_from(private_answers)
    assert await database.run(lambda connection: connection.execute(left).scalar()) == 0


@pytest.mark.parametrize("length", [0, 1, 10_000])
def test_what_was_sealed_comes_out_again(length: int) -> None:
    data = bytes(number % 251 for number in range(length))

    assert sealed(sealed(data, KEY), KEY) == data
    assert length < 2 or sealed(data, KEY) != data
    assert length < 2 or sealed(data, KEY) != sealed(data, KEY[:-1])


@OVER_BOTH
async def test_a_person_has_one_vote_on_an_answer_and_the_newest_counts(database: Database, address: str) -> None:
    votes = StoredFeedback(database)
    await votes.vote(VOTE)
    await votes.explain(WHY)
    await votes.vote(VOTE)
    [bad] = await read_votes(address, 0)
    assert (bad.good, bad.bad, bad.reasons) == (0, 1, (WORDS,))
    await votes.vote(Vote("T1", "C1", "1.000001", "U1", good=True))
    await votes.explain(WHY)

    [good] = await read_votes(address, 0)
    assert (good.good, good.bad, good.reasons) == (1, 0, ())


async def test_a_reason_is_forgotten_before_the_vote(database: Database) -> None:
    clock = StandingClock(1_000 * DAY_S)
    votes, questions = StoredFeedback(database, clock), StoredQuestions(database, clock)
    await votes.vote(VOTE)
    await votes.explain(WHY)

    async def left() -> list[tuple[str | None]]:
        query = sa.select(feedback.c.reason)
        return await database.run(lambda connection: [(row[0],) for row in connection.execute(query)])

    await questions.forget(REMEMBERED_S)
    assert await left() == [(WORDS,)]
    clock.now += REMEMBERED_S + 1
    await questions.forget(REMEMBERED_S)
    assert await left() == [(None,)]
    clock.now += USAGE_DAYS * DAY_S
    await questions.forget(REMEMBERED_S)
    assert await left() == []
