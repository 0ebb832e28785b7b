"""Brings a database's schema up to date. I/O: the database, through its connection.

An empty database gets the tables in their final form; an older one is migrated step by step. The library for that takes
a third of a second and ten megabytes to load, and is loaded only when needed.
"""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from bot.store.schema import metadata

MIGRATIONS = Path(__file__).parent / "migrations"
_VERSION = sa.Table(
    "alembic_version", sa.MetaData(), sa.Column("version_num", sa.String(32), primary_key=True, nullable=False)
)


class OtherVersion(Exception):
    """The database belongs to a version of the bot that this one does not know."""


def bring_up_to_date(connection: Connection) -> None:
    """Raises ``OtherVersion``, and what the library raises."""
    if connection.dialect.name == "postgresql":
        # Two replicas that start together must not migrate at the same time; freed with the transaction.
        connection.execute(sa.text("SET LOCAL lock_timeout = 0"))
        connection.execute(sa.text("SELECT pg_advisory_xact_lock(7203119)"))
    tables = set(sa.inspect(connection).get_table_names())
    if tables.isdisjoint({_VERSION.name, *metadata.tables}):
        metadata.create_all(connection)
        _VERSION.create(connection)
        connection.execute(_VERSION.insert().values(version_num=newest()))
    elif _VERSION.name not in tables or connection.execute(sa.select(_VERSION)).scalars().all() != [newest()]:
        migrate(connection)


def newest() -> str:
    """The number of the last step, which its file is named by: ``v0002_deleted_files.py``."""
    return max(file.stem for file in (MIGRATIONS / "versions").glob("v*.py"))[1:5]


def migrate(connection: Connection) -> None:
    """Migrates step by step, from whatever version is there."""
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415
    from alembic.util import CommandError  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, "head")
    except CommandError as error:
        raise OtherVersion(str(error)) from error
