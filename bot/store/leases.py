"""Statements that renew leases and let them expire.

I/O: the database, through its connection. If processes share the database, all times are its own, so that their clocks
need not agree; ``now`` is that time as SQL.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, RowMapping
from sqlalchemy.sql.dml import ReturningUpdate

from bot.messages import Question
from bot.ports import Vitals
from bot.shares import MINUTE_S, Calls, ProcessReport
from bot.store.crashes import Death, after
from bot.store.schema import RUNNING, WAITING, processes, questions
from bot.store.statements import IS_QUESTION, NO_LEASE, Now, of_question

LEFT_MAX = 100
"""Locks that a process ends although it never learned that it has them; others run out."""
PART = " "
"""Separates the name of a process from the workspace in which it does something."""
_SPENT = (processes.c.spent, processes.c.spent_posts, processes.c.spent_appends, processes.c.spent_statuses)
"""In the order of ``Calls``."""


def renew(connection: Connection, now: Now, owner: str, fences: dict[int, int], lease_s: float) -> dict[int, bool]:
    """``fences`` by id; returns the ids that still belong to ``owner``, and whether each was erased meanwhile."""
    if not fences:
        return {}
    held = {"owner": owner, "held": list(fences.items()), "lease_s": lease_s}
    ids = list(connection.execute(_renewing(now), held).scalars())
    # Not by RETURNING: SQLite 3.40 says of each row there that its payload is not NULL.
    erased = connection.execute(_ERASED, {"ids": ids}).scalars()
    return dict.fromkeys(ids, False) | dict.fromkeys(erased, True)


@lru_cache(maxsize=16)
def _renewing(now: Now) -> ReturningUpdate[int]:
    """Building it, and those below, takes longer than running it."""
    fences = sa.tuple_(questions.c.id, questions.c.fence).in_(sa.bindparam("held", expanding=True))
    until = now + sa.bindparam("lease_s", type_=sa.Double)
    mine = sa.and_(questions.c.lease_owner == sa.bindparam("owner"), fences)
    return questions.update().where(mine).values(lease_until=until).returning(questions.c.id)


_ERASED = sa.select(questions.c.id).where(
    questions.c.id.in_(sa.bindparam("ids", expanding=True)), questions.c.payload.is_(None)
)


def release(connection: Connection, owner: str) -> None:
    """Releases what ``owner`` held when it ended, including claims whose confirmation it did not live to see."""
    held = sa.and_(questions.c.lease_owner == owner, questions.c.state.in_((WAITING, RUNNING)))
    connection.execute(questions.update().where(held).values(state=WAITING, unrecorded=True, **NO_LEASE))


def unlock_left(connection: Connection, owner: str, left: Collection[Question]) -> None:
    """Ends locks of ``owner`` under which it posts nothing: it never heard that it has them."""
    for question in left:
        locked = sa.and_(IS_QUESTION, questions.c.state == WAITING, questions.c.lease_owner == owner)
        connection.execute(questions.update().where(locked).values(**NO_LEASE), of_question(question))


def strikes(connection: Connection, ids: Collection[int]) -> dict[int, int]:
    """Of the questions with these ``ids`` that have any."""
    if not ids:
        return {}
    of_these = sa.and_(questions.c.id.in_(ids), questions.c.strikes > 0)
    rows = connection.execute(sa.select(questions.c.id, questions.c.strikes).where(of_these))
    return {row[0]: row[1] for row in rows}


def forgive(connection: Connection, seen: Mapping[int, int]) -> None:
    """The caller is alive: that its leases of these questions ran out was not a death of its own. Takes one from the
    strikes that were ``seen``: repeated after a lost answer, it does nothing more."""
    for question, number in seen.items():
        connection.execute(
            questions.update()
            .where(questions.c.id == question, questions.c.strikes == number)
            .values(strikes=number - 1)
        )


def was_away(connection: Connection, now: Now, owner: str, lease_s: float) -> bool:
    """Whether ``owner`` itself would count as dead. Then it cannot say who died, since the database may have been away,
    or this process paused."""
    away = sa.select(processes.c.owner).where(processes.c.owner == owner, processes.c.seen_at < now - lease_s)
    return connection.execute(away).first() is not None


def leave_vitals(connection: Connection, now: Now, owner: str, team_id: str | None, vitals: Vitals) -> None:
    """``team_id``: the one workspace that ``owner`` serves. A process that serves any (``None``) has one row that says
    it is alive, and one for each workspace in which it does something."""
    says = _says(vitals, team_id or "") | {"stopping": vitals.stopping}
    known = connection.execute(processes.update().where(processes.c.owner == owner).values(seen_at=now, **says))
    new = {"started_at": now, "seen_at": now}
    if known.rowcount == 0:
        connection.execute(processes.insert().values(new | says | {"owner": owner, "team_id": team_id}))
    if team_id is None:
        connection.execute(processes.delete().where(_is_part_of(owner)))
        for team in {claim.question.team_id for claim in vitals.claims} | {
            team for team, calls in vitals.spent.items() if any(calls)
        }:
            # it reports that it is alive once, in its own row
            part = {"owner": f"{owner}{PART}{team}", "team_id": team, "stopping": True}
            connection.execute(processes.insert().values(new | _says(vitals, team) | part))


def _says(vitals: Vitals, team_id: str) -> dict[str, Any]:
    answers = sum(claim.question.team_id == team_id for claim in vitals.claims)
    spent = zip(_SPENT, vitals.spent.get(team_id, Calls()), strict=True)
    return {"answers": answers} | {column.name: part for column, part in spent}


def _is_part_of(owner: str) -> sa.ColumnElement[bool]:
    return processes.c.owner.startswith(f"{owner}{PART}", autoescape=True)


def reports(
    connection: Connection, now: Now, owner: str, teams: Collection[str], lease_s: float
) -> dict[str, list[ProcessReport]]:
    """The other processes in each workspace: Slack counts each workspace's calls separately."""
    says = (processes.c.answers, processes.c.stopping, *_SPENT)
    query = sa.select(processes.c.team_id, now - processes.c.seen_at, *says).where(
        processes.c.owner != owner, ~_is_part_of(owner), processes.c.seen_at >= now - max(lease_s, MINUTE_S)
    )
    by_team: dict[str | None, list[ProcessReport]] = {}
    for team_id, ago_s, answers, stopping, *spent in connection.execute(query):
        by_team.setdefault(team_id, []).append(ProcessReport(ago_s, answers, Calls(*spent), stopping))
    anywhere = by_team.get(None, [])
    return {team: of for team in teams if (of := anywhere + by_team.get(team, []))}


