"""A PostgreSQL server, which other processes use too. I/O: one connection, on the event loop."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.engine import URL
from sqlalchemy.ext.asyncio import create_async_engine

from bot.store.transactions import Work

T = TypeVar("T")

CONNECT_TIMEOUT_S = 10.0
LOCK_TIMEOUT_S = 3.0
"""Another process holds our locks only for a moment, unless it was paused."""
CLOSE_TIMEOUT_S = 5.0
"""A server that no longer answers must not hold up a process that is being stopped."""
PAUSED_TIMEOUT_S = 5.0
"""After this time the server takes its locks from a process that was paused within a transaction."""
WAIT_FOR_THE_DISK = (
    "SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'"
)
"""Some servers are set up to lose the last commits in a crash; what Slack was told is stored has to be. A stricter
setting stays."""
READ_ONLY = "25006"
"""PostgreSQL's code for a write that it does not allow here: the server is a standby now."""


class PostgresqlEngine:
    def __init__(self, url: URL, statement_timeout_s: float) -> None:
        timeouts = {"timeout": CONNECT_TIMEOUT_S, "command_timeout": statement_timeout_s}
        # Whatever arrives while a transaction runs shares the next one, so more than one connection is of no use.
        self._engine = create_async_engine(
            url, pool_size=1, pool_pre_ping=True, connect_args=timeouts, hide_parameters=True
        )
        sa.event.listen(self._engine.sync_engine, "connect", _set_up)
        sa.event.listen(self._engine.sync_engine, "handle_error", _leave_what_only_reads)

    async def transact(self, work: Work[T], *, durable: bool) -> T:
        async with self._engine.begin() as connection:
            if not durable:
                await connection.exec_driver_sql("SET LOCAL synchronous_commit = off")
            return await connection.run_sync(work)

    async def scrub(self) -> bool:
        """Left to the server: its vacuum does this."""
        return True

    async def aclose(self) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(CLOSE_TIMEOUT_S):
                await self._engine.dispose()


def _set_up(connection: Any, _record: object) -> None:  # noqa: ANN401 - a DBAPI connection has no common type
    cursor = connection.cursor()
    cursor.execute(f"SET lock_timeout = {round(1000 * LOCK_TIMEOUT_S)}")
    cursor.execute(f"SET idle_in_transaction_session_timeout = {round(1000 * PAUSED_TIMEOUT_S)}")
    cursor.execute(WAIT_FOR_THE_DISK)
    cursor.close()
    connection.commit()  # else a first transaction that fails takes the settings with it


def _leave_what_only_reads(context: sa.engine.ExceptionContext) -> None:
    """A server that another has taken over from may keep its connections, and refuses each write over them. A new
    connection is made where the address leads now."""
    if getattr(context.original_exception, "sqlstate", None) == READ_ONLY:
        context.is_disconnect = True
