"""Whose question runs next: bounds and conditions go in, queries that choose fairly among persons come out.

A person and a channel run so many turns at a time and no more, whatever the number of processes. While turns are free,
whoever runs the fewest has one more, and of those who run as many, whoever was served longest ago: so those who wait
take turns, however much each of them has asked. A person's own questions go in the order in which they came. Persons
and channels are those of their workspace; an app that asks counts as a person.

Persons are counted, and for those whose turn it is an index finds the next question: what waits is not looked at one by
one. Who takes turns with whom is then a matter of numbers, without the database. I/O: the database, through its
connection.
"""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from bot.messages import Question
from bot.store.schema import RUNNING, WAITING, questions
from bot.store.statements import AHEAD, of_question, of_thread

UNBOUNDED = 1_000_000
CLAIMS_REMEMBERED = 1_000
"""By these it is known who was served lately; all others were served long ago."""
Channel = tuple[str, str]
"""Workspace and channel."""


@dataclass(frozen=True, slots=True)
class TurnBounds:
    """How many turns may run at the same time, over all processes."""

    per_user: int = UNBOUNDED
    per_channel: int = UNBOUNDED


@dataclass(frozen=True, slots=True)
class Waits:
    """A question that may run."""

    id: int
    channel: Channel


@dataclass(frozen=True, slots=True)
class Person:
    """Who has ``waiting`` questions and ``turns``. ``first`` is the next question's id; ``None``: all have to wait."""

    first: int | None
    turns: int
    waiting: int
    team_id: str
    user_id: str


def people(may_run: sa.ColumnElement[bool], bounds: TurnBounds, most: int, skip: int) -> sa.Select[Any]:
    """At most so many of those who may have one more turn, by the fields of ``Person``.

    Whoever has fewest turns comes first, then whoever was served longest ago. ``may_run`` is about a row of
    ``questions``, for what has nothing to do with fairness.
    """
    person = _people(bounds).limit(most).offset(skip).subquery("person")
    whose = sa.and_(questions.c.team_id == person.c.team_id, questions.c.user_id == person.c.user_id)
    first = _next(questions.c.id, whose=whose, may_run=may_run, bounds=bounds).limit(1).correlate(person)
    return (
        sa.select(
            first.scalar_subquery().label("first"),
            person.c.turns,
            person.c.waiting,
            person.c.team_id,
            person.c.user_id,
        )
        .select_from(person)
        .order_by(person.c.turns, person.c.served_at, person.c.first_id)
    )


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
    """Those who have questions that wait, and may have one more turn."""
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
    turns, served_at = sa.func.coalesce(running.c.turns, 0), sa.func.coalesce(served.c.at, 0.0)
    return (
        sa.select(waiting, turns.label("turns"), served_at.label("served_at"))
        .outerjoin(running, _same_person(waiting, running))
        .outerjoin(served, _same_person(waiting, served))
        .where(turns < bounds.per_user)
        .order_by(turns, served_at, waiting.c.first_id)
    )


def _same_person(one: sa.Subquery, other: sa.Subquery) -> sa.ColumnElement[bool]:
    return sa.and_(one.c.team_id == other.c.team_id, one.c.user_id == other.c.user_id)


def chosen(
    found: Sequence[Person],
    next_of: Callable[[Person], Iterator[Waits]],
    turns: Counter[Channel],
    bounds: TurnBounds,
    *,
    most: int,
    turns_below: float,
) -> list[int]:
    """The ids of at most so many questions, in the order in which the people of ``found`` take turns.

    ``next_of`` gives a person's questions; ``turns`` of the channels are counted on. Whoever would have ``turns_below``
    is to be compared with others first, who are not in ``found``.
    """
    ids: list[int] = []
    line = [(person.turns, place, person, next_of(person)) for place, person in enumerate(found)]
    while line and len(ids) < most:
        has, _, person, waiting = heapq.heappop(line)
        free = next((one for one in waiting if turns[one.channel] < bounds.per_channel), None)
        if free is None:
            continue
        ids.append(free.id)
        turns[free.channel] += 1
        if has + 1 < min(bounds.per_user, turns_below):
            heapq.heappush(line, (has + 1, len(found) + len(ids), person, waiting))
    return ids


def beside(connection: Connection, question: Question, bounds: TurnBounds) -> tuple[int, bool]:
    """How many unfinished questions stand before this one in its thread; and whether this person's, or the channel's
    turns, are as many as may run."""
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
    """How many go first in the thread, how many unfinished questions a person has, up to ``most``, and how many turns
    run in a channel."""
    in_team, running = questions.c.team_id == sa.bindparam("in_team"), questions.c.state == RUNNING
    theirs = sa.and_(in_team, questions.c.user_id == sa.bindparam("by_user"), questions.c.state.in_((WAITING, RUNNING)))
    there = sa.and_(in_team, questions.c.channel_id == sa.bindparam("in_channel"), running)
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
