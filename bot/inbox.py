"""Accepted questions go in; turns are run: each question once, in order in its thread, capped, and again after a crash.

A question is written down before Slack gets its acknowledgement; from then on the database knows it until it is
finished. One loop claims what is due whenever something was accepted or ended here, and looks every ``poll_s`` for what
other processes left; another sends the heartbeat that keeps this process's leases.

I/O: the database through ``ports.Questions``, the clock.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from bot.errors import LeaseLost, SlackError, SlackOutcomeUnknown, StoreFailed
from bot.logs import get_logger, whose
from bot.messages import Question
from bot.ports import SETTLED_S, Claim, Lock, Notices, Outcome, Questions, Vitals
from bot.shares import Others, Share

log = get_logger(__name__)

Answer = Callable[[Claim], Awaitable[Outcome]]
WATCH_EVERY_S = 1.0
FORGET_EVERY_S = 3_600.0
NOTICES_MAX = 20
"""At once: where so many are on their way, a further one would not be posted soon enough to be of use."""
CLOSE_PATIENCE_S = 5.0
"""For a database that does not answer while the process ends."""


@dataclass(frozen=True, slots=True)
class InboxLimits:
    turns_max: int = 50
    lease_s: float = 20.0
    """After this time without a heartbeat a process counts as dead, and its questions can be claimed again."""
    poll_s: float = 2.0
    remember_s: float = 90 * 86_400
    """How long a question's key is remembered, so that a late redelivery or an edit asks nothing twice."""


