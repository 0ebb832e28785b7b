"""The queue: each question is stored once and handed out in order, one per thread at a time, until it is finished.

I/O: the database. A question is ``waiting``, then ``running`` under a lease that its process's heartbeat renews, then
``finished``. A lease that ran out makes it waiting again. While a notice is posted that says that it has to wait, the
question is locked by a lease, too, so that nobody begins a reply beside that notice. Each lease has a higher ``fence``
than those before.

A question costs two commits that wait for the disk: its acceptance, which also claims it, and its end; and a third for
its claim if it has to wait. They are shared with whatever else is being written. Implements ``ports.Questions``.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable, Collection
from math import inf

import sqlalchemy as sa
from sqlalchemy.engine import Connection, RowMapping
from sqlalchemy.exc import IntegrityError

from bot.day_budget import Spent
from bot.errors import StoreFailed
from bot.lease import Lease, Stop
from bot.messages import Question, ThreadKey
from bot.ports import Accepted, Claim, Ended, Heartbeat, Lock, Outcome, Stage, Vitals
from bot.shares import Others, ProcessReport
from bot.store import claims, leases, payloads, statements
from bot.store.database import Database
from bot.store.fairness import TurnBounds, beside
from bot.store.private_answers import KEPT_S
from bot.store.schema import (
    channel_posts,
    conversations,
    deleted_files,
    feedback,
    private_answers,
    processes,
    questions,
    refusal_sentences,
    refused_files,
    thread_settings,
    usage,
)
from bot.store.statements import of_lease, of_question, of_thread
from bot.store.usage import DAY_S, Counting

SAFETY = 0.25
"""A lease ends this much sooner here than in the database, for a call to Slack that is on its way."""
FORGET_PROCESSES_S = 3_600.0
FORGET_SENTENCES_S = 3_600.0
"""Longer than the time for which anybody is spared a sentence that they have read."""
USAGE_DAYS = 400
"""How long usage is kept: a year, and some time to look at it."""
CLAIM_TRIES_MAX = 20
CLAIM_PAUSE_S = 0.02
"""Another process's claim takes about as long as a commit."""


def unpaused_s() -> float:
    """A clock that goes on while the machine sleeps, if the system has one."""
    return time.clock_gettime(time.CLOCK_BOOTTIME) if hasattr(time, "CLOCK_BOOTTIME") else time.monotonic()


