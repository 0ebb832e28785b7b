"""Who runs what, and for how long: statements that claim, renew and expire. I/O: the database, through its connection.

All times are the database's own where processes share one, so that no two of them need clocks that agree; ``now`` is
that time as SQL.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, RowMapping
from sqlalchemy.sql.dml import ReturningUpdate

from bot.ports import STRIKES_MAX, Stage, Vitals
from bot.shares import Others
from bot.store import fairness
from bot.store.crashes import Death, after
from bot.store.fairness import TurnBounds
from bot.store.schema import RUNNING, WAITING, processes, questions
from bot.store.statements import NO_LEASE

Now = sa.ColumnElement[float]

SERVER_NOW: Now = sa.cast(sa.extract("epoch", sa.func.clock_timestamp()), sa.Double)
"""The clock of a database that processes share."""
CRASHES_BEFORE_CARE = 2
PEOPLE_AT_ONCE = 100
CLAIMING = 7203120
"""The number of PostgreSQL's lock for whoever claims."""
SUSPECT = questions.c.strikes == STRIKES_MAX - 1
"""One strike short of being given up."""


Serves = Callable[[sa.FromClause], sa.ColumnElement[bool]]
"""Which rows of ``questions``, or of an alias of it, a process may answer."""


def of_workspace(team_id: str | None) -> Serves:
    """``None``: of any."""
    return lambda rows: sa.true() if team_id is None else rows.c.team_id == team_id


@dataclass(frozen=True, slots=True)
class Claimant:
    """A process, the workspace that it serves (``None``: any), and what it may claim now."""

    owner: str
    team_id: str | None
    bounds: TurnBounds
    settled: bool


def claim(
    connection: Connection, now: Now, claimant: Claimant, *, most: int, lease_s: float
) -> list[RowMapping] | None:
    """The rows as they are now, with ``waited_s`` beside them, in a fair order of whichever is free.

    ``None`` where another process is claiming at this moment, whose turns could not be counted yet.
    """
    if not _any_waits(connection):
        return []
    if not _alone(connection):
        return None
    turns = Counter({(row[0], row[1]): row[2] for row in connection.execute(fairness.TURNS_IN_CHANNELS)})
    claimed: list[RowMapping] = []
    while len(claimed) < most and (not claimed or _any_waits(connection)):
        found = _candidates(connection, claimant)[: most - len(claimed)]
        channels = {
            row[0]: (row[1], row[2]) for row in connection.execute(fairness.CHANNELS_OF, {"ids": list(dict(found))})
        }
        ids = fairness.chosen(found, channels, turns, claimant.bounds)
        if not ids:
            break
        rows = connection.execute(_running(now), {"ids": ids, "owner": claimant.owner, "lease_s": lease_s}).mappings()
        claimed += sorted(rows, key=lambda row: ids.index(row["id"]))
    return claimed


_WAITS = sa.select(questions.c.id).where(questions.c.state == WAITING, questions.c.lease_until.is_(None)).limit(1)


def _any_waits(connection: Connection) -> bool:
    """Whose turn it is takes much longer to find out."""
    return connection.execute(_WAITS).first() is not None


@lru_cache(maxsize=16)
def _query(claimant: Claimant, skip: int) -> sa.Select[Any]:
    """To build it takes longer than to run it."""
    serves = of_workspace(claimant.team_id)
    may_run = sa.and_(serves(questions), _free(), _may_run(claimant.owner, serves, settled=claimant.settled))
    return fairness.candidates(may_run, claimant.bounds, PEOPLE_AT_ONCE, skip)


def _candidates(connection: Connection, claimant: Claimant) -> list[tuple[int, int]]:
    """Ids, and how many turns their persons have; empty where nothing may run."""
    skip = 0
    while True:
        people = connection.execute(_query(claimant, skip)).all()
        if found := [(row[0], row[1]) for row in people if row[0] is not None]:
            return found
        if len(people) < PEOPLE_AT_ONCE:
            return []
        skip += PEOPLE_AT_ONCE


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
    """Whether no other process claims until this transaction ends; nobody waits for one that was paused."""
    if connection.dialect.name != "postgresql":
        return True
    return bool(connection.execute(sa.select(sa.func.pg_try_advisory_xact_lock(CLAIMING))).scalar())


def _free() -> sa.ColumnElement[bool]:
    """Waiting, not locked, and nothing runs or waits before it in its thread."""
    other = questions.alias()
    in_thread = sa.and_(
        other.c.team_id == questions.c.team_id,
        other.c.channel_id == questions.c.channel_id,
        other.c.thread_ts == questions.c.thread_ts,
    )
    # Two conditions that an index answers each; as one with "or", SQLite goes through the whole channel.
    under_way = sa.exists().where(in_thread, other.c.state == RUNNING)
    earlier = sa.exists().where(in_thread, other.c.state == WAITING, other.c.ts < questions.c.ts)
    return sa.and_(questions.c.state == WAITING, questions.c.lease_until.is_(None), ~under_way, ~earlier)


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


def release(connection: Connection, owner: str) -> None:
    """What ``owner`` had when it ended, claims whose answer it did not live to see included: nobody waits for it."""
    held = sa.and_(questions.c.lease_owner == owner, questions.c.state.in_((WAITING, RUNNING)))
    connection.execute(questions.update().where(held).values(state=WAITING, unrecorded=True, **NO_LEASE))


def forgive(connection: Connection, fences: dict[int, int]) -> None:
    """Whoever asks for this lives: that its leases ran out, under these ``fences``, was no death of its."""
    for question, fence in fences.items():
        connection.execute(
            questions.update()
            .where(questions.c.id == question, questions.c.fence >= fence, questions.c.strikes > 0)
            .values(strikes=questions.c.strikes - 1)
        )


def was_away(connection: Connection, now: Now, owner: str, lease_s: float) -> bool:
    """Whether ``owner`` itself would count as dead: then it cannot say who died, since it may be the database that was
    away, or this process that was paused.
    """
    away = sa.select(processes.c.owner).where(processes.c.owner == owner, processes.c.seen_at < now - lease_s)
    return connection.execute(away).first() is not None


def leave_vitals(connection: Connection, now: Now, owner: str, team_id: str | None, vitals: Vitals) -> None:
    says = {"answers": len(vitals.claims), "spent": vitals.spent, "stopping": vitals.stopping}
    known = connection.execute(processes.update().where(processes.c.owner == owner).values(seen_at=now, **says))
    if known.rowcount == 0:
        new = {"owner": owner, "team_id": team_id, "started_at": now, "seen_at": now}
        connection.execute(processes.insert().values(new | says))


def others(connection: Connection, now: Now, owner: str, team_id: str | None, lease_s: float) -> Others:
    """Those of the same workspace: Slack counts each one's calls for itself."""
    going_on = sa.case((processes.c.stopping, 0), else_=1)
    # A process of an earlier version does not say whose it is.
    same = sa.true() if team_id is None else sa.or_(processes.c.team_id == team_id, processes.c.team_id.is_(None))
    query = sa.select(sa.func.sum(going_on), sa.func.sum(processes.c.answers), sa.func.sum(processes.c.spent)).where(
        same, processes.c.owner != owner, processes.c.seen_at >= now - lease_s
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
        .where(questions.c.state.in_((WAITING, RUNNING)), over)  # as a list, so that an index finds the few of them
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
