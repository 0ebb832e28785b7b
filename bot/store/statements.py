"""The statements that every question needs, each built once. Pure.

Building a statement takes ten times as long as running it, so these are kept, and whatever differs from one run to the
next is a named parameter: the functions below give the parameters for a question, a thread or a claim.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from bot.messages import Question, ThreadKey
from bot.ports import Claim, Lock, Outcome, Stage
from bot.store.schema import FINISHED, RUNNING, WAITING, questions, usage

Now = sa.ColumnElement[float]
"""The time by the database's clock, in seconds since 1970."""
Values = dict[str, Any]
SERVER_NOW: sa.ColumnElement[float] = sa.cast(sa.extract("epoch", sa.func.clock_timestamp()), sa.Double)
"""The clock of a database that processes share."""
NO_LEASE: Values = {"lease_owner": None, "lease_until": None}


def key_of(question: Question) -> Values:
    """The columns that identify a question and its owner."""
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
"""After a lost lease the question may be another process's, under a higher fence."""

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
"""How many unfinished questions precede one in its thread."""
UNLOCK = (
    questions.update()
    .where(_IS_HELD, questions.c.state == WAITING)
    .values(unrecorded=sa.or_(questions.c.unrecorded, sa.bindparam("shown", type_=sa.Boolean)), **NO_LEASE)
)
"""``shown``: Slack may show something that is not recorded."""
REACH = (
    questions.update()
    .where(_STILL_RUNS, questions.c.stage.is_distinct_from(Stage.WRITING.value))
    .values(stage=sa.bindparam("reached"))
)
"""What was shown once stays shown."""
_NO_WORDS_SHOWN = sa.and_(questions.c.state == RUNNING, questions.c.stage.is_distinct_from(Stage.WRITING.value))
REPLACE = (
    questions.update()
    .where(IS_QUESTION, sa.or_(questions.c.state == WAITING, _NO_WORDS_SHOWN), questions.c.payload.is_not(None))
    .values(payload=sa.bindparam("edited"), edits=questions.c.edits + sa.case((_NO_WORDS_SHOWN, 1), else_=0))
)
"""Whichever process runs it looks for ``edits``."""
REQUEUE = questions.update().where(_STILL_RUNS).values(state=WAITING, unrecorded=True, **NO_LEASE)
ENDED_BEFORE = sa.select(questions.c.id).where(
    _IS_HELD, questions.c.state == FINISHED, questions.c.outcome == sa.bindparam("ended")
)
"""Ended under this very lease: the database did so before, but its answer was lost."""
REMOVE_ERASED = questions.delete().where(_STILL_RUNS, questions.c.payload.is_(None))
FORGET_USAGE = usage.delete().where(usage.c.question_id == sa.bindparam("held_id"))
WITHDRAWN = sa.select(questions.c.ts).where(
    _IN_THREAD, questions.c.outcome.in_((Outcome.REFUSED.value, Outcome.NO_QUESTION.value))
)


class Timed:
    """The statements that need the time: ``now`` is read when they run. ``shared`` as in ``Database``."""

    def __init__(self, now: sa.ColumnElement[float], *, shared: bool) -> None:
        insert = (postgresql if shared else sqlite).insert(questions)
        until = now + sa.bindparam("lease_s", type_=sa.Double)
        self.add = self._new(insert.values(accepted_at=now))
        no_question = {"state": FINISHED, "outcome": Outcome.NO_QUESTION.value, "finished_at": now}
        self.add_no_question = self._new(insert.values(accepted_at=now, **no_question))
        """Stores the ids of a message that sets something in the thread, so that it is carried out once and stays out
        of the history."""
        self.add_locked = self._new(
            insert.values(accepted_at=now, fence=1, lease_owner=sa.bindparam("owner"), lease_until=until)
        )
        self.finish = (
            questions.update()
            .where(_STILL_RUNS, questions.c.payload.is_not(None))
            .values(
                state=FINISHED,
                outcome=sa.bindparam("ended"),
                payload=None,
                stopped_by=None,
                unrecorded=sa.bindparam("untidy", type_=sa.Boolean),
                finished_at=now,
                **NO_LEASE,
            )
        )

    @staticmethod
    def _new(insert: postgresql.Insert | sqlite.Insert) -> sa.sql.dml.ReturningInsert[int]:
        """Returns the new question's id; nothing if it is known already."""
        return insert.on_conflict_do_nothing().returning(questions.c.id)
