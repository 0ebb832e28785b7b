"""Stores votes on answers: one per person and answer, with its day. I/O: the database.

Implements ``feedback.Votes``. Days are UTC, by the database's clock. A reason is in the person's own words and is
dropped sooner than the vote (``StoredQuestions.forget``).
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from bot.feedback import Vote, VoteReason
from bot.store.database import Database
from bot.store.schema import feedback

DAY_S = 86_400
REASON_CHARS_MAX = 500


class StoredFeedback:
    """``clock``: seconds since the epoch, used only if the database is not shared; a shared one has its own clock."""

    def __init__(self, database: Database, clock: Callable[[], float] = time.time) -> None:
        self._database = database
        self._now = database.now(clock)
        self._insert = postgresql.insert if database.shared else sqlite.insert

    async def vote(self, vote: Vote) -> None:
        """Changing a vote from bad to good removes the reason."""
        day = sa.cast(sa.func.floor(self._now / DAY_S), sa.Integer)
        new: dict[str, Any] = {"good": vote.good, "day": day, "at": self._now, "reason": None}
        kept = dict(new)
        if not vote.good:
            del kept["reason"]
        upsert = self._insert(feedback).values(_key(vote) | new)
        newest = upsert.on_conflict_do_update(index_elements=list(_key(vote)), set_=kept)
        await self._database.run(lambda connection: connection.execute(newest))

    async def explain(self, reason: VoteReason) -> None:
        row = sa.and_(*(feedback.c[name] == value for name, value in _key(reason).items()))
        update = feedback.update().where(row, feedback.c.good.is_(False))
        explained = update.values(reason=reason.words[:REASON_CHARS_MAX])
        await self._database.run(lambda connection: connection.execute(explained))


def _key(vote: Vote | VoteReason) -> dict[str, str]:
    return {name: getattr(vote, name) for name in ("team_id", "channel_id", "ts", "user_id")}