class StoredQuestions:
    """``clock``: seconds since the epoch, used only if the database is not shared; a shared one has its own clock.

    ``team_id``: the one workspace that this process serves; questions of others stay for whoever may answer them.
    ``bounds``: turns at once; ``counting``: what the daily budgets go by. Without them there are none.
    """

    def __init__(
        self,
        database: Database,
        clock: Callable[[], float] = time.time,
        *,
        team_id: str | None = None,
        bounds: TurnBounds | None = None,
        counting: Counting | None = None,
    ) -> None:
        self._database = database
        self._now = database.now(clock)
        self._timed = statements.Timed(self._now, shared=database.shared)
        self._team_id = team_id
        self._bounds = bounds or TurnBounds()
        self._counting = counting
        self._perhaps_locked: set[Question] = set()
        """Stored or not: the database's answer was lost."""
        self._to_forgive: dict[int, int] = {}
        """The strikes of questions whose leases ran out though this process lives."""

    async def add(self, question: Question, owner: str, *, busy: bool, lease_s: float) -> Accepted | None:
        until_s = self._until_s(lease_s)
        row = statements.key_of(question) | {"payload": payloads.dump(question)}

        def work(connection: Connection) -> Accepted | None:
            ahead, bound = beside(connection, question, self._bounds)
            locked = bool(lease_s and (ahead or busy or bound))
            add = self._timed.add_locked if locked else self._timed.add
            lease = {"owner": owner, "lease_s": lease_s} if locked else {}
            new: int | None = connection.execute(add, row | lease).scalar()
            if new is None:
                return None
            return Accepted(ahead, Lock(new, 1, Lease(unpaused_s, until_s)) if locked else None)

        try:
            accepted = await self._database.run(work)
        except StoreFailed:
            if lease_s and len(self._perhaps_locked) < leases.LEFT_MAX:
                self._perhaps_locked.add(question)
            raise
        if accepted is not None:
            self._perhaps_locked.discard(question)
        return accepted

    async def would_take(self, question: Question) -> None:
        """Stores as much as for ``question``, and removes it again. Raises ``StoreFailed``."""
        nobody = statements.key_of(question) | {"team_id": "", "channel_id": "", "payload": payloads.dump(question)}

        def work(connection: Connection) -> None:
            new = connection.execute(self._timed.add, nobody).scalar()
            connection.execute(questions.delete().where(questions.c.id == new))

        await self._database.run(work)

    async def replace(self, question: Question) -> bool:
        """Replaces the text of a question whose message was edited; ``False`` if words of its answer were shown."""
        values = of_question(question) | {"edited": payloads.dump(question)}
        return await self._database.run(lambda connection: connection.execute(statements.REPLACE, values).rowcount > 0)

    async def current(self, id_: int) -> Question | None:
        """A question as it is now; ``None`` if it was erased."""
        query = sa.select(questions).where(questions.c.id == id_, questions.c.payload.is_not(None))
        found = await self._database.run(lambda connection: connection.execute(query).mappings().first(), durable=False)
        return None if found is None else payloads.load(found)

    async def unlock(self, lock: Lock, *, recorded: bool) -> None:
        values = of_lease(lock) | {"shown": not recorded}
        await self._database.run(lambda connection: connection.execute(statements.UNLOCK, values), durable=False)

    async def claim(
        self, owner: str, *, most: int, lease_s: float, settled: bool, teams: Collection[str] | None = None
    ) -> list[Claim]:
        served = [self._team_id] if teams is None and self._team_id is not None else teams
        claimant = claims.Claimant(owner, self._bounds, settled, anywhere=served is None)
        for _ in range(CLAIM_TRIES_MAX):
            claimed = await self._claim(claimant, list(served or ()), most=most, lease_s=lease_s)
            if claimed is not None:
                return claimed
            await asyncio.sleep(CLAIM_PAUSE_S * (1 + random.random()))  # noqa: S311 - so that two do not meet again
        return []

    async def _claim(
        self, claimant: claims.Claimant, teams: list[str], *, most: int, lease_s: float
    ) -> list[Claim] | None:
        """``None`` while another process claims."""
        now, until_s = self._now, self._until_s(lease_s)

        def work(connection: Connection) -> list[Claim] | None:
            rows = claims.claim(connection, now, claimant, teams, most=most, lease_s=lease_s)
            if rows is None:
                return None
            spent = self._counting.admit(connection, rows) if self._counting is not None else {}
            return [_claim(row, Lease(unpaused_s, until_s), spent.get(row["id"])) for row in rows]

        try:
            return await self._database.run(work)
        except StoreFailed as error:
            if isinstance(error.__cause__, IntegrityError):  # another process has just begun one of these threads
                return []
            raise

    def reached(self, claim: Claim, stage: Stage) -> None:
        values = of_lease(claim) | {"reached": stage.value}
        self._database.later(lambda connection: connection.execute(statements.REACH, values))

    async def heartbeat(self, owner: str, vitals: Vitals, *, lease_s: float) -> Heartbeat:
        now, until_s = self._now, self._until_s(lease_s)
        held: list[Claim | Lock] = [*vitals.claims, *vitals.locks]
        fences = {one.id: one.fence for one in held}
        left = list(self._perhaps_locked)
        unlost = {one.id for one in vitals.claims if not one.lease.lost}

        def work(connection: Connection) -> tuple[dict[int, bool], dict[int, int], int, dict[str, list[ProcessReport]]]:
            kept = leases.renew(connection, now, owner, fences, lease_s)
            leases.unlock_left(connection, owner, left)
            struck = leases.strikes(connection, unlost - kept.keys())
            away = leases.was_away(connection, now, owner, lease_s)
            leases.leave_vitals(connection, now, owner, self._team_id, vitals)
            if vitals.ended:
                leases.release(connection, owner)
            expired = 0 if away else leases.expire(connection, now, lease_s)
            return kept, struck, expired, leases.reports(connection, now, owner, vitals.spent, lease_s)

        kept, struck, expired, reports = await self._database.run(work, durable=False)
        self._perhaps_locked.difference_update(left)
        self._to_forgive |= struck
        for one in held:
            if one.id in kept:
                one.lease.renew(until_s)
                one.lease.erased = kept[one.id]
            else:
                one.lease.lose()
        await self._forgive()
        others = {team: Others.of(said, vitals.spent[team], lease_s) for team, said in reports.items()}
        return Heartbeat(others, expired)

    async def _forgive(self) -> None:
        """What fails is done with the next heartbeat."""
        if struck := dict(self._to_forgive):
            await self._database.run(lambda connection: leases.forgive(connection, struck), durable=False)
            self._to_forgive = {}

    async def expire_all(self) -> int:
        """Makes every unfinished question wait again: only for a database that nobody else uses."""
        return await self._database.run(leases.expire_all)

    async def requeue(self, claim: Claim) -> bool:
        """What the turn posted at the very end may not be recorded."""
        values = of_lease(claim)

        def work(connection: Connection) -> bool:
            return connection.execute(statements.REQUEUE, values).rowcount > 0

        return await self._database.run(work, durable=False)

    async def finish(self, claim: Claim, outcome: Outcome) -> Ended:
        """Ends a question and erases what the person wrote; deletes all of it if an operator has erased it before."""
        held, ending = of_lease(claim), {"ended": outcome.value, "untidy": claim.lease.untidy}

        def work(connection: Connection) -> Ended:
            ended = connection.execute(self._timed.finish, held | ending).rowcount > 0
            gone = not ended and connection.execute(statements.REMOVE_ERASED, held).rowcount > 0
            if not (ended or gone):
                before = connection.execute(statements.ENDED_BEFORE, held | {"ended": outcome.value})
                return Ended(before.first() is not None, others_wait=claims.waiting(connection) > 0)
            if gone or (ended and outcome is Outcome.DENIED):  # it was not a question of anybody who may ask
                connection.execute(statements.FORGET_USAGE, {"held_id": claim.id})
            return Ended(ended or gone, others_wait=claims.waiting(connection) > 0)

        done = await self._database.run(work)
        self._database.scrub_soon()
        return done

    async def uncount(self, claim: Claim) -> None:
        """The question does not count for the daily budgets, nor as used."""
        values = {"held_id": claim.id}
        await self._database.run(lambda connection: connection.execute(statements.FORGET_USAGE, values), durable=False)

    async def withdrawn(self, thread: ThreadKey) -> frozenset[str]:
        """The ts of questions whose answer was a refusal: they stay out of later history."""
        values = of_thread(thread)

        def work(connection: Connection) -> frozenset[str]:
            return frozenset(connection.execute(statements.WITHDRAWN, values).scalars())

        return await self._database.run(work, durable=False)

    async def forget(self, age_s: float) -> None:
        """Drops old questions, refused and deleted files and usage, and processes that ended."""
        now = self._now

        def work(connection: Connection) -> None:
            connection.execute(questions.delete().where(questions.c.finished_at < now - age_s))
            connection.execute(refused_files.delete().where(refused_files.c.at < now - age_s))
            connection.execute(deleted_files.delete().where(deleted_files.c.at < now - age_s))
            connection.execute(conversations.delete().where(conversations.c.at < now - age_s))
            connection.execute(thread_settings.delete().where(thread_settings.c.at < now - age_s))
            connection.execute(refusal_sentences.delete().where(refusal_sentences.c.at < now - FORGET_SENTENCES_S))
            connection.execute(private_answers.delete().where(private_answers.c.at < now - KEPT_S))
            today = connection.execute(sa.select(now)).scalar_one() // DAY_S
            connection.execute(feedback.update().where(feedback.c.at < now - age_s).values(reason=None))
            connection.execute(feedback.delete().where(feedback.c.day < today - USAGE_DAYS))
            connection.execute(usage.delete().where(usage.c.day < today - USAGE_DAYS))
            connection.execute(channel_posts.delete().where(channel_posts.c.until < now - FORGET_PROCESSES_S))
            connection.execute(processes.delete().where(processes.c.seen_at < now - FORGET_PROCESSES_S))

        await self._database.run(work, durable=False)

    def _until_s(self, lease_s: float) -> float:
        """When a lease that is requested now ends here. A database of our own gives it to nobody else."""
        return unpaused_s() + (1 - SAFETY) * lease_s if self._database.shared else inf


def _claim(row: RowMapping, lease: Lease, spent: Spent | None) -> Claim:
    lease.stop = Stop(row["stopped_by"]) if row["stopped_by"] is not None else None
    return Claim(
        id=row["id"],
        question=payloads.load(row),
        fence=row["fence"],
        lease=lease,
        crashes=row["crashes"],
        strikes=row["strikes"],
        unrecorded=row["unrecorded"],
        erased=row["payload"] is None,
        waited_s=row["waited_s"],
        spent=spent,
    )
