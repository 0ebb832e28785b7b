"""Tells all processes about files that were deleted in Slack, whichever process heard of it.

I/O: the database. Implements ``files.forgetting.DeletedFiles``; ``StoredQuestions.forget`` drops old rows.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection

from bot.store.database import Database
from bot.store.schema import deleted_files
from bot.store.statements import SERVER_NOW


class StoredDeletedFiles:
    """``clock`` as in ``StoredQuestions``."""

    def __init__(self, database: Database, clock: Callable[[], float] = time.time) -> None:
        self._database = database
        self._clock = clock

    async def add(self, team_id: str, file_id: str) -> None:
        await self._database.run(lambda connection: add(connection, team_id, file_id, self._clock()))

    async def since(self, at_s: float) -> dict[str, float]:
        query = (
            sa.select(deleted_files.c.file_id, sa.func.max(deleted_files.c.at))
            .where(deleted_files.c.at >= at_s)
            .group_by(deleted_files.c.file_id)
        )
        rows = await self._database.run(lambda connection: connection.execute(query).all(), durable=False)
        return {file_id: float(at) for file_id, at in rows}


def add(connection: Connection, team_id: str, file_id: str, clock_s: float) -> None:
    """Stores the time, even if the id was there before. ``clock_s`` is used if the database has no clock of its own."""
    alone = connection.dialect.name == "sqlite"
    insert = (sqlite if alone else postgresql).insert(deleted_files)
    now = sa.literal(clock_s, sa.Double) if alone else SERVER_NOW
    added = insert.values(team_id=team_id, file_id=file_id, at=now)
    connection.execute(
        added.on_conflict_do_update(index_elements=["team_id", "file_id"], set_={"at": insert.excluded.at})
    )
