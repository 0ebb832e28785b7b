"""The messages that show a reply are remembered by their part of it. I/O: the database.

A record may be lost with the machine: then the lease of its question ran out, and the thread is read instead.
Implements ``ports.ReplyRecords``.
"""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from bot.messages import Question
from bot.store.database import Database
from bot.store.questions import is_question
from bot.store.schema import questions, reply_parts


class StoredReplyRecords:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def posted(self, question: Question, part: int, ts: str) -> None:
        """Remembers the message that shows part ``part`` (from 0) of the reply."""
        mine = _question_id(question)

        def work(connection: Connection) -> None:
            connection.execute(
                reply_parts.delete().where(reply_parts.c.question_id == mine, reply_parts.c.part == part)
            )
            row = sa.select(questions.c.id, sa.literal(part), sa.literal(ts)).where(questions.c.id == mine)
            connection.execute(reply_parts.insert().from_select(["question_id", "part", "ts"], row))

        await self._database.run(work, durable=False)

    async def parts(self, question: Question) -> dict[int, str]:
        query = (
            sa.select(reply_parts.c.part, reply_parts.c.ts)
            .where(reply_parts.c.question_id == _question_id(question))
            .order_by(reply_parts.c.part)
        )
        rows = await self._database.run(lambda connection: connection.execute(query).all(), durable=False)
        return {row.part: row.ts for row in rows}

    async def posted_in(self, team_id: str, channel_id: str) -> bool:
        query = (
            sa.select(reply_parts.c.ts)
            .join(questions, questions.c.id == reply_parts.c.question_id)
            .where(questions.c.team_id == team_id, questions.c.channel_id == channel_id, reply_parts.c.part >= 0)
            .limit(1)
        )
        return await self._database.run(lambda connection: connection.execute(query).first(), durable=False) is not None


def _question_id(question: Question) -> sa.ScalarSelect[int]:
    return sa.select(questions.c.id).where(is_question(question)).scalar_subquery()
