"""Builds the queries that choose fairly among people whose question runs next.

A person and a channel run a bounded number of turns, over all processes. A free turn goes to the workspace that runs
the fewest; in it, to whoever runs the fewest; and among equals, to whoever was served longest ago. So those who wait
take turns, however much each of them has asked. A person's own questions run in order of arrival. People and channels
belong to their workspace; an app that asks counts as a person.

People are counted, and for those whose turn it is an index finds the next question: waiting questions are not scanned
one by one. ``taking_turns`` then works out the order from the numbers. I/O: the database, through its connection.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from bot.messages import Question
from bot.store.schema import RUNNING, WAITING, questions
from bot.store.statements import AHEAD, of_question, of_thread

UNBOUNDED = 1_000_000
CLAIMS_REMEMBERED = 1_000
"""These rows tell who was served lately; everybody else was served long ago."""


@dataclass(frozen=True, slots=True)
class TurnBounds:
    """How many turns may run at once, over all processes."""

    per_user: int = UNBOUNDED
    per_channel: int = UNBOUNDED


def people(may_run: sa.ColumnElement[bool], bounds: TurnBounds, most: int, skip: int) -> sa.Select[Any]:
    """At most this many people who may have one more turn, by the fields of ``Asker``.

    They come in the order in which each gets one, if nobody gets two. ``may_run`` is a condition on a row of
    ``questions`` that has nothing to do with fairness.
    """
    waiting = _people(bounds).subquery("waiting_people")
    in_turn = (waiting.c.turns, waiting.c.served_at, waiting.c.first_id)
    before = sa.func.row_number().over(partition_by=waiting.c.team_id, order_by=in_turn)
    # So many turns a workspace runs once all those are served there who go before.
    level = (waiting.c.team_turns + before).label("level")
    team_served_at = waiting.c.team_served_at
    person = (
        sa.select(waiting, level).order_by(level, team_served_at, *in_turn).limit(most).offset(skip).subquery("person")
    )
    whose = sa.and_(questions.c.team_id == person.c.team_id, questions.c.user_id == person.c.user_id)
    first = _next(questions.c.id, whose=whose, may_run=may_run, bounds=bounds).limit(1).correlate(person)
    return (
        sa.select(
            first.scalar_subquery().label("first"),
            person.c.turns,
            person.c.waiting,
            person.c.team_id,
            person.c.user_id,
            person.c.level,
        )
        .select_from(person)
        .order_by(person.c.level, person.c.team_served_at, person.c.turns, person.c.served_at, person.c.first_id)
    )


def lone(may_run: sa.ColumnElement[bool], bounds: TurnBounds) -> sa.Select[int]:
    """The id of a question that waits alone, if its person and its channel may have one more turn: then its turn has
    come, whoever was served when. ``may_run`` as in ``people``."""
    theirs = questions.alias("theirs")
    running = (
        sa.select(sa.func.count())
        .select_from(theirs)
        .where(
            theirs.c.state == RUNNING, theirs.c.team_id == questions.c.team_id, theirs.c.user_id == questions.c.user_id
        )
        .scalar_subquery()
    )
    return _next(questions.c.id, whose=running < bounds.per_user, may_run=may_run, bounds=bounds).limit(1)


def of_person(may_run: sa.ColumnElement[bool], bounds: TurnBounds) -> sa.Select[Any]:
    """Ids and channels of a person's next questions, ``most`` of them; ``may_run`` as in ``people``."""
    whose = sa.and_(questions.c.team_id == sa.bindparam("in_team"), questions.c.user_id == sa.bindparam("by_user"))
    columns = (questions.c.id, questions.c.team_id, questions.c.channel_id)
    return _next(*columns, whose=whose, may_run=may_run, bounds=bounds).limit(sa.bindparam("most"))


def _next(
    *columns: sa.Column[Any], whose: sa.ColumnElement[bool], may_run: sa.ColumnElement[bool], bounds: TurnBounds
) -> sa.Select[Any]:
    return (
        sa.select(*columns)
        .where(questions.c.state == WAITING, whose, may_run, _channel_has_room(bounds))
        .order_by(questions.c.accepted_at, questions.c.id)
    )


