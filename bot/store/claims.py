"""Claims waiting questions that a process may run now, each under a lease. I/O: the database, through its connection.

``fairness`` decides whose turn it is; this module decides what may run at all: one question per thread, in order, and
with care those that have brought a process down before. ``now`` is the database's time as SQL.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, RowMapping
from sqlalchemy.sql.dml import ReturningUpdate

from bot.ports import STRIKES_MAX, Stage
from bot.store import fairness
from bot.store.fairness import TurnBounds
from bot.store.schema import RUNNING, WAITING, questions
from bot.store.statements import Now, Values
from bot.store.taking_turns import Asker, Most, WaitingQuestion, chosen

CRASHES_BEFORE_CARE = 2
PEOPLE_AT_ONCE = 100
CLAIMING = 7203120
"""The number of the PostgreSQL lock for claiming."""
SUSPECT = questions.c.strikes == STRIKES_MAX - 1
"""One strike short of being given up."""


Serves = Callable[[sa.FromClause], sa.ColumnElement[bool]]
"""The rows of ``questions``, or of an alias of it, that a process may answer."""


@dataclass(frozen=True, slots=True)
class Claimant:
    """A process, and what it may claim now. ``anywhere``: in any workspace."""

    owner: str
    bounds: TurnBounds
    settled: bool
    anywhere: bool

    def serves(self, rows: sa.FromClause) -> sa.ColumnElement[bool]:
        return sa.true() if self.anywhere else rows.c.team_id.in_(sa.bindparam("teams", expanding=True))


def claim(
    connection: Connection, now: Now, claimant: Claimant, teams: Sequence[str], *, most: int, lease_s: float
) -> list[RowMapping] | None:
    """The rows as they are now, with ``waited_s`` added, in fair order, of free questions; only of the workspaces
    ``teams``, unless the process answers anywhere.

    ``None`` if another process is claiming at this moment, whose turns could not be counted yet.
    """
    claimed: list[RowMapping] = []
    while len(claimed) < most and (number := waiting(connection)):
        if not claimed and not _alone(connection):
            return None
        if number == 1:
            ids = list(connection.execute(_lone_query(claimant), {"teams": teams}).scalars())
        else:
            ids = _next_ids(connection, claimant, {"teams": teams}, most - len(claimed))
        if not ids:
            break
        rows = connection.execute(_running(now), {"ids": ids, "owner": claimant.owner, "lease_s": lease_s}).mappings()
        claimed += sorted(rows, key=lambda row: ids.index(row["id"]))
        if number == 1:
            break
    return claimed


_WAITING = sa.select(questions.c.id).where(questions.c.state == WAITING, questions.c.lease_until.is_(None)).limit(2)


def waiting(connection: Connection) -> int:
    """Whether none, one or more wait: deciding whose turn it is takes much longer, and with one it is clear."""
    return len(connection.execute(_WAITING).all())


def _next_ids(connection: Connection, claimant: Claimant, served: Values, most: int) -> list[int]:
    turns = Counter({(row[0], row[1]): row[2] for row in connection.execute(fairness.TURNS_IN_CHANNELS)})
    found, more_in = _people(connection, claimant, served)
    firsts = {"ids": [person.first for person in found]}
    channels = {row[0]: (row[1], row[2]) for row in connection.execute(fairness.CHANNELS_OF, firsts)} if found else {}

    def next_of(person: Asker) -> Iterator[WaitingQuestion]:
        """Further questions only of a person whose second turn it is."""
        if person.first is None:
            return
        yield WaitingQuestion(person.first, channels[person.first])
        if person.waiting > 1:
            whose = {"in_team": person.team_id, "by_user": person.user_id, "most": most + 1}
            for row in connection.execute(_questions_of(claimant), served | whose).all():
                if row[0] != person.first:
                    yield WaitingQuestion(row[0], (row[1], row[2]))

    bounds = Most(most, claimant.bounds.per_user, claimant.bounds.per_channel)
    return chosen(found, next_of, turns, bounds, more_in)


@lru_cache(maxsize=16)
def _may_be_claimed(claimant: Claimant) -> sa.ColumnElement[bool]:
    may_run = _may_run(claimant.owner, claimant.serves, settled=claimant.settled)
    return sa.and_(claimant.serves(questions), _free(), may_run)


@lru_cache(maxsize=16)
def _people_query(claimant: Claimant, skip: int) -> sa.Select[Any]:
    """Building it takes longer than running it."""
    return fairness.people(_may_be_claimed(claimant), claimant.bounds, PEOPLE_AT_ONCE, skip)


@lru_cache(maxsize=16)
def _lone_query(claimant: Claimant) -> sa.Select[int]:
    return fairness.lone(_may_be_claimed(claimant), claimant.bounds)


@lru_cache(maxsize=16)
def _questions_of(claimant: Claimant) -> sa.Select[Any]:
    return fairness.of_person(_may_be_claimed(claimant), claimant.bounds)


def _people(connection: Connection, claimant: Claimant, served: Values) -> tuple[list[Asker], frozenset[str]]:
    """Questions whose turn it is, none if nothing may run; and the workspaces in which others come after them."""
    skip = 0
    while True:
        people = [Asker(*row) for row in connection.execute(_people_query(claimant, skip), served)]
        found = [person for person in people if person.first is not None]
        if found or len(people) < PEOPLE_AT_ONCE:
            return found, _with_more(people)
        skip += PEOPLE_AT_ONCE


def _with_more(people: list[Asker]) -> frozenset[str]:
    """One more of a workspace would be among them, if the level were not as high as that of the hindmost."""
    if len(people) < PEOPLE_AT_ONCE:
        return frozenset()
    highest = {person.team_id: person.level for person in people}
    return frozenset(team_id for team_id, level in highest.items() if level + 1 >= people[-1].level)


@lru_cache(maxsize=16)
def _running(now: Now) -> ReturningUpdate[Any]:
    written = questions.c.stage == Stage.WRITING.value
    until = now + sa.bindparam("lease_s", type_=sa.Double)
    return (
        questions.update()
        .where(questions.c.id.in_(sa.bindparam("ids", expanding=True)))
        .values(
            state=RUNNING,
            claimed_at=now,
            stage=sa.case((written, questions.c.stage), else_=Stage.READING.value),
            lease_owner=sa.bindparam("owner"),
            lease_until=until,
            fence=questions.c.fence + 1,
        )
        .returning(questions, (now - questions.c.accepted_at).label("waited_s"))
    )


def _alone(connection: Connection) -> bool:
    """Whether no other process claims until this transaction ends; nobody waits for a process that was paused."""
    if connection.dialect.name != "postgresql":
        return True
    return bool(connection.execute(sa.select(sa.func.pg_try_advisory_xact_lock(CLAIMING))).scalar())


def _free() -> sa.ColumnElement[bool]:
    """Waiting, not locked, and with nothing running or waiting before it in its thread."""
    other = questions.alias()
    in_thread = sa.and_(
        other.c.team_id == questions.c.team_id,
        other.c.channel_id == questions.c.channel_id,
        other.c.thread_ts == questions.c.thread_ts,
    )
    # Two conditions that an index answers each; as one with "or", SQLite goes through the whole channel. As values and
    # not by EXISTS: PostgreSQL makes joins of it, and while a table has no statistics, it joins every pair.
    one = sa.select(other.c.id).where(in_thread).limit(1)
    under_way = one.where(other.c.state == RUNNING).scalar_subquery()
    earlier = one.where(other.c.state == WAITING, other.c.ts < questions.c.ts).scalar_subquery()
    free = (questions.c.lease_until.is_(None), under_way.is_(None), earlier.is_(None))
    return sa.and_(questions.c.state == WAITING, *free)


def _may_run(owner: str, serves: Serves, *, settled: bool) -> sa.ColumnElement[bool]:
    """Questions that were under way in several deaths do not run while a process starts, and suspects run one at a
    time."""
    if not settled:
        return sa.and_(questions.c.crashes < CRASHES_BEFORE_CARE, ~SUSPECT)
    other = questions.alias()
    suspect = other.c.strikes == STRIKES_MAX - 1
    shown = sa.and_(other.c.stage.is_not(None), other.c.stage == Stage.WRITING.value)
    under_way = sa.exists().where(other.c.state == RUNNING, other.c.lease_owner == owner, suspect, ~shown)
    waiting = sa.and_(serves(other), other.c.state == WAITING, other.c.lease_until.is_(None))
    first = sa.select(sa.func.min(other.c.ts)).where(waiting, suspect)
    return sa.or_(~SUSPECT, sa.and_(~under_way, questions.c.ts == first.scalar_subquery()))
