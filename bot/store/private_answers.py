"""Stores private answers for as long as they can be posted for others. I/O: the database.

Implements ``kept_answers.PrivateAnswers``.
"""

from __future__ import annotations

import json
import time
from base64 import b64decode, b64encode
from collections.abc import Callable

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from bot.kept_answers import PrivateAnswer, sealed
from bot.store.database import Database
from bot.store.schema import private_answers

KEPT_S = 86_400.0
TEXTS = ("asked", "text", "shown")


class StoredPrivateAnswers:
    """``clock``: seconds since the epoch, used only if the database is not shared; a shared one has its own clock."""

    def __init__(self, database: Database, clock: Callable[[], float] = time.time) -> None:
        self._database = database
        self._now = database.now(clock)
        self._insert = postgresql.insert if database.shared else sqlite.insert

    async def keep(self, answer: PrivateAnswer, key: str) -> None:
        of = {"team_id": answer.team_id, "ts": answer.ts}
        payload = {**{name: getattr(answer, name) for name in TEXTS}, "below": list(answer.below)}
        place = {name: getattr(answer, name) for name in ("channel_id", "user_id", "thread_ts")}
        row = {**place, "payload": b64encode(sealed(json.dumps(payload).encode(), key)).decode(), "at": self._now}
        upsert = self._insert(private_answers).values(of | row)
        kept = upsert.on_conflict_do_update(index_elements=list(of), set_=row)
        await self._database.run(lambda connection: connection.execute(kept))

    async def find(self, team_id: str, ts: str, key: str) -> PrivateAnswer | None:
        query = sa.select(private_answers).where(
            private_answers.c.team_id == team_id,
            private_answers.c.ts == ts,
            private_answers.c.at > self._now - KEPT_S,
        )
        row = await self._database.run(lambda connection: connection.execute(query).first(), durable=False)
        if row is None:
            return None
        try:
            payload = json.loads(sealed(b64decode(row.payload), key))
        except ValueError:  # another's key
            return None
        texts = {name: payload[name] for name in TEXTS}
        place = (row.team_id, row.channel_id, row.ts, row.user_id, row.thread_ts)
        return PrivateAnswer(*place, **texts, below=tuple(payload["below"]))
