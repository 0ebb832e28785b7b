"""Questions go in once and come out in order, one a thread at a time, until each is done. I/O: the database.

A question is ``waiting``, then ``running`` under a lease that its process renews, then ``done``. A lease that ran out
(the process died) makes it waiting again. While people are told that it is queued, a waiting question is under a lease
too, so that nobody begins a reply beside that notice. ``attempts`` counts the leases that did not end well: whoever
comes after one has to look at what it left in Slack. Implements ``ports.Questions`` and ``ports.ReplyRecords``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import asdict
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.errors import StoreFailed
from bot.messages import Attachment, EntryPoint, Question, ThreadKey, Words, WordsKind
from bot.ports import Claim, Outcome
from bot.store.database import transaction
from bot.store.schema import DONE, RUNNING, WAITING, processes, questions, refused_files, reply_parts

_UNFINISHED = questions.c.state.in_((WAITING, RUNNING))
_NO_LEASE = {"lease_owner": None, "lease_until": None}


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
            "entry_point": question.entry_point.value,
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
        earlier = questions.alias()
        behind = sa.exists().where(
            earlier.c.team_id == questions.c.team_id,
            earlier.c.channel_id == questions.c.channel_id,
            earlier.c.thread_ts == questions.c.thread_ts,
            sa.or_(earlier.c.state == RUNNING, sa.and_(earlier.c.state == WAITING, earlier.c.ts < questions.c.ts)),
        )
        oldest = (
            sa.select(questions)
            .where(questions.c.state == WAITING, questions.c.lease_until.is_(None), ~behind)
            .order_by(questions.c.accepted_at, questions.c.id)
            .limit(1)
            .with_for_update(skip_locked=True, of=questions)
        )
        try:
            async with self._begin() as connection:
                row = (await connection.execute(oldest)).mappings().first()
                if row is None:
                    return None
                await connection.execute(
                    questions.update()
                    .where(questions.c.id == row["id"])
                    .values(state=RUNNING, **_lease(owner, now_s, lease_s))
                )
        except StoreFailed as error:
            if isinstance(error.__cause__, IntegrityError):  # another process took this thread a moment ago
                return None
            raise
        return Claim(row["id"], _load(dict(row)), row["attempts"] + 1, row["accepted_at"])

    async def hold(self, question: Question, owner: str, now_s: float, lease_s: float) -> bool:
        return await self._update(
            questions.update()
            .where(self._is(question), questions.c.state == WAITING, questions.c.lease_until.is_(None))
            .values(_lease(owner, now_s, lease_s))
        )

    async def let_go(self, question: Question, owner: str, *, known: bool) -> None:
        attempts = questions.c.attempts - 1 if known else questions.c.attempts
        await self._update(
            questions.update()
            .where(self._is(question), questions.c.state == WAITING, questions.c.lease_owner == owner)
            .values(**_NO_LEASE, attempts=attempts)
        )

    async def renew(self, owner: str, now_s: float, lease_s: float) -> frozenset[tuple[int, int]]:
        """Keeps every running question of ``owner`` for another ``lease_s``; returns the id and attempt of each."""
        own = sa.and_(questions.c.state == RUNNING, questions.c.lease_owner == owner)
        async with self._begin() as connection:
            await connection.execute(questions.update().where(own).values(lease_until=now_s + lease_s))
            kept = await connection.execute(sa.select(questions.c.id, questions.c.attempts).where(own))
            return frozenset((row.id, row.attempts) for row in kept)

    async def processes(self, owner: str, now_s: float, lease_s: float) -> int:
        dead = sa.or_(processes.c.owner == owner, processes.c.seen_at < now_s - lease_s)
        async with self._begin() as connection:
            await connection.execute(processes.delete().where(dead))
            await connection.execute(processes.insert().values(owner=owner, seen_at=now_s))
            count = await connection.execute(sa.select(sa.func.count()).select_from(processes))
            return int(count.scalar_one())

    async def recover(self, now_s: float) -> int:
        """Makes waiting again what a process that died left; returns how many."""
        return await self._free(questions.c.lease_until < now_s)

    async def recover_all(self) -> int:
        """Like ``recover`` for every lease, whoever's: only for a database that nobody else uses."""
        return await self._free(questions.c.lease_until.is_not(None))

    async def release(self, claim: Claim) -> bool:
        """Gives a running question back unanswered; the attempt does not count."""
        return await self._update(
            questions.update()
            .where(_still(claim))
            .values(state=WAITING, **_NO_LEASE, attempts=questions.c.attempts - 1)
        )

    async def done(self, claim: Claim, outcome: Outcome, now_s: float) -> bool:
        """Ends a question and erases what the person wrote."""
        return await self._update(
            questions.update()
            .where(_still(claim))
            .values(state=DONE, outcome=outcome.value, payload=None, finished_at=now_s, **_NO_LEASE)
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
        """Drops questions that were done before ``before_s``, and refused files that were remembered before it."""
        async with self._begin() as connection:
            await connection.execute(questions.delete().where(questions.c.finished_at < before_s))
            await connection.execute(refused_files.delete().where(refused_files.c.at < before_s))

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

    async def parts(self, question: Question) -> dict[int, str]:
        query = (
            sa.select(reply_parts.c.part, reply_parts.c.ts)
            .where(reply_parts.c.question_id == self._question_id(question))
            .order_by(reply_parts.c.part)
        )
        async with self._begin() as connection:
            return {row.part: row.ts for row in await connection.execute(query)}

    async def _known(self, question: Question) -> bool:
        async with self._begin() as connection:
            return (await connection.execute(sa.select(self._question_id(question)))).scalar() is not None

    async def _free(self, condition: sa.ColumnElement[bool]) -> int:
        async with self._begin() as connection:
            freed = await connection.execute(
                questions.update().where(_UNFINISHED, condition).values(state=WAITING, **_NO_LEASE)
            )
            return freed.rowcount

    async def _update(self, statement: sa.UpdateBase) -> bool:
        """Whether there was such a row."""
        async with self._begin() as connection:
            return (await connection.execute(statement)).rowcount > 0

    def _begin(self) -> AbstractAsyncContextManager[AsyncConnection]:
        return transaction(self._engine)

    @staticmethod
    def _same_thread(thread: ThreadKey) -> sa.ColumnElement[bool]:
        return sa.and_(
            questions.c.team_id == thread.team_id,
            questions.c.channel_id == thread.channel_id,
            questions.c.thread_ts == thread.thread_ts,
        )

    @staticmethod
    def _is(question: Question) -> sa.ColumnElement[bool]:
        return sa.and_(
            questions.c.team_id == question.team_id,
            questions.c.channel_id == question.channel_id,
            questions.c.ts == question.ts,
        )

    def _question_id(self, question: Question) -> sa.ScalarSelect[int]:
        return sa.select(questions.c.id).where(self._is(question)).scalar_subquery()


def _lease(owner: str, now_s: float, lease_s: float) -> dict[str, Any]:
    return {"lease_owner": owner, "lease_until": now_s + lease_s, "attempts": questions.c.attempts + 1}


def _still(claim: Claim) -> sa.ColumnElement[bool]:
    """Whether the question is this claim's still: after a lost lease it may be another's, on a later attempt."""
    return sa.and_(questions.c.id == claim.id, questions.c.state == RUNNING, questions.c.attempts == claim.attempt)


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
        entry_point=EntryPoint(row["entry_point"]),
        text=payload.get("text", ""),
        attachments=tuple(map(_attachment, payload.get("attachments", ()))),
        response_url=payload.get("response_url"),
    )


def _attachment(item: dict[str, Any]) -> Attachment:
    """Also of a question that an earlier version wrote down, which knew fewer fields."""
    known = dict(item)
    if words := known.get("words"):
        known["words"] = Words(**{**words, "kind": WordsKind(words["kind"]), "enclosed": tuple(words["enclosed"])})
    return Attachment.bare(known.pop("id"), known.pop("name"), **known)
