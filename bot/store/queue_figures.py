"""Counts the questions that wait for an answer, and the age of the oldest. I/O: the database."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from time import time

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from bot.store.database import Database
from bot.store.schema import WAITING, questions


@dataclass(frozen=True, slots=True)
class QueueFigures:
    """Over all workspaces and processes of the database. ``oldest_s`` is 0 if none waits."""

    waiting: int
    oldest_s: float


class StoredQueue:
    def __init__(self, database: Database, clock: Callable[[], float] = time) -> None:
        self._database = database
        age_s = database.now(clock) - sa.func.min(questions.c.accepted_at)
        self._query = sa.select(sa.func.count(), age_s).where(questions.c.state == WAITING)

    async def figures(self) -> QueueFigures:
        """Raises ``StoreFailed``."""

        def read(connection: Connection) -> QueueFigures:
            waiting, oldest_s = connection.execute(self._query).one()
            return QueueFigures(waiting, max(0.0, oldest_s or 0.0))

        return await self._database.run(read, durable=False)
