"""A SQLite file, for one process. I/O: the file and a lock beside it, on a thread of its own.

A second process on the same file would take the first one's turns for those of a dead process, so the file is guarded
by a lock that the operating system drops however the process ends. And a file that was deleted would still accept
writes, which nobody would ever find again; so each transaction first checks that it is still there.

Erased data leaves the file's pages at once (``secure_delete``), and the write-ahead log with ``scrub``.
"""

from __future__ import annotations

import fcntl
import os
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.engine import URL, Connection

from bot.errors import StartFailed
from bot.store.own_thread import OwnThread
from bot.store.transactions import DatabaseFileLost, Work

T = TypeVar("T")
OWNER_ONLY = 0o600
SWITCH_INTERVAL_S = 0.000_5


DAMAGED = frozenset({"SQLITE_CORRUPT", "SQLITE_NOTADB"})
"""SQLite's own error names, without the suffixes of some."""


class SqliteEngine:
    """Raises ``StartFailed`` if another process has the file, or if it cannot be written to.

    ``beside``: the file may be another process's, for work that needs none of its turns.
    """

    def __init__(self, url: URL, *, beside: bool = False) -> None:
        self._file = Path(str(url.database))
        self._lock = _lock(self._file, beside=beside)
        self._identity = _identity(self._file)
        # SQLite has one writer at a time: with one connection, on one thread, nothing is ever "locked".
        self._thread = OwnThread("database")
        # While the event loop is busy, this thread would wait for the interpreter's usual 5 ms at each of its calls.
        sys.setswitchinterval(SWITCH_INTERVAL_S)
        self._engine = sa.create_engine(url, pool_size=1, max_overflow=0, hide_parameters=True)
        self._open: Connection | None = None
        """Kept: getting it from a pool takes longer than most of our statements."""
        sa.event.listen(self._engine, "connect", _set_up)
        sa.event.listen(self._engine, "begin", _begin)

    async def transact(self, work: Work[T], *, durable: bool) -> T:
        return await self._thread.run(lambda: self._transact(work, durable))

    def _transact(self, work: Work[T], durable: bool) -> T:
        if _identity(self._file) != self._identity:
            raise _gone(self._file)
        with _named_damage(self._file):
            if self._open is None:
                self._open = self._engine.connect()
            with self._open.execution_options(durable=durable).begin():
                return work(self._open)

    async def scrub(self) -> bool:
        """Empties the write-ahead log; ``False`` if another process is reading it."""
        return await self._thread.run(self._scrub)

    def _scrub(self) -> bool:
        if _identity(self._file) != self._identity:
            raise _gone(self._file)
        if self._open is None:
            return True
        with _named_damage(self._file), closing(self._open.connection.cursor()) as cursor:  # outside of a transaction
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            busy, *_ = cursor.fetchone() or (1,)
        return bool(busy == 0)

    async def aclose(self) -> None:
        await self._thread.run(self._close)
        await self._thread.end()
        if self._lock is not None:
            os.close(self._lock)

    def _close(self) -> None:
        if self._open is not None:
            self._open.close()
        self._engine.dispose()


def _lock(file: Path, *, beside: bool) -> int | None:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC
        os.close(os.open(file, flags, OWNER_ONLY))
        lock = os.open(f"{file}.lock", flags, OWNER_ONLY)
    except OSError as error:
        raise StartFailed(f"DATABASE_URL: {error.filename} cannot be written to ({error.strerror})") from error
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


def in_use(file: Path) -> bool:
    """Whether a process has the lock beside the file."""
    try:
        lock = os.open(f"{file}.lock", os.O_RDWR | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return True
    finally:
        os.close(lock)
    return False


def _identity(file: Path) -> tuple[int, int]:
    """Never opens the file: closing it again would drop SQLite's own locks."""
    try:
        found = file.stat()
    except OSError as error:
        raise _gone(file) from error
    return found.st_dev, found.st_ino


def _gone(file: Path) -> DatabaseFileLost:
    return DatabaseFileLost(f"{file} was deleted or replaced while it was in use")


@contextmanager
def _named_damage(file: Path) -> Iterator[None]:
    """Raises ``DatabaseFileLost`` if SQLite finds the file damaged, else SQLite's own exceptions."""
    try:
        yield
    except Exception as error:
        if (reason := _damage(error)) is None:
            raise
        raise DatabaseFileLost(
            f"{file} is damaged or not a database ({reason}); restore a backup in its place, or move it away: then "
            f"the bot begins with an empty one"
        ) from error


def _damage(error: BaseException | None) -> str | None:
    """SQLite's error, wherever it is in the chain; ``None`` if the file is not known to be damaged."""
    while error is not None:
        name = str(getattr(error, "sqlite_errorname", ""))
        if any(name.startswith(damaged) for damaged in DAMAGED):
            return str(error)
        error = error.__cause__
    return None


def _set_up(connection: Any, _record: object) -> None:  # noqa: ANN401 - a DBAPI connection has no common type
    # The driver's own transactions leave out statements that create tables; _begin covers them.
    connection.isolation_level = None
    # Erased data must not stay readable in the file's free pages (secure_delete).
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
