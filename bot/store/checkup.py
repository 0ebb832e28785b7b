"""Checks whether a database answers, how fast, and which schema it has.

I/O: the database, beside a bot that may be using it: nothing is written, and nothing is migrated.
"""

from __future__ import annotations

import asyncio
import sqlite3
import time
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import URL, Connection
from sqlalchemy.ext.asyncio import create_async_engine

from bot.errors import StartFailed
from bot.store.advice import advice
from bot.store.database import address_of, reason
from bot.store.newest_schema import newest
from bot.store.postgresql import CONNECT_TIMEOUT_S
from bot.store.schema import processes
from bot.store.sqlite import in_use
from bot.store.statements import SERVER_NOW
from bot.store.transactions import DATABASE_ERRORS

VERSION = "SELECT version_num FROM alembic_version"
ROUND_TRIPS = 3


@dataclass(frozen=True, slots=True)
class Checkup:
    """``schema`` is empty if the database has none yet; ``wanted`` is the one of this version of the bot."""

    kind: str = field(repr=False)
    round_trip_s: float
    schema: str = field(repr=False)
    wanted: str = field(repr=False)


async def check(address: str) -> Checkup:
    """Raises ``StartFailed``."""
    url = address_of(address)
    try:
        if url.get_backend_name() == "sqlite":
            return await asyncio.to_thread(_file, Path(str(url.database)))
        return await _server(url)
    except (*DATABASE_ERRORS, sqlite3.Error, TypeError, ValueError) as error:
        hint = f". {sentence}" if (sentence := advice(error)) else ""
        raise StartFailed(f"DATABASE_URL: the database cannot be used ({reason(error)}){hint}") from error


async def runs_with(address: str) -> bool | None:
    """Whether a process uses the database; ``None`` if the database does not tell. Raises ``StartFailed``."""
    url = address_of(address)
    if url.get_backend_name() != "sqlite":
        return None
    return await asyncio.to_thread(in_use, Path(str(url.database)))


async def live_processes(address: str, lease_s: float) -> int:
    """How many living processes share the database; 0 if unknown, or if it is a file, which has at most one user."""
    url = address_of(address)
    if url.get_backend_name() == "sqlite":
        return 0
    engine = create_async_engine(url, connect_args={"timeout": CONNECT_TIMEOUT_S}, hide_parameters=True)
    lives = sa.and_(processes.c.seen_at >= SERVER_NOW - lease_s, ~processes.c.stopping)
    try:
        async with engine.connect() as connection:
            count = await connection.execute(sa.select(sa.func.count()).select_from(processes).where(lives))
            return count.scalar_one()
    except DATABASE_ERRORS:  # of_database says so
        return 0
    finally:
        await engine.dispose()


def _file(path: Path) -> Checkup:
    file = path.resolve()
    if not file.exists():
        return Checkup("sqlite", 0.0, "", newest())
    with closing(sqlite3.connect(f"{file.as_uri()}?mode=rw", uri=True, timeout=3.0)) as connection:
        begun = time.perf_counter()
        tables = connection.execute("SELECT count(*) FROM sqlite_master WHERE name = 'alembic_version'").fetchone()
        schema = connection.execute(VERSION).fetchone() if tables[0] else None
        connection.execute("BEGIN IMMEDIATE")  # anybody who may write gets this far
        connection.execute("ROLLBACK")
        return Checkup("sqlite", time.perf_counter() - begun, schema[0] if schema else "", newest())


async def _server(url: URL) -> Checkup:
    engine = create_async_engine(url, connect_args={"timeout": CONNECT_TIMEOUT_S}, hide_parameters=True)
    try:
        async with engine.connect() as connection:
            return await connection.run_sync(_looked_at)
    finally:
        await engine.dispose()


def _looked_at(connection: Connection) -> Checkup:
    times = []
    for _ in range(ROUND_TRIPS):
        begun = time.perf_counter()
        connection.execute(sa.text("SELECT 1"))
        times.append(time.perf_counter() - begun)
    known = sa.inspect(connection).has_table("alembic_version")
    schema = connection.execute(sa.text(VERSION)).scalar() if known else ""
    return Checkup("postgresql", min(times), str(schema or ""), newest())
