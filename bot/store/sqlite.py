"""A SQLite file, for one process. I/O: the file and a lock beside it, on a thread of its own.

A second process on the same file would take the first one's turns for those of a dead process, so the file is guarded
by a lock that the operating system drops when the process ends, however it ends. And a file that was deleted goes on
taking what is written, which nobody would find again: each transaction first looks whether it is still there.

What is erased leaves the file's pages at once (``secure_delete``), and the write-ahead log beside it with ``scrub``.
"""

from __future__ import annotations

import asyncio
import fcntl
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.engine import URL, Connection

from bot.errors import StartFailed
from bot.store.transactions import Work

T = TypeVar("T")
OWNER_ONLY = 0o600


class DatabaseFileLost(OSError):
    """The file was deleted or replaced while it was in use."""


class SqliteEngine:
    """Raises ``StartFailed`` where another process has the file, or where it cannot be written to.

    ``beside``: the file may be another process's, for work that needs none of its turns.
    """

    def __init__(self, url: URL, *, beside: bool = False) -> None:
        self._file = Path(str(url.database))
        self._lock = _lock(self._file, beside=beside)
        self._identity = _identity(self._file)
        # SQLite has one writer at a time: with one connection, on one thread, nothing is ever "locked".
        self._thread = ThreadPoolExecutor(1, "database")
        self._engine = sa.create_engine(url, pool_size=1, max_overflow=0, hide_parameters=True)
        self._relaxed = self._engine.execution_options(durable=False)
        sa.event.listen(self._engine, "connect", _set_up)
        sa.event.listen(self._engine, "begin", _begin)

    async def transact(self, work: Work[T], *, durable: bool) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._transact, work, durable)

    def _transact(self, work: Work[T], durable: bool) -> T:
        if _identity(self._file) != self._identity:
            raise DatabaseFileLost
        with (self._engine if durable else self._relaxed).begin() as connection:
            return work(connection)

    async def scrub(self) -> bool:
        """Empties the write-ahead log; ``False`` where another process reads it just now."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._scrub)

    def _scrub(self) -> bool:
        if _identity(self._file) != self._identity:
            raise DatabaseFileLost
        connection = self._engine.raw_connection()
        try:
            cursor = connection.cursor()
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            busy, *_ = cursor.fetchone() or (1,)
            cursor.close()
        finally:
            connection.close()
        return busy == 0

    async def aclose(self) -> None:
        await asyncio.get_running_loop().run_in_executor(self._thread, self._engine.dispose)
        self._thread.shutdown()
        if self._lock is not None:
            os.close(self._lock)


def _lock(file: Path, *, beside: bool) -> int | None:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC
        os.close(os.open(file, flags, OWNER_ONLY))
        lock = os.open(f"{file}.lock", flags, OWNER_ONLY)
    except OSError as error:
        raise StartFailed(f"BOT_DATA_DIR: {error.filename} cannot be written to ({error.strerror})") from error
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(lock)
        if beside:
            return None
        raise StartFailed(
            f"DATABASE_URL: another process uses {file}; stop it, or use PostgreSQL for several processes"
        ) from None
    return lock


def _identity(file: Path) -> tuple[int, int]:
    """Never by opening the file: closing it again would drop SQLite's own locks."""
    try:
        found = file.stat()
    except OSError as error:
        raise DatabaseFileLost from error
    return found.st_dev, found.st_ino


def _set_up(connection: Any, _record: object) -> None:  # noqa: ANN401 - a DBAPI connection has no common type
    # The driver's own idea of transactions leaves out the statements that make tables; _begin covers them.
    connection.isolation_level = None
    # What is erased must not stay readable in the file's free pages (secure_delete).
    try:
        for pragma in ("journal_mode=WAL", "foreign_keys=ON", "secure_delete=ON"):
            connection.cursor().execute(f"PRAGMA {pragma}")
    except Exception:
        connection.close()
        raise


def _begin(connection: Connection) -> None:
    # FULL: a commit reaches the disk before it returns. NORMAL: it survives the end of the process, not the machine's.
    durable = connection.get_execution_options().get("durable", True)
    connection.exec_driver_sql(f"PRAGMA synchronous={'FULL' if durable else 'NORMAL'}")
    connection.exec_driver_sql("BEGIN IMMEDIATE")
