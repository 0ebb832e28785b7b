"""Work on the database, over both: what comes together is committed together, and each fails for itself."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from bot.errors import StoreFailed
from bot.store.database import Database
from bot.store.schema import refused_files
from tests.postgres import OVER_BOTH


def remember(file_id: str) -> Callable[[Connection], object]:
    """Work that fails where it was done before."""
    row = refused_files.insert().values(team_id="T1", file_id=file_id, at=1.0)
    return lambda connection: connection.execute(row)


async def remembered(database: Database) -> list[str]:
    query = sa.select(refused_files.c.file_id).order_by("file_id")
    return await database.run(lambda connection: list(connection.execute(query).scalars()))


@OVER_BOTH
async def test_what_comes_in_one_round_of_the_loop_is_one_transaction(database: Database) -> None:
    def transaction(connection: Connection) -> int:
        return id(connection.get_transaction())

    first = await asyncio.gather(*(database.run(transaction) for _ in range(50)))
    assert len(set(first)) == 1


@OVER_BOTH
async def test_work_that_fails_takes_no_other_with_it(database: Database) -> None:
    await database.run(remember("F1"))
    works = [remember("F0"), remember("F1"), remember("F2"), remember("F1"), remember("F3")]
    results = await asyncio.gather(*(database.run(work) for work in works), return_exceptions=True)
    assert [isinstance(result, StoreFailed) for result in results] == [False, True, False, True, False]
    assert await remembered(database) == ["F0", "F1", "F2", "F3"]


@OVER_BOTH
async def test_a_fault_of_ours_is_no_failure_of_the_database(database: Database) -> None:
    def broken(_connection: Connection) -> None:
        raise ZeroDivisionError

    kept, fault = await asyncio.gather(
        database.run(remember("F1")),
        database.run(broken),
        return_exceptions=True,
    )
    assert isinstance(fault, ZeroDivisionError)
    assert not isinstance(kept, BaseException)
    assert await remembered(database) == ["F1"]


@OVER_BOTH
async def test_nobody_is_told_of_work_for_later_that_fails(database: Database) -> None:
    await database.run(remember("F1"))
    for file_id in ("F1", "F2"):
        database.later(remember(file_id))
    assert await remembered(database) == ["F1", "F2"]


@OVER_BOTH
async def test_what_was_begun_is_done_before_the_database_is_closed(address: str) -> None:
    database = await Database.open(address)
    database.later(remember("F1"))
    await database.aclose()
    again = await Database.open(address)
    assert await remembered(again) == ["F1"]
    await again.aclose()


@OVER_BOTH
@pytest.mark.parametrize("durable", [True, False])
async def test_a_group_waits_for_the_disk_where_any_of_it_has_to(database: Database, durable: bool) -> None:
    def waits(connection: Connection) -> bool:
        if database.shared:
            return str(connection.exec_driver_sql("SHOW synchronous_commit").scalar()) != "off"
        return connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2

    if database.shared:
        await database.run(lambda connection: connection.exec_driver_sql("SET SESSION synchronous_commit = on"))
    waited = await asyncio.gather(
        *(database.run(waits, durable=one) for one in (False, durable, False)),
    )
    assert waited == [durable] * 3


async def test_a_connection_that_breaks_in_the_middle_fails_its_group_and_no_later_one(postgres_database: str) -> None:
    database, other = await Database.open(postgres_database), await Database.open(postgres_database)
    pid = await database.run(lambda connection: connection.exec_driver_sql("SELECT pg_backend_pid()").scalar_one())
    kill = sa.text(f"SELECT pg_terminate_backend({pid}, 5000)")
    broken, waiting = asyncio.Event(), asyncio.get_running_loop()

    def in_the_middle(connection: Connection) -> None:
        remember("F1")(connection)
        waiting.call_soon(broken.set)
        connection.exec_driver_sql("SELECT pg_sleep(20)")

    group = [
        asyncio.create_task(database.run(in_the_middle)),
        asyncio.create_task(database.run(remember("F2"))),
    ]
    await broken.wait()
    await other.run(lambda connection: connection.execute(kill))
    results = await asyncio.gather(*group, return_exceptions=True)
    assert [type(result) for result in results] == [StoreFailed, StoreFailed]
    await database.run(remember("F3"))
    assert await remembered(other) == ["F3"]
    for one in (database, other):
        await one.aclose()
