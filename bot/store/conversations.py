"""Decides whether a message without a mention is meant for the bot.

I/O: the database. Implements ``slack.receive.handlers.Conversations``. Rules: whoever mentions the bot talks with it
from then on, without a mention. Once that person addresses somebody else, or another person writes, nobody does until
the bot is mentioned again. The messages' own times decide, in whatever order Slack delivers them. Nothing is kept of
threads in which it was never mentioned.
"""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection

from bot.messages import Question, ThreadKey
from bot.store import statements
from bot.store.database import Database
from bot.store.schema import conversations

NOBODY = ""


class StoredConversations:
    def __init__(self, database: Database) -> None:
        self._database = database
        insert = (postgresql if database.shared else sqlite).insert(conversations).values(at=database.now())
        new = {name: insert.excluded[name] for name in ("user_id", "since", "at")}
        key = [column.name for column in conversations.primary_key]
        newer = conversations.c.since < insert.excluded.since
        self._mentioned = insert.on_conflict_do_update(index_elements=key, set_=new, where=newer)

    def mentioned(self, question: Question) -> None:
        """From now on the bot listens to this person and nobody else. A mention that arrived late changes nothing.

        This is stored together with the next write, such as the question itself, or soon.
        """
        values = {
            "team_id": question.team_id,
            "channel_id": question.channel_id,
            "thread_ts": question.thread_ts,
            "user_id": question.user_id,
            "since": question.ts,
        }
        self._database.later(lambda connection: connection.execute(self._mentioned, values))

    async def known(self, thread: ThreadKey) -> bool:
        """Whether the bot was ever mentioned there."""
        of_thread = statements.of_thread(thread)
        return await self._database.run(
            lambda connection: connection.execute(_KNOWN, of_thread).first() is not None, durable=False
        )

    async def continues(self, question: Question, *, to_others: bool) -> bool:
        """Whether something said in a thread without a mention is meant for the bot. What arrived late changes
        nothing."""
        of_thread = statements.of_thread(question.thread)

        def work(connection: Connection) -> bool:
            known = connection.execute(_KNOWN, of_thread).first()
            if known is None or question.ts < known.since:
                return False
            if known.user_id == question.user_id and not to_others:
                return True
            connection.execute(_END, {**of_thread, "ended": question.ts})
            return False

        return await self._database.run(work, durable=False)


_IN_THREAD = sa.and_(
    conversations.c.team_id == sa.bindparam("in_team"),
    conversations.c.channel_id == sa.bindparam("in_channel"),
    conversations.c.thread_ts == sa.bindparam("in_thread"),
)
_KNOWN = sa.select(conversations.c.user_id, conversations.c.since).where(_IN_THREAD)
_END = conversations.update().where(_IN_THREAD).values(user_id=NOBODY, since=sa.bindparam("ended"))
"""Keeps the message that ended it, so that an earlier mention that arrives late does not begin it again."""
