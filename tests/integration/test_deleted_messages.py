"""What ends because a message was deleted: the question that it was, and nothing else."""

from __future__ import annotations

from bot.stops import StopWatch, StopWish
from bot.store.database import Database
from bot.store.stops import StoredStops
from tests.database import run_sql

QUESTION = (
    "INSERT INTO questions (id, team_id, channel_id, ts, thread_ts, user_id, entry_point, state, accepted_at, "
    "unrecorded) VALUES (1, 'T1', 'C1', '1700000000.000100', '1700000000.000100', 'U1', 'mention', 'running', 0, false)"
)
NOTICE = "INSERT INTO reply_parts (question_id, part, ts) VALUES (1, 0, '1700000001.000100')"


async def test_a_deleted_message_of_the_reply_is_not_taken_for_a_deleted_question(database: Database) -> None:
    await run_sql(database, QUESTION)
    await run_sql(database, NOTICE)
    stops = StoredStops(database)
    assert await stops.wish(StopWish("T1", "C1", "1700000001.000100", "")) == 0
    assert await stops.wish(StopWish("T1", "C1", "1700000000.000100", "")) == 1


async def test_a_wish_that_does_not_name_its_question_and_person_ends_nothing(database: Database) -> None:
    await run_sql(database, QUESTION.replace("'1700000000.000100', '1700000000.000100', 'U1'", "'', '', ''"))
    watch = StopWatch(StoredStops(database))
    for wish in (
        StopWish("T1", "C1", "", ""),
        StopWish("T1", "C1", "", "U1"),
        StopWish("T1", "C1", "", "", whole_thread=True),
        StopWish("T1", "", "1700000000.000100", "U1"),
    ):
        assert await watch.stop(wish) == 0
