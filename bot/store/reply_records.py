"""Remembers the messages that show a reply, by part. I/O: the database.

A record may be lost with the machine: then the lease of its question has run out, and the thread is read instead.
Implements ``ports.ReplyRecords``.
"""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from bot.messages import Question
from bot.store.database import Database
from bot.store.schema import questions, reply_parts
from bot.store.statements import IS_QUESTION, of_question


class StoredReplyRecords:
    def __init__(self, database: Database) -> None:
        self._database = database
        self._post = _post((postgresql if database.shared else sqlite).insert(reply_parts))

    async def posted(self, question: Question, part: int, ts: str) -> None:
        """Remembers the message that shows part ``part`` (from 0) of the reply."""
        values = of_question(question) | {"shown_part": part, "shown_ts": ts}
        await self._database.run(lambda connection: connection.execute(self._post, values), durable=False)

    async def parts(self, question: Question) -> dict[int, str]:
        values = of_question(question)
        rows = await self._database.run(lambda connection: connection.execute(_PARTS, values).all(), durable=False)
        return {row.part: row.ts for row in rows}

    async def posted_in(self, team_id: str, channel_id: str) -> bool:
        values = {"in_team": team_id, "in_channel": channel_id}
        first = await self._database.run(
            lambda connection: connection.execute(_POSTED_IN, values).first(), durable=False
        )
        return first is not None


_PARTS = (
    sa.select(reply_parts.c.part, reply_parts.c.ts)
    .join(questions, questions.c.id == reply_parts.c.question_id)
    .where(IS_QUESTION)
    .order_by(reply_parts.c.part)
)
_POSTED_IN = (
    sa.select(reply_parts.c.ts)
    .join(questions, questions.c.id == reply_parts.c.question_id)
    .where(
        questions.c.team_id == sa.bindparam("in_team"),
        questions.c.channel_id == sa.bindparam("in_channel"),
        reply_parts.c.part >= 0,
    )
    .limit(1)
)


def _post(insert: postgresql.Insert | sqlite.Insert) -> postgresql.Insert | sqlite.Insert:
    part, ts = sa.bindparam("shown_part", type_=sa.Integer), sa.bindparam("shown_ts", type_=sa.String)
    row = sa.select(questions.c.id, part, ts).where(IS_QUESTION)
    post = insert.from_select(["question_id", "part", "ts"], row)
    key = [reply_parts.c.question_id, reply_parts.c.part]
    return post.on_conflict_do_update(index_elements=key, set_={"ts": post.excluded.ts})
