"""The databases that the suites run over: SQLite in a directory of the test's own, and a real PostgreSQL."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from bot.store.database import Database
from bot.store.schema import metadata
from tests.postgres import postgres


@pytest.fixture(scope="session")
def postgres_address() -> Iterator[str]:
    """To be formatted with the ``name`` of a database."""
    with postgres() as address:
        yield address


@pytest.fixture
async def address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database with nothing in it: SQLite, or what ``OVER_BOTH`` says."""
    if getattr(request, "param", "sqlite") == "sqlite":
        return f"sqlite:///{tmp_path / 'bot.sqlite3'}"
    return await _emptied(request.getfixturevalue("postgres_address"))


@pytest.fixture
async def postgres_database(postgres_address: str) -> str:
    """A PostgreSQL with nothing in it, for tests in which several processes share one."""
    return await _emptied(postgres_address)


async def _emptied(server: str) -> str:
    address = server.format(name="postgres")
    database = await Database.open(address)

    def empty(connection: Connection) -> None:
        for table in reversed(metadata.sorted_tables):
            connection.execute(sa.delete(table))

    await database.run(empty)
    await database.aclose()
    return address


@pytest.fixture
async def database(address: str) -> AsyncIterator[Database]:
    database = await Database.open(address)
    yield database
    await database.aclose()
