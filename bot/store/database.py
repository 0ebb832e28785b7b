"""A database address goes in; a connected engine with the present schema comes out. I/O: the database, a lock file.

SQLite means one process: a second one on the same file would take the first one's turns for those of a dead process, so
the file is guarded by a lock that the operating system drops when the process ends, however it ends.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from sqlalchemy.engine import URL, Connection, make_url
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from bot.errors import StartFailed, StoreFailed

DATABASE_ERRORS = (SQLAlchemyError, OSError)
"""What a database that is away, full or broken raises; ``OSError`` while it connects."""

NO_ADDRESS = "DATABASE_URL: this is no address like postgresql://user:password@host/name or sqlite:///path/to/file"
CONNECT_TIMEOUT_S = 10.0
STATEMENT_TIMEOUT_S = 30.0


@asynccontextmanager
async def transaction(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    """Committed when the block ends. Raises ``StoreFailed`` from the library's own exception."""
    try:
        async with engine.begin() as connection:
            yield connection
    except DATABASE_ERRORS as error:
        raise StoreFailed(type(error).__name__) from error


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
        url = _url(address)
        if url.get_backend_name() == "sqlite":
            lock, engine = _lock_file(url), _sqlite(url)
        else:
            lock, engine = None, _postgresql(url)
        database = cls(engine, lock)
        try:
            async with engine.begin() as connection:
                await connection.run_sync(_migrate)
        except CommandError as error:
            await database.aclose()
            raise StartFailed(f"DATABASE_URL: the database is of another version of the bot ({error})") from error
        except (*DATABASE_ERRORS, TypeError, ValueError) as error:  # the last two: an unknown option in the address
            await database.aclose()
            raise StartFailed(f"DATABASE_URL: the database cannot be used ({_reason(error)})") from error
        return database

    async def aclose(self) -> None:
        await self.engine.dispose()
        if self._lock is not None:
            os.close(self._lock)


def _url(address: str) -> URL:
    try:
        url = make_url(address)
    except (SQLAlchemyError, ValueError) as error:
        raise StartFailed(NO_ADDRESS) from error
    backend = url.drivername.partition("+")[0]
    if backend == "sqlite":
        if url.database in {None, "", ":memory:"}:
            raise StartFailed("DATABASE_URL: it names no file; write sqlite:///path/to/file")
        return url.set(drivername="sqlite+aiosqlite")
    if backend not in {"postgresql", "postgres"}:
        raise StartFailed(NO_ADDRESS)
    if "sslmode" in url.query:  # libpq's word, which asyncpg spells otherwise
        url = url.difference_update_query(["sslmode"]).update_query_dict({"ssl": url.query["sslmode"]})
    return url.set(drivername="postgresql+asyncpg")


def _postgresql(url: URL) -> AsyncEngine:
    timeouts = {"timeout": CONNECT_TIMEOUT_S, "command_timeout": STATEMENT_TIMEOUT_S}
    return create_async_engine(url, pool_pre_ping=True, connect_args=timeouts)


def _sqlite(url: URL) -> AsyncEngine:
    # SQLite has one writer at a time: with one connection the pool does the waiting, and nothing is ever "locked".
    engine = create_async_engine(url, pool_size=1, max_overflow=0)
    sa.event.listen(engine.sync_engine, "connect", _set_up_sqlite)
    sa.event.listen(engine.sync_engine, "begin", _begin_sqlite)
    return engine


def _set_up_sqlite(connection: Any, _record: object) -> None:  # noqa: ANN401 - a DBAPI connection has no common type
    # The driver's own idea of transactions leaves out the statements that make tables; _begin_sqlite covers them.
    connection.isolation_level = None
    # A question is acknowledged once it is written down, so a commit must reach the disk (FULL), not only the cache;
    # and what is erased must not stay readable in the file's free pages (secure_delete).
    try:
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON"):
            connection.cursor().execute(f"PRAGMA {pragma}")
    except Exception:
        connection.close()
        raise


def _begin_sqlite(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _lock_file(url: URL) -> int:
    file = Path(str(url.database))
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        flags, own_eyes_only = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600
        os.close(os.open(file, flags, own_eyes_only))
        lock = os.open(f"{file}.lock", flags, own_eyes_only)
    except OSError as error:
        raise StartFailed(f"BOT_DATA_DIR: {error.filename} cannot be written to ({error.strerror})") from error
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(lock)
        raise StartFailed(
            f"DATABASE_URL: another process uses {url.database}; stop it, or use PostgreSQL for several processes"
        ) from None
    return lock


def _migrate(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        # Two replicas that start together must not migrate at the same time; freed with the transaction.
        connection.execute(sa.text("SELECT pg_advisory_xact_lock(7203119)"))
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _reason(error: Exception) -> str:
    """The database's own words, without the statement that SQLAlchemy puts beside them."""
    own = getattr(error, "orig", None) or error
    return str(getattr(own, "__cause__", None) or own).strip().split("\n", 1)[0] or type(error).__name__