def expire(connection: Connection, now: Now, lease_s: float) -> int:
    """Makes questions without a valid lease wait again; returns how many.

    The owner of a lease may be alive: then the confirmation of a claim was lost, and nobody runs this. The leases of a
    dead process expire together, so it is known what it was running.
    """
    return _expire(connection, connection.execute(_run_out(now), {"lease_s": lease_s}))


def expire_all(connection: Connection) -> int:
    """Like ``expire``, but for every lease, whoever's: only for a database that nobody else uses."""
    expired = _expire(connection, connection.execute(_leased(questions.c.lease_until.is_not(None), sa.false())))
    connection.execute(processes.update().values(stopping=True, answers=0))  # what they have spent still counts
    return expired


@lru_cache(maxsize=16)
def _run_out(now: Now) -> sa.Select[Any]:
    later = questions.alias()
    others_held = sa.exists().where(
        later.c.state == RUNNING, later.c.lease_owner == questions.c.lease_owner, later.c.lease_until >= now
    )
    seen_since = now - sa.bindparam("lease_s", type_=sa.Double)
    lives = sa.func.coalesce(processes.c.seen_at >= seen_since, sa.false())
    return _leased(sa.and_(questions.c.lease_until < now, sa.or_(lives, ~others_held)), lives)


def _leased(over: sa.ColumnElement[bool], lives: sa.ColumnElement[bool]) -> sa.Select[Any]:
    return (
        sa.select(questions, processes.c.started_at, processes.c.seen_at, processes.c.stopping, lives.label("lives"))
        .select_from(questions.outerjoin(processes, processes.c.owner == questions.c.lease_owner))
        .where(questions.c.state.in_((WAITING, RUNNING)), over)  # as a list, so that an index finds the few of them
        .with_for_update(skip_locked=True, of=questions)
    )


def _expire(connection: Connection, found: sa.CursorResult[Any]) -> int:
    rows = list(found.mappings())
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
