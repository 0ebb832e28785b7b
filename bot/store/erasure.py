"""Erases what the database holds of a person or a workspace, and counts it.

I/O: the database. There is a rule for every table, so that a new one cannot be forgotten:

- Rows with the person's or the workspace's id are deleted, and everything that depends on them.
- A table that knows only workspaces is emptied for a person: nobody can say which is theirs,
  unless none of it belongs to any person.
- Whoever ended an answer to somebody else is struck from that question.
- An unanswered question loses everything that was written; it stays until its turn has ended it with a sentence.
- Every process removes all prepared files, since a file is prepared for whoever asks about it.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from bot.file_ports import EVERY_FILE
from bot.store import deleted_files
from bot.store.schema import FINISHED, metadata, questions

NO_PERSONS = frozenset({"channel_posts", "installations", "learned_limits", "processes", "thread_settings"})
"""Tables that hold nothing about people, only about workspaces."""


@dataclass(frozen=True, slots=True)
class Whose:
    """Exactly one of the two is given."""

    user_id: str = ""
    team_id: str = ""


@dataclass(frozen=True, slots=True)
class Erased:
    """``rows`` by the names of tables; ``unfinished`` questions lost their text."""

    rows: dict[str, int]
    unfinished: int


def erase(connection: Connection, whose: Whose) -> Erased:
    unfinished = sa.and_(_of(questions, whose), questions.c.state != FINISHED)
    emptied = connection.execute(questions.update().where(unfinished).values(payload=None)).rowcount
    if whose.user_id:
        connection.execute(questions.update().where(_ended_by(whose.user_id)).values(stopped_by=None))
    rows = {}
    for table in reversed(metadata.sorted_tables):
        rows[table.name] = connection.execute(table.delete().where(_to_go(table, whose))).rowcount
    deleted_files.add(connection, [(whose.team_id, EVERY_FILE)], time.time())
    return Erased(rows, emptied)


def _ended_by(user_id: str) -> sa.ColumnElement[bool]:
    """If it is still to be ended, that is in its row until then."""
    return sa.and_(questions.c.stopped_by == user_id, questions.c.state == FINISHED)


def _to_go(table: sa.Table, whose: Whose) -> sa.ColumnElement[bool]:
    of_whose = _of(table, whose)
    return sa.and_(of_whose, table.c.state == FINISHED) if table is questions else of_whose


def _of(table: sa.Table, whose: Whose) -> sa.ColumnElement[bool]:
    """The rows that are theirs. Raises ``LookupError`` for a table without a rule."""
    if whose.user_id and table.name in NO_PERSONS:
        return sa.false()
    if whose.user_id and "user_id" in table.c:
        return table.c.user_id == whose.user_id
    if "team_id" in table.c:
        return table.c.team_id == whose.team_id if whose.team_id else sa.true()
    for key in table.foreign_keys:
        parent = key.column.table
        return key.parent.in_(sa.select(key.column).where(_to_go(parent, whose)))
    raise LookupError(table.name)
