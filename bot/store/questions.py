"""Questions go in once and come out in order, one a thread at a time, until each is done. I/O: the database.

A question is ``waiting``, then ``running`` under a lease that its process renews, then ``done``. A lease that ran out
(the process died) makes it waiting again. Implements ``ports.Questions``.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import asdict
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.errors import StoreFailed
from bot.messages import Asked, Attachment, Question, ThreadKey
from bot.ports import Claim, Outcome
from bot.store.schema import DONE, RUNNING, WAITING, questions, reply_parts


class StoredQuestions:
    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def add(self, question: Question, now_s: float) -> bool:
        row = {
            "team_id": question.team_id,
            "channel_id": question.channel_id,
            "ts": question.ts,
            "thread_ts": question.thread_ts,
            "user_id": question.user_id,
            "asked": question.asked.value,
            "payload": _dump(question),
            "accepted_at": now_s,
        }
        try:
            async with self._begin() as connection:
                await connection.execute(questions.insert().values(row))
        except StoreFailed as error:
            if isinstance(error.__cause__, IntegrityError) and await self._known(question):
                return False
            raise
        return True

    async def claim(self, owner: str, now_s: float, lease_s: float) -> Claim | None:
        """Marks the oldest question whose thread is free as running under ``owner``'s lease."""
        mine = {"state": RUNNING, "lease_owner": owner, "lease_until": now_s + lease_s}
        earlier = questions.alias()
        behind = sa.exists().where(
            earlier.c.team_id == questions.c.team_id,
            earlier.c.channel_id == questions.c.channel_id,
            earlier.c.thread_ts == questions.c.thread_ts,
            sa.or_(earlier.c.state == RUNNING, sa.and_(earlier.c.state == WAITING, earlier.c.ts < questions.c.ts)),
        )
        oldest = (
            sa.select(questions)
            .where(questions.c.state == WAITING, ~behind)
            .order_by(questions.c.accepted_at, questions.c.id)
            .limit(1)
            .with_for_update(skip_locked=True, of=questions)
        )
        try:
            async with self._begin() as connection:
                row = (await connection.execute(oldest)).mappings().first()
                if row is None:
                    return None
                updated = await connection.execute(
                    questions.update()
                    .where(questions.c.id == row["id"], questions.c.state == WAITING)
                    .values(**mine, attempts=questions.c.attempts + 1)
                )
                if updated.rowcount != 1:
                    return None
        except StoreFailed as error:
            if isinstance(error.__cause__, IntegrityError):  # another process took this thread a moment ago
                return None
            raise
        return Claim(row["id"], _load(dict(row)), row["attempts"] + 1, row["accepted_at"])

    async def renew(self, owner: str, now_s: float, lease_s: float) -> None:
        """Keeps every running question of ``owner`` for another ``lease_s``."""
        await self._execute(
            questions.update()
            .where(questions.c.state == RUNNING, questions.c.lease_owner == owner)
            .values(lease_until=now_s + lease_s)
        )

    async def recover(self, now_s: float) -> int:
        """Makes waiting again what a process that died left running; returns how many."""
        return await self._free(questions.c.lease_until < now_s)

    async def recover_all(self) -> int:
        """Like ``recover`` for every running question, whoever's: only for a database that nobody else uses."""
        return await self._free(sa.true())

    async def release(self, question_id: int) -> None:
        """Gives a running question back unanswered; the attempt does not count."""
        await self._execute(
            questions.update()
            .where(questions.c.id == question_id, questions.c.state == RUNNING)
            .values(state=WAITING, lease_owner=None, lease_until=None, attempts=questions.c.attempts - 1)
        )

    async def done(self, question_id: int, outcome: Outcome, now_s: float) -> None:
        """Ends a question and erases what the person wrote."""
        await self._execute(
            questions.update()
            .where(questions.c.id == question_id)
            .values(
                state=DONE, outcome=outcome.value, payload=None, finished_at=now_s, lease_owner=None, lease_until=None
            )
        )

    async def ahead(self, question: Question) -> int:
        """How many unfinished questions stand before this one in its thread."""
        same = self._same_thread(question.thread)
        before = sa.or_(questions.c.state == RUNNING, questions.c.ts < question.ts)
        query = (
            sa.select(sa.func.count())
            .select_from(questions)
            .where(same, questions.c.state != DONE, questions.c.ts != question.ts, before)
        )
        async with self._begin() as connection:
            return int((await connection.execute(query)).scalar_one())

    async def withdrawn(self, thread: ThreadKey) -> frozenset[str]:
        """The ts of questions whose answer was a refusal: they stay out of later history."""
        query = sa.select(questions.c.ts).where(self._same_thread(thread), questions.c.outcome == Outcome.REFUSED.value)
        async with self._begin() as connection:
            return frozenset((await connection.execute(query)).scalars())

    async def forget(self, before_s: float) -> None:
        """Drops questions that were done before ``before_s``."""
        await self._execute(questions.delete().where(questions.c.state == DONE, questions.c.finished_at < before_s))

    async def posted(self, question: Question, part: int, ts: str) -> None:
        """Remembers the message that shows part ``part`` (from 0) of the reply."""
        mine = self._question_id(question)
        async with self._begin() as connection:
            await connection.execute(
                reply_parts.delete().where(reply_parts.c.question_id == mine, reply_parts.c.part == part)
            )
            await connection.execute(
                reply_parts.insert().from_select(
                    ["question_id", "part", "ts"],
                    sa.select(questions.c.id, sa.literal(part), sa.literal(ts)).where(questions.c.id == mine),
                )
            )

    async def parts(self, question: Question) -> list[str]:
        """The ts of the messages that an earlier process posted for this question, in order."""
        query = (
            sa.select(reply_parts.c.ts)
            .where(reply_parts.c.question_id == self._question_id(question))
            .order_by(reply_parts.c.part)
        )
        async with self._begin() as connection:
            return list((await connection.execute(query)).scalars())

    async def _known(self, question: Question) -> bool:
        async with self._begin() as connection:
            return (await connection.execute(sa.select(self._question_id(question)))).scalar() is not None

    async def _free(self, condition: sa.ColumnElement[bool]) -> int:
        async with self._begin() as connection:
            freed = await connection.execute(
                questions.update()
                .where(questions.c.state == RUNNING, condition)
                .values(state=WAITING, lease_owner=None, lease_until=None)
            )
            return freed.rowcount

    async def _execute(self, statement: sa.Executable) -> None:
        async with self._begin() as connection:
            await connection.execute(statement)

    @asynccontextmanager
    async def _begin(self) -> AsyncIterator[AsyncConnection]:
        try:
            async with self._engine.begin() as connection:
                yield connection
        except (SQLAlchemyError, OSError) as error:
            raise StoreFailed(type(error).__name__) from error

    @staticmethod
    def _same_thread(thread: ThreadKey) -> sa.ColumnElement[bool]:
        return sa.and_(
            questions.c.team_id == thread.team_id,
            questions.c.channel_id == thread.channel_id,
            questions.c.thread_ts == thread.thread_ts,
        )

    def _question_id(self, question: Question) -> sa.ScalarSelect[int]:
        return (
            sa.select(questions.c.id)
            .where(
                questions.c.team_id == question.team_id,
                questions.c.channel_id == question.channel_id,
                questions.c.ts == question.ts,
            )
            .scalar_subquery()
        )


def _dump(question: Question) -> str:
    return json.dumps(
        {
            "text": question.text,
            "attachments": [asdict(attachment) for attachment in question.attachments],
            "response_url": question.response_url,
        }
    )


def _load(row: Mapping[str, Any]) -> Question:
    payload = json.loads(row["payload"] or "{}")
    return Question(
        team_id=row["team_id"],
        channel_id=row["channel_id"],
        ts=row["ts"],
        thread_ts=row["thread_ts"],
        user_id=row["user_id"],
        asked=Asked(row["asked"]),
        text=payload.get("text", ""),
        attachments=tuple(Attachment(**item) for item in payload.get("attachments", ())),
        response_url=payload.get("response_url"),
    )
