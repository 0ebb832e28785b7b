"""Tells all processes about files that were deleted in Slack, whichever process heard of it.

I/O: the database. Implements ``files.forgetting.DeletedFiles``; ``StoredQuestions.forget`` drops old rows.
"""

from __future__ import annotations

import time
from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection

from bot.store.database import Database
from bot.store.schema import deleted_files
from bot.store.statements import SERVER_NOW


class StoredDeletedFiles:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, *files: tuple[str, str]) -> None:
        await self._database.run(lambda connection: add(connection, files, time.time()))

    async def since(self, at_s: float) -> dict[str, float]:
        query = (
            sa.select(deleted_files.c.file_id, sa.func.max(deleted_files.c.at))
            .where(deleted_files.c.at >= at_s)
            .group_by(deleted_files.c.file_id)
        )
        rows = await self._database.run(lambda connection: connection.execute(query).all(), durable=False)
        return {file_id: float(at) for file_id, at in rows}


def add(connection: Connection, files: Sequence[tuple[str, str]], clock_s: float) -> None:
    """Stores the time for each of ``files``, a workspace and an id, even if it was there before; at least one.
    ``clock_s`` is used if the database has no clock of its own."""
    alone = connection.dialect.name == "sqlite"
    insert = (sqlite if alone else postgresql).insert(deleted_files)
    now = sa.literal(clock_s, sa.Double) if alone else SERVER_NOW
    added = insert.values(at=now)
    connection.execute(
        added.on_conflict_do_update(index_elements=["team_id", "file_id"], set_={"at": insert.excluded.at}),
        [{"team_id": team_id, "file_id": file_id} for team_id, file_id in files],
    )
