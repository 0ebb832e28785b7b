"""Remembers what refusals have taught about Slack's limits, and what processes post in channels. I/O: the database.

Implements ``learned_limits.LimitRecords``. Times are by the database's clock if processes share one.
"""

from __future__ import annotations

import time
from collections.abc import Collection

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from bot.learned_limits import LearnedLimit
from bot.store.database import Database
from bot.store.schema import channel_posts, learned_limits
from bot.store.statements import SERVER_NOW


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

    async def reserve(self, team_id: str, channel_id: str, at_once: float, per_s: float) -> float:
        now, every_s = self._now(), 1.0 / per_s
        row = self._insert(channel_posts).values(team_id=team_id, channel_id=channel_id, until=now + every_s)
        later = row.on_conflict_do_update(
            index_elements=["team_id", "channel_id"],
            set_={"until": sa.case((channel_posts.c.until > now, channel_posts.c.until), else_=now) + every_s},
        ).returning(channel_posts.c.until - now)
        ahead_s = await self._database.run(lambda connection: connection.execute(later).scalar_one(), durable=False)
        return max(0.0, float(ahead_s) - at_once * every_s)

    def _now(self) -> sa.ColumnElement[float]:
        if self._database.shared:
            return SERVER_NOW
        return sa.literal(time.time(), sa.Double)
