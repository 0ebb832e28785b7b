"""Remembers whose answers may have left messages in Slack that are no part of them. I/O: the database.

That is noted with the end of the question, so it outlives the process that was about to take them away.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection

import sqlalchemy as sa

from bot.messages import Question
from bot.store import payloads
from bot.store.database import Database
from bot.store.schema import FINISHED, questions
from bot.store.statements import IS_QUESTION, of_question

AFTER_S, FOR_S = 90.0, 3_600.0
"""Before that the process that answered sees to it; and messages that have stood for an hour may stay."""
AT_ONCE_MAX = 10
_LEFT = sa.and_(questions.c.state == FINISHED, questions.c.unrecorded)
_TIDIED = questions.update().where(IS_QUESTION, _LEFT).values(unrecorded=False)


class StoredLeftReplies:
    """Implements ``inboxes.LeftReplies``. ``clock`` as in ``StoredQuestions``."""

    def __init__(self, database: Database, clock: Callable[[], float] = time.time) -> None:
        self._database = database
        now = database.now(clock)
        self._left = (
            sa.select(questions)
            .where(_LEFT, questions.c.finished_at.between(now - FOR_S, now - AFTER_S))
            .where(questions.c.team_id.in_(sa.bindparam("teams", expanding=True)))
            .order_by(questions.c.finished_at.desc())
            .limit(AT_ONCE_MAX)
        )

    async def left(self, teams: Collection[str]) -> list[Question]:
        """The newest of them, without the words that people wrote, which are erased by then."""
        given = {"teams": list(teams)}
        rows = await self._database.run(
            lambda connection: connection.execute(self._left, given).mappings().all(), durable=False
        )
        return [payloads.load(row) for row in rows]

    async def tidied(self, question: Question) -> None:
        """Nothing is left of its reply."""
        values = of_question(question)
        await self._database.run(lambda connection: connection.execute(_TIDIED, values), durable=False)