def _people(bounds: TurnBounds) -> sa.Select[Any]:
    """People with waiting questions who may have one more turn."""
    key = (questions.c.team_id, questions.c.user_id)
    waiting = (
        sa.select(*key, sa.func.min(questions.c.id).label("first_id"), sa.func.count().label("waiting"))
        .where(questions.c.state == WAITING)
        .group_by(*key)
        .subquery("waiting")
    )
    running = (
        sa.select(*key, sa.func.count().label("turns"))
        .where(questions.c.state == RUNNING)
        .group_by(*key)
        .subquery("running")
    )
    newest = (
        sa.select(*key, questions.c.claimed_at)
        .where(questions.c.claimed_at.is_not(None))
        .order_by(questions.c.claimed_at.desc())
        .limit(CLAIMS_REMEMBERED)
        .subquery("newest")
    )
    who = (newest.c.team_id, newest.c.user_id)
    served = sa.select(*who, sa.func.max(newest.c.claimed_at).label("at")).group_by(*who).subquery("served")
    team = _of_teams(running, sa.func.sum(running.c.turns), "team")
    served_team = _of_teams(served, sa.func.max(served.c.at), "served_team")
    turns, served_at = sa.func.coalesce(running.c.turns, 0), sa.func.coalesce(served.c.at, 0.0)
    return (
        sa.select(
            waiting,
            turns.label("turns"),
            served_at.label("served_at"),
            sa.func.coalesce(team.c.value, 0).label("team_turns"),
            sa.func.coalesce(served_team.c.value, 0.0).label("team_served_at"),
        )
        .outerjoin(running, _same_person(waiting, running))
        .outerjoin(served, _same_person(waiting, served))
        .outerjoin(team, waiting.c.team_id == team.c.team_id)
        .outerjoin(served_team, waiting.c.team_id == served_team.c.team_id)
        .where(turns < bounds.per_user)
    )


def _of_teams(persons: sa.Subquery, value: sa.ColumnElement[Any], name: str) -> sa.Subquery:
    return sa.select(persons.c.team_id, value.label("value")).group_by(persons.c.team_id).subquery(name)


def _same_person(one: sa.Subquery, other: sa.Subquery) -> sa.ColumnElement[bool]:
    return sa.and_(one.c.team_id == other.c.team_id, one.c.user_id == other.c.user_id)


def beside(connection: Connection, question: Question, bounds: TurnBounds) -> tuple[int, bool]:
    """How many unfinished questions precede this one in its thread; and whether this person or channel already has as
    many turns as may run."""
    whose = {"by_user": question.user_id, "most": bounds.per_user}
    values = of_thread(question.thread) | of_question(question) | whose
    ahead, theirs, in_channel = connection.execute(_BESIDE, values).one()
    return ahead, bool(theirs >= bounds.per_user or in_channel >= bounds.per_channel)


def _channel_has_room(bounds: TurnBounds) -> sa.ColumnElement[bool]:
    running = questions.alias("running")
    key = (running.c.team_id, running.c.channel_id)
    full = (
        sa.select(*key).where(running.c.state == RUNNING).group_by(*key).having(sa.func.count() >= bounds.per_channel)
    )
    return sa.tuple_(questions.c.team_id, questions.c.channel_id).not_in(full)


def _count(rows: sa.Select[Any]) -> sa.ScalarSelect[int]:
    return sa.select(sa.func.count()).select_from(rows.subquery()).scalar_subquery()


def _beside() -> sa.Select[int, int, int]:
    """How many precede it in the thread, how many unfinished questions the person has, up to ``most``, and how many
    turns run in the channel."""
    in_team = questions.c.team_id == sa.bindparam("in_team")
    theirs = sa.and_(in_team, questions.c.user_id == sa.bindparam("by_user"), questions.c.state.in_((WAITING, RUNNING)))
    # What runs, and of that what is in the channel: the other way SQLite goes through all that was ever answered there.
    runs = questions.alias("runs")
    running = sa.select(runs.c.id).where(runs.c.state == RUNNING, runs.c.team_id == sa.bindparam("in_team"))
    there = sa.and_(questions.c.id.in_(running), questions.c.channel_id == sa.bindparam("in_channel"))
    one = sa.select(sa.literal(1))
    return sa.select(
        AHEAD.scalar_subquery(), _count(one.where(theirs).limit(sa.bindparam("most"))), _count(one.where(there))
    )


_BESIDE = _beside()
CHANNELS_OF = sa.select(questions.c.id, questions.c.team_id, questions.c.channel_id).where(
    questions.c.id.in_(sa.bindparam("ids", expanding=True))
)
TURNS_IN_CHANNELS = (
    sa.select(questions.c.team_id, questions.c.channel_id, sa.func.count().label("turns"))
    .where(questions.c.state == RUNNING)
    .group_by(questions.c.team_id, questions.c.channel_id)
)
