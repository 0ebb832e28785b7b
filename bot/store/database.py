"""A database address goes in; a connected engine with the present schema comes out. I/O: the database, a lock file.

SQLite means one process: a second one on the same file would take the first one's turns for those of a dead process, so
the file is guarded by a lock that the operating system drops when the process ends, however it ends.
"""

from __future__ import annotations

import fcntl
import os
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from sqlalchemy.engine import URL, Connection, make_url
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from bot.errors import StartFailed

DRIVERS = {
    "postgres": "postgresql+asyncpg",
    "postgresql": "postgresql+asyncpg",
    "sqlite": "sqlite+aiosqlite",
}


class Database:
    """An engine, and the lock that goes with it. ``shared`` says whether other processes may use it too."""

    def __init__(self, engine: AsyncEngine, lock: int | None) -> None:
        self.engine = engine
        self._lock = lock

    @property
    def shared(self) -> bool:
        return self._lock is None

    @classmethod
    async def open(cls, address: str) -> Database:
        """Connects, and brings the schema up to date. Raises ``StartFailed``."""
        url = make_url(address)
        url = url.set(drivername=DRIVERS.get(url.drivername, url.drivername))
        lock = _lock_file(url) if url.get_backend_name() == "sqlite" else None
        engine = create_async_engine(url, pool_pre_ping=lock is None)
        if lock is not None:
            sa.event.listen(engine.sync_engine, "connect", _sqlite_pragmas)
        try:
            async with engine.begin() as connection:
                await connection.run_sync(_migrate)
        except (SQLAlchemyError, OSError) as error:
            await engine.dispose()
            _unlock(lock)
            raise StartFailed(f"DATABASE_URL: the database cannot be used ({type(error).__name__})") from error
        return cls(engine, lock)

    async def aclose(self) -> None:
        await self.engine.dispose()
        _unlock(self._lock)


def _lock_file(url: URL) -> int:
    path = Path(f"{url.database}.lock")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        lock = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise StartFailed(f"BOT_DATA_DIR: {path.parent} cannot be written to ({error.strerror})") from error
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(lock)
        raise StartFailed(
            f"DATABASE_URL: another process uses {url.database}; stop it, or use PostgreSQL for several processes"
        ) from None
    return lock


def _unlock(lock: int | None) -> None:
    if lock is not None:
        os.close(lock)


def _sqlite_pragmas(connection: Any, _record: object) -> None:  # noqa: ANN401 - a DBAPI connection has no common type
    cursor = connection.cursor()
    # A question is acknowledged once it is written down, so a commit must reach the disk (FULL), not only the cache.
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=5000"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _migrate(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        # Two replicas that start together must not migrate at the same time; freed with the transaction.
        connection.execute(sa.text("SELECT pg_advisory_xact_lock(7203119)"))
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
