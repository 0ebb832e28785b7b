"""Stores wishes that answers end, by the questions that they are about, and finds them and edits. I/O: the database.

Implements ``stops.Stops``.
"""

from __future__ import annotations

from collections.abc import Collection

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from bot.lease import Stop
from bot.ports import Outcome
from bot.stops import News, StopWish
from bot.store.database import Database
from bot.store.schema import FINISHED, RUNNING, questions, reply_parts
from bot.store.statements import IS_QUESTION, Timed, key_of, of_question


class StoredStops:
    def __init__(self, database: Database) -> None:
        self._database = database
        self._add_no_question = Timed(database.now(), shared=database.shared).add_no_question

    async def wish(self, wish: StopWish) -> int:
        """Only the first wish counts."""
        about = _of_thread(wish) if wish.whole_thread else _of_message(wish)
        update = (
            questions.update()
            .where(
                questions.c.team_id == wish.team_id,
                questions.c.channel_id == wish.channel_id,
                questions.c.state != FINISHED,
                questions.c.stopped_by.is_(None),
                about,
            )
            .values(stopped_by=wish.user_id)
        )

        def work(connection: Connection) -> int:
            if wish.said is None:
                return connection.execute(update).rowcount
            known = sa.select(questions.c.outcome).where(IS_QUESTION)
            if (before := connection.execute(known, of_question(wish.said)).first()) is not None:
                return int(before[0] == Outcome.NO_QUESTION.value)
            if number := connection.execute(update).rowcount:
                connection.execute(self._add_no_question, key_of(wish.said))
            return number

        return await self._database.run(work)

    async def news(self, ids: Collection[int]) -> dict[int, News]:
        query = sa.select(questions.c.id, questions.c.stopped_by, questions.c.edits).where(
            questions.c.id.in_(ids), sa.or_(questions.c.stopped_by.is_not(None), questions.c.edits > 0)
        )
        found = await self._database.run(lambda connection: connection.execute(query).all(), durable=False)
        return {id_: News(None if by is None else Stop(by), edits) for id_, by, edits in found}


def _of_thread(wish: StopWish) -> sa.ColumnElement[bool]:
    """What others are waiting for in the thread stays."""
    if not wish.ts:
        return questions.c.user_id == wish.user_id
    theirs = sa.or_(questions.c.state == RUNNING, questions.c.user_id == wish.user_id)
    return sa.and_(questions.c.thread_ts == wish.ts, theirs)


def _of_message(wish: StopWish) -> sa.ColumnElement[bool]:
    """A deletion concerns only its own question: the bot deletes messages of its own, and not every event says whose it
    was."""
    if not wish.user_id:
        return questions.c.ts == wish.ts
    answered = sa.select(reply_parts.c.question_id).where(reply_parts.c.ts == wish.ts)
    return sa.or_(questions.c.ts == wish.ts, questions.c.id.in_(answered))
