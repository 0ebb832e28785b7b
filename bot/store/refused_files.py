"""Files that the Messages API does not take are remembered by their ids in Slack. I/O: the database.

Implements ``ports.RefusedFiles``; ``StoredQuestions.forget`` drops the old ones with everything else.
"""

from __future__ import annotations

from collections.abc import Collection

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.errors import StoreFailed
from bot.store.database import transaction
from bot.store.schema import refused_files


class StoredRefusedFiles:
    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def among(self, team_id: str, file_ids: Collection[str]) -> frozenset[str]:
        query = sa.select(refused_files.c.file_id).where(
            refused_files.c.team_id == team_id, refused_files.c.file_id.in_(file_ids)
        )
        async with transaction(self._engine) as connection:
            return frozenset((await connection.execute(query)).scalars())

    async def add(self, team_id: str, file_ids: Collection[str], now_s: float) -> None:
        for file_id in sorted(file_ids):
            try:
                async with transaction(self._engine) as connection:
                    await connection.execute(refused_files.insert().values(team_id=team_id, file_id=file_id, at=now_s))
            except StoreFailed as error:
                known = isinstance(error.__cause__, IntegrityError) and await self.among(team_id, [file_id])
                if not known:
                    raise
