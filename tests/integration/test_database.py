"""Opening the database: the schema it gets, and the one line that says why it cannot be had."""

from __future__ import annotations

import asyncio
import signal
import sys
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy.engine import Connection, make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import create_async_engine

from bot.errors import StartFailed, StoreFailed
from bot.ports import Accepted, Outcome
from bot.store import newest_schema
from bot.store.database import Database
from bot.store.postgresql import PostgresqlEngine
from bot.store.questions import StoredQuestions
from bot.store.schema import metadata
from tests.asked import asked
from tests.database import run_sql
from tests.postgres import OVER_BOTH, postgres, run_in_postgres, server_of
from tests.repository import ROOT

REMEDY = "restore a backup in its place, or move it away: then the bot begins with an empty one"
HOLDER = """
import asyncio, sys
from bot.store.database import Database
async def hold():
    await Database.open(sys.argv[1])
    print("open", flush=True)
    await asyncio.sleep(60)
asyncio.run(hold())
"""


async def add(database: Database, ts: str) -> Accepted | None:
    return await StoredQuestions(database).add(asked(ts), "one", busy=False, lease_s=0.0)


def begin_again_step_by_step(connection: Connection) -> None:
    """As a database of the first version came to the present schema."""
    metadata.drop_all(connection)
    connection.exec_driver_sql("DROP TABLE alembic_version")
    newest_schema.migrate(connection)


@OVER_BOTH
@pytest.mark.parametrize("step_by_step", [True, False], ids=["step by step", "at once"])
async def test_all_migrations_applied_give_the_schema_that_an_empty_database_gets(
    database: Database, step_by_step: bool
) -> None:
    if step_by_step:
        await database.run(begin_again_step_by_step)

    def differences(connection: Connection) -> list[object]:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        return list(compare_metadata(context, metadata))

    assert await database.run(differences) == []
    versions = await database.run(lambda connection: MigrationContext.configure(connection).get_current_heads())
    assert versions == (newest_schema.newest(),)
    names = await database.run(lambda connection: sa.inspect(connection).get_indexes("questions"))
    assert {index.name for index in metadata.tables["questions"].indexes} <= {index["name"] for index in names}


@OVER_BOTH
async def test_what_was_asked_is_there_when_it_is_opened_again(address: str) -> None:
    for expected in (Accepted(0, None), None):
        database = await Database.open(address)
        assert await add(database, "1.0") == expected
        await database.aclose()


async def test_two_processes_may_start_at_once_on_an_empty_postgresql(postgres_address: str) -> None:
    server = create_async_engine(postgres_address.format(name="postgres").replace("postgresql:", "postgresql+asyncpg:"))
    async with server.connect() as connection:
        await connection.execution_options(isolation_level="AUTOCOMMIT")
        await connection.exec_driver_sql("CREATE DATABASE twins")
    await server.dispose()
    twins = await asyncio.gather(*(Database.open(postgres_address.format(name="twins")) for _ in range(3)))
    assert all(twin.shared for twin in twins)
    new = await asyncio.gather(*(add(twin, "1.0") for twin in twins))
    assert len([accepted for accepted in new if accepted]) == 1
    for twin in twins:
        await twin.aclose()


async def test_a_second_process_on_the_same_sqlite_file_is_refused_until_the_first_one_is_gone(tmp_path: Path) -> None:
    address = f"sqlite:///{tmp_path / 'bot.sqlite3'}"
    holder = await asyncio.create_subprocess_exec(
        sys.executable, "-c", HOLDER, address, stdout=asyncio.subprocess.PIPE, cwd=ROOT
    )
    try:
        assert holder.stdout is not None
        assert await holder.stdout.readline() == b"open\n"
        with pytest.raises(StartFailed) as refused:
            await Database.open(address)
        assert str(refused.value) == (
            f"DATABASE_URL: another process uses {tmp_path / 'bot.sqlite3'}; "
            "stop it, or use PostgreSQL for several processes"
        )
    finally:
        holder.kill()
        await holder.wait()
    database = await Database.open(address)
    assert not database.shared
    await database.aclose()


async def test_what_people_wrote_does_not_stay_in_the_sqlite_file(tmp_path: Path) -> None:
    database = await Database.open(f"sqlite:///{tmp_path / 'bot.sqlite3'}")
    store = StoredQuestions(database)
    await store.add(asked("1.0", text="the merger is on Friday"), "one", busy=False, lease_s=0.0)
    (claim,) = await store.claim("one", most=1, lease_s=20.0, settled=True)
    await store.finish(claim, Outcome.ANSWERED)
    await database.aclose()
    left = _bytes_under(tmp_path)
    assert b"questions" in left
    assert b"merger" not in left


@OVER_BOTH
async def test_an_error_of_the_database_shows_no_values(database: Database) -> None:
    def work(connection: Connection) -> None:
        row = {"team_id": "T1", "channel_id": None, "payload": "the merger is on Friday"}
        connection.execute(metadata.tables["questions"].insert().values(row))

    with pytest.raises(StoreFailed) as failed:
        await database.run(work)
    cause = failed.value.__cause__
    assert isinstance(cause, sa.exc.IntegrityError)
    assert "hidden" in str(cause)
    assert "merger" not in str(cause)


def _bytes_under(directory: Path) -> bytes:
    return b"".join(file.read_bytes() for file in directory.iterdir())


