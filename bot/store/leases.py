"""Who runs what, and for how long: statements that claim, renew and expire. I/O: the database, through its connection.

All times are the database's own where processes share one, so that no two of them need clocks that agree; ``now`` is
that time as SQL.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, RowMapping

from bot.ports import STRIKES_MAX, Stage
from bot.store.crashes import Death, after
from bot.store.schema import FINISHED, RUNNING, WAITING, processes, questions

Now = sa.ColumnElement[float]

SERVER_NOW: Now = sa.cast(sa.extract("epoch", sa.func.clock_timestamp()), sa.Double)
"""The clock of a database that processes share."""
NO_LEASE: dict[str, Any] = {"lease_owner": None, "lease_until": None}
CRASHES_BEFORE_CARE = 2
SHARE_MIN = 0.02
SUSPECT = questions.c.strikes == STRIKES_MAX - 1
"""One strike short of being given up."""


def lease(owner: str, until: Now) -> dict[str, Any]:
    return {"lease_owner": owner, "lease_until": until, "fence": questions.c.fence + 1}


Serves = Callable[[sa.FromClause], sa.ColumnElement[bool]]
"""Which rows of ``questions``, or of an alias of it, a process may answer."""


def of_workspace(team_id: str | None) -> Serves:
    """``None``: of any."""
    return lambda rows: sa.true() if team_id is None else rows.c.team_id == team_id


def claim(
    connection: Connection, now: Now, owner: str, *, serves: Serves, most: int, lease_s: float, settled: bool
) -> list[RowMapping]:
    """The rows as they are now, with ``waited_s`` beside them; whichever is free, oldest first."""
    oldest = (
        sa.select(questions.c.id)
        .where(serves(questions), _free(), _may_run(owner, serves, settled=settled))
        .order_by(questions.c.accepted_at, questions.c.id)
        .limit(most)
        .with_for_update(skip_locked=True, of=questions)
    )
    ids = list(connection.execute(oldest).scalars())
    if not ids:
        return []
    written = questions.c.stage == Stage.WRITING.value
    running = (
        questions.update()
        .where(questions.c.id.in_(ids))
        .values(
            state=RUNNING,
            stage=sa.case((written, questions.c.stage), else_=Stage.READING.value),
            **lease(owner, now + lease_s),
        )
        .returning(questions, (now - questions.c.accepted_at).label("waited_s"))
    )
    return sorted(connection.execute(running).mappings(), key=lambda row: ids.index(row["id"]))


def _free() -> sa.ColumnElement[bool]:
    """Waiting, not locked, and nothing runs or waits before it in its thread."""
    earlier = questions.alias()
    behind = sa.exists().where(
        earlier.c.team_id == questions.c.team_id,
        earlier.c.channel_id == questions.c.channel_id,
        earlier.c.thread_ts == questions.c.thread_ts,
        sa.or_(earlier.c.state == RUNNING, sa.and_(earlier.c.state == WAITING, earlier.c.ts < questions.c.ts)),
    )
    return sa.and_(questions.c.state == WAITING, questions.c.lease_until.is_(None), ~behind)


def _may_run(owner: str, serves: Serves, *, settled: bool) -> sa.ColumnElement[bool]:
    """What was under way in several deaths does not run while its process starts, and suspects run one at a time."""
    if not settled:
        return sa.and_(questions.c.crashes < CRASHES_BEFORE_CARE, ~SUSPECT)
    other = questions.alias()
    suspect = other.c.strikes == STRIKES_MAX - 1
    shown = sa.and_(other.c.stage.is_not(None), other.c.stage == Stage.WRITING.value)
    under_way = sa.exists().where(other.c.state == RUNNING, other.c.lease_owner == owner, suspect, ~shown)
    waiting = sa.and_(serves(other), other.c.state == WAITING, other.c.lease_until.is_(None))
    first = sa.select(sa.func.min(other.c.ts)).where(waiting, suspect)
    return sa.or_(~SUSPECT, sa.and_(~under_way, questions.c.ts == first.scalar_subquery()))


def renew(connection: Connection, until: Now, owner: str, fences: dict[int, int]) -> dict[int, bool]:
    """``fences`` by id; returns the ids of those that are ``owner``'s still, and whether each was erased meanwhile."""
    if not fences:
        return {}
    mine = sa.and_(
        questions.c.lease_owner == owner,
        sa.tuple_(questions.c.id, questions.c.fence).in_(list(fences.items())),
    )
    renewed = questions.update().where(mine).values(lease_until=until).returning(questions.c.id)
    ids = list(connection.execute(renewed).scalars())
    # Not by RETURNING: SQLite 3.40 says of each row there that its payload is not NULL.
    erased = sa.select(questions.c.id).where(questions.c.id.in_(ids), questions.c.payload.is_(None))
    return dict.fromkeys(ids, False) | dict.fromkeys(connection.execute(erased).scalars(), True)


