"""Sums up the usage since a given day, for the report. I/O: the database.

Only reads, beside a bot that uses it: a SQLite file is opened without the lock that the bot holds, and nothing is
migrated.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

import sqlalchemy as sa
from sqlalchemy.engine import URL, Connection
from sqlalchemy.ext.asyncio import create_async_engine

from bot.errors import StartFailed
from bot.store.database import address_of, reason
from bot.store.schema import feedback, usage
from bot.store.transactions import DATABASE_ERRORS

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class UsageRow:
    """Usage by one person in one channel on one day (UTC, days since 1970) with one model.

    ``cache_write_1h`` is a part of ``cache_write``. ``nano_dollars``: the cost of usage with a known price;
    ``unpriced``: tokens without one.
    """

    day: int
    team_id: str
    channel_id: str
    user_id: str
    model: str
    questions: int
    input: int
    cache_read: int
    cache_write: int
    cache_write_1h: int
    output: int
    web_searches: int
    nano_dollars: int
    unpriced: int


@dataclass(frozen=True, slots=True)
class Voted:
    """One person's votes on the answers of one day (UTC, days since 1970); ``reasons`` are for the bad ones."""

    day: int
    team_id: str
    user_id: str
    good: int
    bad: int
    reasons: tuple[str, ...] = field(default=(), repr=False)


async def read_votes(address: str, since_day: int) -> list[Voted]:
    """Oldest day first; empty for a database of an earlier version. Raises ``StartFailed``."""
    return await _read(address, lambda connection: _votes(connection, since_day))


async def read(address: str, since_day: int) -> list[UsageRow]:
    """Oldest day first. Raises ``StartFailed``."""
    return await _read(address, lambda connection: _rows(connection, since_day))


async def _read(address: str, rows: Callable[[Connection], list[T]]) -> list[T]:
    url = address_of(address)
    try:
        if url.get_backend_name() == "sqlite":
            return await asyncio.to_thread(_read_file, url, rows)
        return await _read_server(url, rows)
    except (*DATABASE_ERRORS, TypeError, ValueError) as error:
        raise StartFailed(f"DATABASE_URL: the database cannot be read ({reason(error)})") from error


def _read_file(url: URL, rows: Callable[[Connection], list[T]]) -> list[T]:
    file = Path(str(url.database)).resolve()
    if not file.exists():
        raise StartFailed(f"DATABASE_URL: there is no {file}; the bot makes it when it starts for the first time")
    engine = sa.create_engine(
        "sqlite+pysqlite://",
        creator=lambda: sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True),
        poolclass=sa.NullPool,
    )
    try:
        with engine.connect() as connection:
            return rows(connection)
    finally:
        engine.dispose()


async def _read_server(url: URL, rows: Callable[[Connection], list[T]]) -> list[T]:
    engine = create_async_engine(url, pool_size=1)
    try:
        async with engine.connect() as connection:
            return await connection.run_sync(rows)
    finally:
        await engine.dispose()


def _votes(connection: Connection, since_day: int) -> list[Voted]:
    if not sa.inspect(connection).has_table(feedback.name):
        return []
    key = (feedback.c.day, feedback.c.team_id, feedback.c.user_id)
    query = sa.select(*key, feedback.c.good, feedback.c.reason).where(feedback.c.day >= since_day).order_by(*key)
    said: dict[tuple[int, str, str], list[tuple[bool, str]]] = {}
    for day, team, user, good, why in connection.execute(query):
        said.setdefault((day, team, user), []).append((bool(good), why or ""))
    return [
        Voted(
            *of,
            good=sum(good for good, _ in votes),
            bad=sum(not good for good, _ in votes),
            reasons=tuple(why for _, why in votes if why),
        )
        for of, votes in said.items()
    ]


def _rows(connection: Connection, since_day: int) -> list[UsageRow]:
    of = [usage.c[name] for name in ("day", "team_id", "channel_id", "user_id", "model")]
    figures = ("questions", "input", "cache_read", "cache_write", "cache_write_1h", "output", "web_searches")
    tokens = usage.c.input + usage.c.cache_read + usage.c.cache_write + usage.c.output
    summed: Sequence[sa.ColumnElement[int]] = [
        *(usage.c[name] for name in figures),
        sa.func.coalesce(usage.c.nano_dollars, 0),
        sa.case((usage.c.nano_dollars.is_(None), tokens), else_=0),
    ]
    sums = [sa.cast(sa.func.sum(figure), sa.BigInteger) for figure in summed]
    query = sa.select(*of, *sums).where(usage.c.day >= since_day).group_by(*of).order_by(*of)
    return [UsageRow(*row) for row in connection.execute(query)]
