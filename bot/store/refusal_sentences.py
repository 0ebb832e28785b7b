"""Remembers which sentences people have read lately, so that nobody reads the same one again and again.

I/O: the database. Implements ``access.control.Sentences``; ``StoredQuestions.forget`` drops old rows. One statement
both decides and remembers, so when several processes ask at the same moment only one of them says it.
"""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from bot.store.database import Database
from bot.store.schema import refusal_sentences

KEY = ("team_id", "user_id", "reason")


class StoredSentences:
    def __init__(self, database: Database) -> None:
        self._database = database
        self._insert = postgresql.insert if database.shared else sqlite.insert

    async def may_hear(self, team_id: str, user_id: str, reason: str, silent_s: float) -> bool:
        said = self._insert(refusal_sentences).values(
            team_id=team_id, user_id=user_id, reason=reason, at=self._database.now()
        )
        # A clock that was set back must not silence anybody until it is there again.
        ago_s = sa.func.abs(said.excluded.at - refusal_sentences.c.at)
        again = said.on_conflict_do_update(
            index_elements=KEY, set_={"at": said.excluded.at}, where=ago_s >= silent_s
        ).returning(refusal_sentences.c.at)
        return await self._database.run(lambda connection: connection.execute(again).first(), durable=False) is not None
