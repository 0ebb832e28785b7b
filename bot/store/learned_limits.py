"""What refusals have taught of Slack's limits is remembered, for other processes and later ones. I/O: the database.

Implements ``learned_limits.LimitRecords``. Ages are by the clock of the database, where processes share one.
"""

from __future__ import annotations

import time
from collections.abc import Collection

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from bot.learned_limits import LearnedLimit
from bot.store.database import Database
from bot.store.schema import learned_limits


class StoredLimits:
    def __init__(self, database: Database) -> None:
        self._database = database
        self._insert = postgresql.insert if database.shared else sqlite.insert

    async def all(self, teams: Collection[str]) -> dict[tuple[str, str], LearnedLimit]:
        age_s = (self._now() - learned_limits.c.at).label("age_s")
        query = sa.select(learned_limits, age_s).where(learned_limits.c.team_id.in_(teams))
        rows = await self._database.run(lambda connection: connection.execute(query).all(), durable=False)
        return {(row.team_id, row.name): LearnedLimit(row.calls, row.burst, max(0.0, row.age_s)) for row in rows}

    async def keep(self, team_id: str, name: str, limit: LearnedLimit) -> None:
        values = {"calls": limit.calls, "burst": limit.burst, "at": self._now() - limit.age_s}
        row = self._insert(learned_limits).values(team_id=team_id, name=name, **values)
        kept = row.on_conflict_do_update(index_elements=["team_id", "name"], set_=values)
        await self._database.run(lambda connection: connection.execute(kept), durable=False)

    def _now(self) -> sa.ColumnElement[float]:
        if self._database.shared:
            return sa.cast(sa.extract("epoch", sa.func.clock_timestamp()), sa.Double)
        return sa.literal(time.time(), sa.Double)