class Inbox:
    """``owner`` names this process among those that share the database.

    After each heartbeat ``on_alive`` is called, if questions are written down too; then, and when the number of its
    answers has changed, ``on_share`` with its share of Slack's calls. ``spent``: its part of a minute's edits.
    """

    def __init__(
        self,
        questions: Questions,
        notices: Notices,
        answer: Answer,
        owner: str,
        limits: InboxLimits,
        *,
        on_alive: Callable[[], None] = lambda: None,
        on_share: Callable[[Share], None] = lambda _: None,
        spent: Callable[[], float] = lambda: 0.0,
    ) -> None:
        self._questions = questions
        self._replies = notices
        self._answer = answer
        self._owner = owner
        self._limits = limits
        self._on_alive = on_alive
        self._on_share = on_share
        self._spent = spent
        self._started_s = time.monotonic()
        self._forget_at_s = self._started_s
        self._due = asyncio.Event()
        self._closing = False
        self._accepting = True
        self._new = 0
        self._turns: dict[asyncio.Task[None], Claim] = {}
        self._answered: set[int] = set()
        self._erased: set[int] = set()
        self._notices: dict[asyncio.Task[bool], Lock] = {}
        self._loops: list[asyncio.Task[None]] = []
        self._beat_soon = asyncio.Event()
        self._others = Others()

    async def accept(self, question: Question) -> bool:
        """Writes ``question`` down; ``False`` where it was. Raises ``StoreFailed``: then Slack must get no ack."""
        busy = len(self._turns) + self._new >= self._limits.turns_max
        lease_s = self._limits.lease_s if len(self._notices) < NOTICES_MAX else 0.0
        self._new += 1
        try:
            accepted = await self._questions.add(question, self._owner, busy=busy, lease_s=lease_s)
        except StoreFailed:
            self._accepting = False
            raise
        self._accepting = True
        if accepted is None:
            return False
        log.info("question.accepted", **whose(question))
        self._due.set()
        if accepted.lock is not None and self._closing:  # no notice comes, and the lock would stay
            await _safely(self._questions.unlock(accepted.lock, recorded=True))
        elif accepted.lock is not None:
            notice = asyncio.create_task(_safely(self._notify(question, accepted.ahead, accepted.lock)))
            self._notices[notice] = accepted.lock
            notice.add_done_callback(self._notices.pop)
        return True

    def start(self) -> None:
        loops = (self._claim_loop(), self._heartbeat_loop(), self._watch_loop())
        self._loops = [asyncio.create_task(loop) for loop in loops]

    async def close(self, grace_s: float, hurry: asyncio.Event | None = None) -> None:
        """Claims nothing more, lets running turns end for ``grace_s`` or until ``hurry``, and requeues the rest."""
        self._closing = True
        self._due.set()
        # Others know from now on that this process is being stopped. A claim on its way becomes a turn.
        await _within_patience(asyncio.create_task(_safely(self._heartbeat())), *self._loops[:1])
        if running := {*self._turns, *self._notices}:
            log.info("inbox.draining", turns=len(self._turns))
        try:
            if running:
                ended, hurried = asyncio.wait(running), (hurry or asyncio.Event()).wait()
                await _first_of(ended, hurried, within_s=grace_s)
        finally:
            await self._stop()

    async def _stop(self) -> None:
        """The heartbeat went on until now: a turn whose lease another process got would be answered twice."""
        rest = [*self._turns, *self._notices, *self._loops]
        for task in rest:
            task.cancel()
        await _within_patience(*rest)
        await _within_patience(asyncio.create_task(_safely(self._heartbeat(ended=True))))

    async def _claim_loop(self) -> None:
        while not self._closing:
            self._due.clear()
            self._new = 0
            await _safely(self._claim_due())
            with suppress(TimeoutError):
                await asyncio.wait_for(self._due.wait(), self._limits.poll_s)

    async def _claim_due(self) -> None:
        free = self._limits.turns_max - len(self._turns)
        if free <= 0:
            return
        settled = time.monotonic() - self._started_s >= SETTLED_S
        claims = await self._questions.claim(self._owner, most=free, lease_s=self._limits.lease_s, settled=settled)
        for claim in claims:
            for turn, earlier in self._turns.items():
                if earlier.id == claim.id:  # this process slept through that turn's lease
                    turn.cancel()
            turn = asyncio.create_task(self._run(claim))
            self._turns[turn] = claim
            turn.add_done_callback(self._ended)
        if claims:
            self._answers_changed()

    async def _heartbeat_loop(self) -> None:
        """Sooner where others share the workspace and the number of our answers has changed."""
        while True:
            every_s = self._limits.lease_s / 4
            pause_s = min(WATCH_EVERY_S, every_s)
            heard = await _safely(self._heartbeat())
            await asyncio.sleep(pause_s)
            if heard:
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._beat_soon.wait(), every_s - pause_s)

    async def _heartbeat(self, *, ended: bool = False) -> None:
        self._beat_soon.clear()
        held = (tuple(self._turns.values()), tuple(self._notices.values()))
        vitals = Vitals(*held, spent=self._spent(), stopping=self._closing, ended=ended)
        heartbeat = await self._questions.heartbeat(self._owner, vitals, lease_s=self._limits.lease_s)
        self._others = heartbeat.others
        self._on_share(self._others.share_beside(len(self._turns)))
        self._stop_what_is_lost()
        if heartbeat.expired:
            log.warning("inbox.leases_expired", questions=heartbeat.expired)
            self._due.set()
        if time.monotonic() >= self._forget_at_s:
            await self._questions.forget(self._limits.remember_s)
            self._forget_at_s = time.monotonic() + FORGET_EVERY_S
        if self._accepting:
            self._on_alive()

    async def _watch_loop(self) -> None:
        """A database that does not answer lets leases run out as well."""
        while True:
            self._stop_what_is_lost()
            await asyncio.sleep(min(WATCH_EVERY_S, self._limits.lease_s / 4))

    def _stop_what_is_lost(self) -> None:
        """And what was erased: that turn says so, once."""
        for turn, claim in self._turns.items():
            if claim.lease.erased and not claim.erased and claim.id not in self._erased | self._answered:
                log.info("inbox.question_erased", **whose(claim.question))
                self._erased.add(claim.id)
                turn.cancel()
            if not claim.lease.held() and claim.id not in self._answered and not turn.cancelling():
                log.warning("inbox.lease_lost", **whose(claim.question))
                turn.cancel()

    async def _run(self, claim: Claim) -> None:
        try:
            outcome = await self._answer(claim)
        except asyncio.CancelledError:
            await _safely(self._questions.requeue(claim))
            raise
        except (StoreFailed, SlackError, LeaseLost) as error:  # it stays to be answered
            log.warning("inbox.turn_put_off", error=f"{type(error).__name__} {error}")
            await asyncio.sleep(self._limits.poll_s)
            await self._until_written(lambda: self._questions.requeue(claim))
            return
        except Exception:
            # A fault of ours: the turn told the person what it could; asking again would only repeat it.
            log.exception("turn.crashed", **whose(claim.question))
            outcome = Outcome.FAILED
        # An answered question that stayed open would be answered again.
        self._answered.add(claim.id)
        try:
            await self._until_written(lambda: self._questions.finish(claim, outcome))
        finally:
            self._answered.discard(claim.id)
            self._erased.discard(claim.id)

    async def _until_written(self, call: Callable[[], Awaitable[bool]]) -> None:
        while True:
            if await _safely(call()):
                return
            await asyncio.sleep(self._limits.poll_s)

    def _ended(self, turn: asyncio.Task[None]) -> None:
        del self._turns[turn]
        self._due.set()
        self._answers_changed()

    def _answers_changed(self) -> None:
        if self._others != Others():  # first words do not wait for a heartbeat to have their share
            self._on_share(self._others.share_beside(len(self._turns)))
            self._beat_soon.set()

    async def _notify(self, question: Question, ahead: int, lock: Lock) -> None:
        """Posts the notice while the question is locked, so that its turn finds the notice, and takes it away."""
        recorded = False
        try:
            recorded = await self._post_notice(question, ahead, lock)
        finally:
            await self._questions.unlock(lock, recorded=recorded)
            self._due.set()

    async def _post_notice(self, question: Question, ahead: int, lock: Lock) -> bool:
        """Whether there is a record of what stands in Slack now."""
        try:
            await self._replies.queued(question, ahead, lock.lease)
        except (SlackOutcomeUnknown, StoreFailed) as error:
            log.info("inbox.notice_failed", error=str(error))
            return False
        except SlackError as error:
            log.info("inbox.notice_failed", error=str(error))
        return True


async def _within_patience(*tasks: asyncio.Task[Any]) -> None:
    """Waits for ``tasks``, whatever becomes of them, but not for a database that does not answer."""
    if tasks:
        await asyncio.wait(tasks, timeout=CLOSE_PATIENCE_S)


async def _first_of(*waits: Coroutine[Any, Any, Any], within_s: float) -> None:
    tasks = [asyncio.create_task(one) for one in waits]
    try:
        await asyncio.wait(tasks, timeout=within_s, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()


async def _safely(work: Awaitable[object]) -> bool:
    """Whether ``work`` went well. What it raises is logged: the inbox goes on."""
    try:
        await work
    except StoreFailed as error:
        log.warning("inbox.store_failed", error=str(error))
    except Exception:
        log.exception("inbox.crashed")
    else:
        return True
    return False
