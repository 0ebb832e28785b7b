"""What tests do to a database behind the bot's back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from bot.errors import StoreFailed
from bot.store.database import Database
from bot.store.schema import processes, questions
from bot.store.transactions import T, Work

TIMES = (
    questions.c.accepted_at, questions.c.claimed_at, questions.c.finished_at, questions.c.lease_until,
    processes.c.started_at, processes.c.seen_at,
)  # fmt: skip


class LosingAnswers(Database):
    """Its connection breaks right after a commit, once: before that, ``answered`` more are answered."""

    def __init__(self, database: Database, answered: int = -1) -> None:
        super().__init__(database._engine, shared=database.shared)
        self.answered = answered

    async def run(self, work: Work[T], *, durable: bool = True, soon: bool = False) -> T:
        lost = self.answered == 0
        self.answered -= 1
        done = await super().run(work, durable=durable, soon=soon)
        if lost:
            raise StoreFailed("ConnectionDoesNotExistError")
        return done


async def pass_time(database: Database, seconds: float) -> None:
    """All that was written down happened so much longer ago."""

    def work(connection: Connection) -> None:
        for column in TIMES:
            connection.execute(sa.update(column.table).values({column: column - seconds}))

    await database.run(work)


def wait_for_the_disk(database: Database) -> Callable[[], int]:
    """How many commits did so from now on, those aside that changed nothing."""
    waited, statements = 0, list[str]()

    def note(_connection: Connection, _cursor: Any, statement: str, *_more: Any) -> None:
        statements.append(statement)

    def commit(_connection: Connection) -> None:
        nonlocal waited
        wrote = any(statement.startswith(("INSERT", "UPDATE", "DELETE")) for statement in statements)
        waited += wrote and not {"SET LOCAL synchronous_commit = off", "PRAGMA synchronous=NORMAL"} & {*statements}
        statements.clear()

    engine = database._engine._engine  # type: ignore[attr-defined]  # both have one
    for event, listener in (("before_cursor_execute", note), ("commit", commit)):
        sa.event.listen(getattr(engine, "sync_engine", engine), event, listener)
    return lambda: waited


async def run_sql(database: Database, statement: str) -> Any:
    """The first value of the result, where there is one."""

    def work(connection: Connection) -> Any:
        result = connection.exec_driver_sql(statement)
        return result.scalar() if result.returns_rows else None

    return await database.run(work)