@pytest.mark.parametrize(
    ("wrong", "fault"),
    [
        ("postgresql://host:port/name", "this is not an address like postgresql://"),
        ("postgres:name", "this is not an address like postgresql://"),
        ("sqlite", "this is not an address like postgresql://"),
        ("mysql://host/name", "this is not an address like postgresql://"),
        ("sqlite://", "it names no file"),
        ("sqlite:///:memory:", "it names no file"),
        ("postgresql://127.0.0.1:1/name", "the database cannot be used ([Errno 111]"),
        ("postgresql://u:hunter2@127.0.0.1:1/name?sslmode=disable", "the database cannot be used ([Errno 111]"),
        ("postgresql://127.0.0.1:1/name?colour=blue", "the database cannot be used (connect() got an unexpected"),
    ],
)
async def test_an_address_that_cannot_be_used_is_one_line(wrong: str, fault: str) -> None:
    with pytest.raises(StartFailed) as failed:
        await Database.open(wrong)
    (line,) = failed.value.faults
    assert line.startswith(f"DATABASE_URL: {fault}")
    assert "\n" not in line
    assert "hunter2" not in line


async def test_a_sqlite_file_that_is_none_is_one_line(tmp_path: Path) -> None:
    file = tmp_path / "bot.sqlite3"
    file.write_text("no database " * 100)
    for path, fault in (
        (file, f"DATABASE_URL: {file} is damaged or not a database (file is not a database); {REMEDY}"),
        (tmp_path, f"DATABASE_URL: {tmp_path} cannot be written to (Is a directory)"),
        (file / "x", f"DATABASE_URL: {file} cannot be written to (File exists)"),
    ):
        with pytest.raises(StartFailed) as failed:
            await Database.open(f"sqlite:///{path}")
        assert failed.value.faults == (fault,)


async def test_a_postgresql_without_this_database_or_user_says_so(postgres_address: str) -> None:
    for address, fault in (
        (postgres_address.format(name="nowhere"), 'database "nowhere" does not exist'),
        (postgres_address.format(name="postgres").replace("postgres@", "nobody@"), 'role "nobody" does not exist'),
    ):
        with pytest.raises(StartFailed) as failed:
            await Database.open(address)
        (line,) = failed.value.faults
        assert line.startswith(f"DATABASE_URL: the database cannot be used ({fault}). Please ")


async def test_a_database_of_a_later_version_is_not_touched(tmp_path: Path) -> None:
    address = f"sqlite:///{tmp_path / 'bot.sqlite3'}"
    database = await Database.open(address)
    await run_sql(database, "UPDATE alembic_version SET version_num = '9999'")
    await database.aclose()
    with pytest.raises(StartFailed, match="the database is of another version of the bot"):
        await Database.open(address)


async def test_connections_that_broke_while_idle_are_not_noticed(postgres_address: str) -> None:
    database = await Database.open(postgres_address.format(name="postgres"))
    other = await Database.open(postgres_address.format(name="postgres"))
    await run_sql(
        other,
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE backend_type = 'client backend' "
        "AND pid <> pg_backend_pid()",
    )
    await StoredQuestions(database).forget(1e9)
    await other.aclose()
    await database.aclose()


async def test_a_server_that_only_reads_any_more_is_left_for_the_one_that_took_over(postgres_address: str) -> None:
    """It keeps its connections, and refuses each write over them."""
    database = await Database.open(postgres_address.format(name="postgres"))
    await run_sql(database, "SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY")
    with pytest.raises(StoreFailed):
        await StoredQuestions(database).forget(1e9)
    await StoredQuestions(database).forget(1e9)
    await database.aclose()


async def test_what_was_stored_outlives_a_crash_of_a_server_that_does_not_wait_for_the_disk_by_itself() -> None:
    with postgres() as server:
        address = server.format(name="postgres")
        database = await Database.open(address)
        assert await run_in_postgres(address, "SHOW synchronous_commit") == "off"
        assert await add(database, "1.0")
        await asyncio.to_thread(server_of(address).stop, signal.SIGQUIT)
        await asyncio.to_thread(server_of(address).start)
        assert await run_in_postgres(address, "SELECT count(*) FROM questions") == 1
        await database.aclose()


async def test_a_first_transaction_that_fails_leaves_the_connection_as_it_was_set_up(postgres_address: str) -> None:
    settings = ("synchronous_commit", "lock_timeout", "idle_in_transaction_session_timeout")

    def shown(connection: Connection) -> list[str | None]:
        return [connection.exec_driver_sql(f"SHOW {name}").scalar() for name in settings]

    engine = PostgresqlEngine(
        make_url(postgres_address.format(name="postgres")).set(drivername="postgresql+asyncpg"), 5.0
    )
    with pytest.raises(DBAPIError):
        await engine.transact(lambda connection: connection.exec_driver_sql("SELECT nothing"), durable=True)
    assert await engine.transact(shown, durable=True) == ["on", "3s", "5s"]
    await engine.aclose()


async def test_a_postgresql_that_is_gone_fails_calls_as_store_failed() -> None:
    with postgres() as address:
        database = await Database.open(address.format(name="postgres"))
        assert await add(database, "1.0")
    for _ in range(2):
        with pytest.raises(StoreFailed):
            await add(database, "2.0")
    await database.aclose()
