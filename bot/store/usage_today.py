"""What a person's and a workspace's questions have used today. I/O: the database.

Implements ``home.UsedToday``. Days are UTC, by the database's clock.
"""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from bot.day_budget import DayUsage
from bot.store.database import Database
from bot.store.schema import usage
from bot.store.usage import DAY_S, TOKENS


class StoredUsageToday:
    def __init__(self, database: Database) -> None:
        self._database = database
        self._now = database.now()

    async def today(self, team_id: str, user_id: str) -> DayUsage:
        tokens = sum((usage.c[name] for name in TOKENS[1:]), start=usage.c[TOKENS[0]])
        theirs = usage.c.user_id == user_id
        figures = (
            sa.func.sum(sa.case((theirs, usage.c.questions), else_=0)),
            sa.func.sum(sa.case((theirs, tokens), else_=0)),
            sa.func.sum(tokens),
        )

        def work(connection: Connection) -> DayUsage:
            day = int(connection.execute(sa.select(self._now)).scalar_one() // DAY_S)
            query = sa.select(*figures).where(usage.c.team_id == team_id, usage.c.day == day)
            return DayUsage(*(int(figure or 0) for figure in connection.execute(query).one()))

        return await self._database.run(work, durable=False)