def was_away(connection: Connection, now: Now, owner: str, lease_s: float) -> bool:
    """Whether ``owner`` itself would count as dead: then it cannot say who died, since it may be the database that was
    away, or this process that was paused.
    """
    away = sa.select(processes.c.owner).where(processes.c.owner == owner, processes.c.seen_at < now - lease_s)
    return connection.execute(away).first() is not None


def leave_vitals(connection: Connection, now: Now, owner: str, *, answers: int, spent: float, stopping: bool) -> None:
    vitals = {"seen_at": now, "answers": answers, "spent": spent, "stopping": stopping}
    known = connection.execute(processes.update().where(processes.c.owner == owner).values(vitals))
    if known.rowcount == 0:
        connection.execute(processes.insert().values(owner=owner, started_at=now, **vitals))


@dataclass(frozen=True, slots=True)
class Others:
    """The other processes that live: how many will go on, what all of them write, and the edits they have spent."""

    processes: int
    answers: int
    spent: float

    def share_beside(self, answers: int) -> float:
        """Each one's share is by its answers and one more, so that a new one's first words have room anywhere.

        What others have spent of a minute's edits is gone, whoever's share it was.
        """
        share = (answers + 1) / (answers + 1 + self.answers + self.processes)
        return max(SHARE_MIN, min(share, 1.0 - self.spent))


def others(connection: Connection, now: Now, owner: str, lease_s: float) -> Others:
    going_on = sa.func.sum(sa.case((processes.c.stopping, 0), else_=1))
    query = sa.select(going_on, sa.func.sum(processes.c.answers), sa.func.sum(processes.c.spent)).where(
        processes.c.owner != owner, processes.c.seen_at >= now - lease_s
    )
    count, answers, spent = connection.execute(query).one()
    return Others(int(count or 0), int(answers or 0), float(spent or 0.0))


def expire(connection: Connection, now: Now, lease_s: float) -> int:
    """Makes waiting again what has no lease any more; says how many.

    The owner of a lease may live: then its answer to a claim was lost, and nobody runs this. The leases of one that
    died expire together, so that what it ran at the time is known.
    """
    later = questions.alias()
    others_held = sa.exists().where(
        later.c.state == RUNNING, later.c.lease_owner == questions.c.lease_owner, later.c.lease_until >= now
    )
    lives = sa.func.coalesce(processes.c.seen_at >= now - lease_s, sa.false())
    return _expire(connection, sa.and_(questions.c.lease_until < now, sa.or_(lives, ~others_held)), lives)


def expire_all(connection: Connection) -> int:
    """Like ``expire`` for every lease, whoever's: only for a database that nobody else uses."""
    expired = _expire(connection, questions.c.lease_until.is_not(None), sa.false())
    connection.execute(processes.delete())
    return expired


def _expire(connection: Connection, over: sa.ColumnElement[bool], lives: sa.ColumnElement[bool]) -> int:
    query = (
        sa.select(questions, processes.c.started_at, processes.c.seen_at, processes.c.stopping, lives.label("lives"))
        .select_from(questions.outerjoin(processes, processes.c.owner == questions.c.lease_owner))
        .where(questions.c.state != FINISHED, over)
        .with_for_update(skip_locked=True, of=questions)
    )
    rows = list(connection.execute(query).mappings())
    for row in rows:
        connection.execute(
            questions.update()
            .where(questions.c.id == row["id"], questions.c.fence == row["fence"])
            .values(state=WAITING, unrecorded=True, **NO_LEASE, **_crashed(row, rows))
        )
    return len(rows)


def _crashed(row: RowMapping, all_rows: Collection[RowMapping]) -> dict[str, Any]:
    if row["lives"] or row["state"] != RUNNING:
        return {}
    beside = [one for one in all_rows if one["lease_owner"] == row["lease_owner"] and one["state"] == RUNNING]
    known = row["started_at"] is not None
    death = Death(
        lived_s=row["seen_at"] - row["started_at"] if known else 0.0,
        stopping=bool(row["stopping"]),
        answers=len(beside),
    )
    strikes, stage = after(death, row["stage"], row["strikes"], row["strike_stage"])
    return {"crashes": row["crashes"] + 1, "strikes": strikes, "strike_stage": stage}
