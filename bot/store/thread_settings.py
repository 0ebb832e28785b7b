"""Stores what people chose in threads. I/O: the database.

Implements ``commands.thread_settings.ThreadSettingsRecords``. The message that says it is not a question, and is
carried out once.
"""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection

from bot.commands.thread_settings import UNCHANGED, ThreadSettings
from bot.messages import Question, ThreadKey
from bot.store import statements
from bot.store.database import Database
from bot.store.schema import thread_settings


class StoredThreadSettings:
    def __init__(self, database: Database) -> None:
        self._database = database
        now = database.now()
        insert = (postgresql if database.shared else sqlite).insert
        self._add_no_question = statements.Timed(now, shared=database.shared).add_no_question
        new = insert(thread_settings).values(at=now)
        chosen = {name: new.excluded[name] for name in ("muted", "model", "effort", "at")}
        key = [column.name for column in thread_settings.primary_key]
        self._choose = new.on_conflict_do_update(index_elements=key, set_=chosen)

    async def of(self, thread: ThreadKey) -> ThreadSettings:
        values = statements.of_thread(thread)
        row = await self._database.run(lambda connection: connection.execute(_CHOSEN, values).first(), durable=False)
        return ThreadSettings(row.muted, row.model, row.effort) if row is not None else UNCHANGED

    async def change(self, said: Question, settings: ThreadSettings | None) -> bool:
        key = statements.key_of(said)
        chosen = {name: key[name] for name in ("team_id", "channel_id", "thread_ts")}

        def work(connection: Connection) -> bool:
            if connection.execute(self._add_no_question, key).first() is None:
                return False
            if settings is not None:
                values = {"muted": settings.muted, "model": settings.model, "effort": settings.effort}
                connection.execute(self._choose, chosen | values)
            return True

        return await self._database.run(work)


_CHOSEN = sa.select(thread_settings.c.muted, thread_settings.c.model, thread_settings.c.effort).where(
    thread_settings.c.team_id == sa.bindparam("in_team"),
    thread_settings.c.channel_id == sa.bindparam("in_channel"),
    thread_settings.c.thread_ts == sa.bindparam("in_thread"),
)
