"""A database's clock goes in; the statements of a question's way come out, each built once. Pure.

To build a statement takes ten times as long as to run it, so that those which each question needs are kept, and what
differs from one run to the next has a name: the functions below say what stands for a question, a thread or a claim.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from bot.messages import Question, ThreadKey
from bot.ports import Claim, Lock, Outcome, Stage
from bot.store.schema import FINISHED, RUNNING, WAITING, questions, usage

Values = dict[str, Any]
SERVER_NOW: sa.ColumnElement[float] = sa.cast(sa.extract("epoch", sa.func.clock_timestamp()), sa.Double)
"""The clock of a database that processes share."""
NO_LEASE: Values = {"lease_owner": None, "lease_until": None}


def key_of(question: Question) -> Values:
    """The columns that say which question it is, and whose."""
    return {
        "team_id": question.team_id,
        "channel_id": question.channel_id,
        "ts": question.ts,
        "thread_ts": question.thread_ts,
        "user_id": question.user_id,
        "entry_point": question.entry_point.value,
    }


def of_question(question: Question) -> Values:
    return {"in_team": question.team_id, "in_channel": question.channel_id, "asked_ts": question.ts}


def of_thread(thread: ThreadKey) -> Values:
    return {"in_team": thread.team_id, "in_channel": thread.channel_id, "in_thread": thread.thread_ts}


def of_lease(held: Claim | Lock) -> Values:
    return {"held_id": held.id, "held_fence": held.fence}


IS_QUESTION = sa.and_(
    questions.c.team_id == sa.bindparam("in_team"),
    questions.c.channel_id == sa.bindparam("in_channel"),
    questions.c.ts == sa.bindparam("asked_ts"),
)
_IN_THREAD = sa.and_(
    questions.c.team_id == sa.bindparam("in_team"),
    questions.c.channel_id == sa.bindparam("in_channel"),
    questions.c.thread_ts == sa.bindparam("in_thread"),
)
_IS_HELD = sa.and_(questions.c.id == sa.bindparam("held_id"), questions.c.fence == sa.bindparam("held_fence"))
_STILL_RUNS = sa.and_(_IS_HELD, questions.c.state == RUNNING)
"""After a lost lease a question may be another's, under a higher fence."""

AHEAD = (
    sa.select(sa.func.count())
    .select_from(questions)
    .where(
        _IN_THREAD,
        questions.c.state != FINISHED,
        questions.c.ts != sa.bindparam("asked_ts"),
        sa.or_(questions.c.state == RUNNING, questions.c.ts < sa.bindparam("asked_ts")),
    )
)
"""How many unfinished questions stand before one in its thread."""
UNLOCK = (
    questions.update()
    .where(_IS_HELD, questions.c.state == WAITING)
    .values(unrecorded=sa.or_(questions.c.unrecorded, sa.bindparam("shown", type_=sa.Boolean)), **NO_LEASE)
)
"""``shown``: something may stand in Slack of which there is no record."""
REACH = (
    questions.update()
    .where(_STILL_RUNS, questions.c.stage.is_distinct_from(Stage.WRITING.value))
    .values(stage=sa.bindparam("reached"))
)
"""What was shown once stays shown."""
REPLACE = (
    questions.update()
    .where(IS_QUESTION, questions.c.state == WAITING, questions.c.payload.is_not(None))
    .values(payload=sa.bindparam("edited"))
)
REQUEUE = questions.update().where(_STILL_RUNS).values(state=WAITING, unrecorded=True, **NO_LEASE)
REMOVE_ERASED = questions.delete().where(_STILL_RUNS, questions.c.payload.is_(None))
FORGET_USAGE = usage.delete().where(usage.c.question_id == sa.bindparam("held_id"))
WITHDRAWN = sa.select(questions.c.ts).where(
    _IN_THREAD, questions.c.outcome.in_((Outcome.REFUSED.value, Outcome.NO_QUESTION.value))
)


class Timed:
    """Those that need the time: ``now`` is read when they are run. ``shared`` as in ``Database``."""

    def __init__(self, now: sa.ColumnElement[float], *, shared: bool) -> None:
        insert = (postgresql if shared else sqlite).insert(questions)
        until = now + sa.bindparam("lease_s", type_=sa.Double)
        self.add = self._new(insert.values(accepted_at=now))
        no_question = {"state": FINISHED, "outcome": Outcome.NO_QUESTION.value, "finished_at": now}
        self.add_no_question = self._new(insert.values(accepted_at=now, **no_question))
        """A message that says something of the thread, kept by its ids: so it is carried out once, and stays out of
        the history."""
        self.add_locked = self._new(
            insert.values(accepted_at=now, fence=1, lease_owner=sa.bindparam("owner"), lease_until=until)
        )
        self.finish = (
            questions.update()
            .where(_STILL_RUNS, questions.c.payload.is_not(None))
            .values(state=FINISHED, outcome=sa.bindparam("ended"), payload=None, finished_at=now, **NO_LEASE)
        )

    @staticmethod
    def _new(insert: postgresql.Insert | sqlite.Insert) -> sa.sql.dml.ReturningInsert[int]:
        """The new question's id; nothing where it is known."""
        return insert.on_conflict_do_nothing().returning(questions.c.id)
