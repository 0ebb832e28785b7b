"""Files that the Messages API does not take are remembered by their ids in Slack. I/O: the database.

Implements ``file_ports.RefusedFiles``; ``StoredQuestions.forget`` drops the old ones with everything else.
"""

from __future__ import annotations

from collections.abc import Collection

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from bot.store.database import Database
from bot.store.schema import refused_files


class StoredRefusedFiles:
    def __init__(self, database: Database) -> None:
        self._database = database
        self._insert = postgresql.insert if database.shared else sqlite.insert

    async def among(self, team_id: str, file_ids: Collection[str]) -> frozenset[str]:
        query = sa.select(refused_files.c.file_id).where(
            refused_files.c.team_id == team_id, refused_files.c.file_id.in_(file_ids)
        )
        found = await self._database.run(lambda connection: connection.execute(query).scalars().all(), durable=False)
        return frozenset(found)

    async def add(self, team_id: str, file_ids: Collection[str], now_s: float) -> None:
        rows = [{"team_id": team_id, "file_id": file_id, "at": now_s} for file_id in sorted(file_ids)]
        if rows:
            added = self._insert(refused_files).values(rows).on_conflict_do_nothing()
            await self._database.run(lambda connection: connection.execute(added), durable=False)
