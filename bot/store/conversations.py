"""Who speaks with the bot in a thread: what is said there goes in, whether it is meant for the bot comes out.

I/O: the database. Implements ``slack.receive.listeners.Conversations``. Rules: whoever mentions the bot speaks with it
from then on, without a mention; once that person addresses somebody else, or another person writes, nobody does until
the bot is mentioned again. Nothing is kept of threads that it was never mentioned in.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection

from bot.messages import Question, ThreadKey
from bot.store.database import Database
from bot.store.schema import conversations

NOBODY = ""


class StoredConversations:
    """``clock`` is the time since the epoch, where the database is not shared; a shared one has its own."""

    def __init__(self, database: Database, clock: Callable[[], float] = time.time) -> None:
        self._database = database
        self._clock = clock
        self._insert = postgresql.insert if database.shared else sqlite.insert

    async def mentioned(self, question: Question) -> None:
        """From now on the bot listens to who asked it, and to nobody else. A mention that came late changes nothing."""
        new = {"user_id": question.user_id, "since": question.ts, "at": self._database.now(self._clock)}
        key = {
            "team_id": question.team_id,
            "channel_id": question.channel_id,
            "thread_ts": question.thread_ts,
        }
        upsert = self._insert(conversations).values(key | new)
        newest = upsert.on_conflict_do_update(
            index_elements=list(key), set_=new, where=conversations.c.since < upsert.excluded.since
        )
        await self._database.run(lambda connection: connection.execute(newest), durable=False)

    async def continues(self, question: Question, *, to_others: bool) -> bool:
        """Whether what was said in a thread without a mention is meant for the bot. What came late changes nothing."""
        here = _is_thread(question.thread)
        query = sa.select(conversations.c.user_id, conversations.c.since).where(here)
        ends = conversations.update().where(here).values(user_id=NOBODY)

        def work(connection: Connection) -> bool:
            known = connection.execute(query).first()
            if known is None or known.user_id == NOBODY or question.ts < known.since:
                return False
            if known.user_id == question.user_id and not to_others:
                return True
            connection.execute(ends)
            return False

        return await self._database.run(work, durable=False)


def _is_thread(thread: ThreadKey) -> sa.ColumnElement[bool]:
    return sa.and_(
        conversations.c.team_id == thread.team_id,
        conversations.c.channel_id == thread.channel_id,
        conversations.c.thread_ts == thread.thread_ts,
    )
