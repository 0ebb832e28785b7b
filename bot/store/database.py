"""Opens a database and migrates its schema. I/O: the database.

PostgreSQL is used on the event loop, SQLite on its own thread; ``postgresql`` and ``sqlite`` have the details of each.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Protocol, TypeVar

import sqlalchemy as sa
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import SQLAlchemyError

from bot.errors import StartFailed, StoreLost
from bot.store.advice import advice
from bot.store.newest_schema import OtherVersion, bring_up_to_date
from bot.store.sqlite import SqliteEngine
from bot.store.statements import SERVER_NOW
from bot.store.transactions import DATABASE_ERRORS, DatabaseFileLost, Transactions, Work

T = TypeVar("T")

NO_ADDRESS = "DATABASE_URL: this is not an address like postgresql://user:password@host/name or sqlite:///path/to/file"
STATEMENT_TIMEOUT_S = 10.0
"""Our statements take milliseconds; after this time the caller should hear that the database is away while its lease
still holds."""
MIGRATION_TIMEOUT_S = 600.0
"""For a statement that changes a large table, or for another process that is running one."""


SCRUB_AFTER_S = 0.25
"""What is erased within this time leaves the disk together."""
SCRUB_TRIES_MAX = 20


class Engine(Protocol):
    """One of the two databases. All methods raise the library's exceptions."""

    async def transact(self, work: Work[T], *, durable: bool) -> T:
        """Runs ``work`` in one transaction; ``durable``: returns when it is on the disk."""

    async def scrub(self) -> bool:
        """Removes erased data from the disk, as far as that is up to us; ``False`` if that is not possible now."""

    async def aclose(self) -> None: ...


class Database:
    """``shared``: other processes may use it, too. ``run`` and ``later`` are those of ``Transactions``.

    ``on_lost`` is called, with a sentence, if it turns out that no call will ever work again.
    """

    def __init__(self, engine: Engine, *, shared: bool) -> None:
        self.shared = shared
        self.on_lost: Callable[[str], None] = lambda _: None
        self._engine = engine
        self._transactions = Transactions(engine.transact)
        self.later = self._transactions.later
        self._scrubbing: asyncio.Task[None] | None = None

    def now(self, clock: Callable[[], float] = time.time) -> sa.ColumnElement[float]:
        """Seconds since the epoch when a statement runs, by a shared database's own clock, so that the processes'
        clocks need not agree."""
        if self.shared:
            return SERVER_NOW
        return sa.bindparam("now", callable_=clock, type_=sa.Double, unique=True)

    async def run(self, work: Work[T], *, durable: bool = True, soon: bool = False) -> T:
        try:
            return await self._transactions.run(work, durable=durable, soon=soon)
        except StoreLost as error:
            self.on_lost(str(error))
            raise

    def scrub_soon(self) -> None:
        """Something was erased: makes sure that a moment later nothing of it is on the disk either."""
        if self._scrubbing is None or self._scrubbing.done():
            self._scrubbing = asyncio.create_task(self._scrub_later())

    async def _scrub_later(self) -> None:
        await asyncio.sleep(SCRUB_AFTER_S)
        with suppress(*DATABASE_ERRORS):
            await self.scrub()

    async def scrub(self) -> bool:
        """Whether what was erased has left the disk. Raises the library's exceptions."""
        for _ in range(SCRUB_TRIES_MAX):
            if await self._engine.scrub():
                return True
            await asyncio.sleep(SCRUB_AFTER_S)
        return False

    @classmethod
    async def open(
        cls, address: str, *, beside: bool = False, statement_timeout_s: float = STATEMENT_TIMEOUT_S
    ) -> Database:
        """Connects and migrates. ``beside``: even if a bot is using a database that is for one process alone. Raises
        ``StartFailed``."""
        url = address_of(address)
        shared = url.get_backend_name() != "sqlite"
        engine = _postgresql(url, MIGRATION_TIMEOUT_S) if shared else SqliteEngine(url, beside=beside)
        try:
            await engine.transact(bring_up_to_date, durable=True)
            await engine.scrub()  # a crash may have left erased data there
        except OtherVersion as error:
            await engine.aclose()
            raise StartFailed(f"DATABASE_URL: the database is of another version of the bot ({error})") from error
        except DatabaseFileLost as error:
            await engine.aclose()
            raise StartFailed(f"DATABASE_URL: {error}") from error
        except (*DATABASE_ERRORS, TypeError, ValueError) as error:  # the last two: an unknown option in the address
            await engine.aclose()
            hint = f". {sentence}" if (sentence := advice(error)) else ""
            raise StartFailed(f"DATABASE_URL: the database cannot be used ({reason(error)}){hint}") from error
        if shared:
            await engine.aclose()
            engine = _postgresql(url, statement_timeout_s)
        return cls(engine, shared=shared)

    async def aclose(self) -> None:
        await self._transactions.close()
        if self._scrubbing is not None:
            self._scrubbing.cancel()
            await asyncio.gather(self._scrubbing, return_exceptions=True)
        await self._engine.aclose()


def _postgresql(url: URL, statement_timeout_s: float) -> Engine:
    from bot.store.postgresql import PostgresqlEngine  # noqa: PLC0415 - who has SQLite does without its libraries

    return PostgresqlEngine(url, statement_timeout_s)


def address_of(address: str) -> URL:
    try:
        url = make_url(address)
    except (SQLAlchemyError, ValueError) as error:
        raise StartFailed(NO_ADDRESS) from error
    backend = url.drivername.partition("+")[0]
    if backend == "sqlite":
        if url.database in {None, "", ":memory:"}:
            raise StartFailed("DATABASE_URL: it names no file; write sqlite:///path/to/file")
        return url.set(drivername="sqlite+pysqlite")
    if backend not in {"postgresql", "postgres"}:
        raise StartFailed(NO_ADDRESS)
    if "sslmode" in url.query:  # libpq's spelling; asyncpg has another
        url = url.difference_update_query(["sslmode"]).update_query_dict({"ssl": url.query["sslmode"]})
    return url.set(drivername="postgresql+asyncpg")


def reason(error: Exception) -> str:
    """The database's own message, without the statement that SQLAlchemy adds."""
    own = getattr(error, "orig", None) or error
    return str(getattr(own, "__cause__", None) or own).strip().split("\n", 1)[0] or type(error).__name__
