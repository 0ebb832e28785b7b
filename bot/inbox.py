"""Stores the questions of one workspace and runs their turns: each question once, unless a turn crashed.

A question is stored before Slack gets its acknowledgement; from then on the database knows it until it is finished.
``inboxes`` decides when a question is claimed, and keeps the leases of running turns.

I/O: the database through ``ports.Questions``, the clock.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any, TypeVar

from bot.errors import LeaseLost, SlackError, SlackOutcomeUnknown, StoreFailed
from bot.lease import work_under
from bot.messages import Question
from bot.ports import Claim, Lock, Notices, Outcome, Questions
from bot.shares import Calls, Others, Share
from bot.telemetry.logs import get_logger, whose

log = get_logger(__name__)

T = TypeVar("T")
Answer = Callable[[Claim], Awaitable[Outcome]]
Tidy = Callable[[Question], Awaitable[bool]]
NOTICES_MAX = 20
"""Notices posted at once in a workspace: with so many on their way, another would come too late."""
CLOSE_PATIENCE_S = 5.0
"""How long to wait for a database that does not answer while the process ends."""


@dataclass(frozen=True, slots=True)
class InboxLimits:
    turns_max: int = 50
    """Concurrent turns of a process, in all workspaces together."""
    lease_s: float = 20.0
    """A process without a heartbeat for this long counts as dead, and its questions can be claimed again."""
    poll_s: float = 2.0
    """How often to look for questions that other processes left behind."""
    remember_s: float = 90 * 86_400
    """How long a question's key is remembered, so that a late redelivery or an edit does not ask it again."""


@dataclass(slots=True)
class Common:
    """What the inboxes of a process share; ``owner`` names the process among those that share the database."""

    questions: Questions
    owner: str
    limits: InboxLimits
    due: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when there may be something to claim."""
    beat_soon: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when the next heartbeat should not wait for its time."""
    turns: int = 0
    new: int = 0
    """Questions accepted since the last claim."""
    not_stored: Question | None = None
    """The newest question, if it could not be stored."""
    closing: bool = False


@dataclass(frozen=True, slots=True)
class _Notice:
    """That ``question`` has to wait for ``ahead`` others of its thread, or (0) for a free place. ``needless``: it need
    not wait any more."""

    question: Question
    ahead: int
    lock: Lock
    needless: asyncio.Event = field(default_factory=asyncio.Event)

    def note_end_of(self, ended: Question) -> None:
        if self.ahead == 0 or (self.ahead == 1 and ended.thread == self.question.thread):
            self.needless.set()


class Inbox:
    """``on_share`` is called with this process's share of Slack's calls when the share or the number of answers
    changes. ``spent``: the part of a minute's calls that it has made."""

    def __init__(
        self,
        common: Common,
        notices: Notices,
        answer: Answer,
        *,
        on_share: Callable[[Share], None] = lambda _: None,
        spent: Callable[[], Calls] = Calls,
        tidy: Tidy | None = None,
        on_closing: Callable[[Inbox], None] = lambda _: None,
        on_closed: Callable[[Inbox], None] = lambda _: None,
    ) -> None:
        self._common = common
        self._questions = common.questions
        self._notices = notices
        self._answer = answer
        self._on_share = on_share
        self.spent, self.tidy = spent, tidy
        self._on_closing = on_closing
        self._on_closed = on_closed
        self._closing = False
        self._turns: dict[asyncio.Task[bool], Claim] = {}
        self._answered: set[int] = set()
        self._erased: set[int] = set()
        self._posting: dict[asyncio.Task[bool], _Notice] = {}
        self._others: Others | None = None

    @property
    def claims(self) -> tuple[Claim, ...]:
        """Claims whose turns are running."""
        return tuple(self._turns.values())

    @property
    def locks(self) -> tuple[Lock, ...]:
        """The locks of questions whose notices are being posted."""
        return tuple(notice.lock for notice in self._posting.values())

    async def accept(self, question: Question) -> bool:
        """Stores ``question``; ``False`` if it was there already. Raises ``StoreFailed``: then Slack must get no
        ack."""
        common = self._common
        busy = common.turns + common.new >= common.limits.turns_max
        lease_s = common.limits.lease_s if len(self._posting) < NOTICES_MAX else 0.0
        common.new += 1
        common.due.set()  # so that it can be claimed in the transaction that stores it
        try:
            accepted = await self._questions.add(question, common.owner, busy=busy, lease_s=lease_s)
        except StoreFailed:
            common.not_stored = question
            common.beat_soon.set()  # if it is stored all the same, under a lock, that ends with the next heartbeat
            raise
        common.not_stored = None
        if accepted is None:
            return False
        log.info("question.accepted", **whose(question))
        if accepted.lock is not None and (self._closing or common.closing):  # no notice comes, and the lock would stay
            await safely(self._questions.unlock(accepted.lock, recorded=True))
        elif accepted.lock is not None:
            notice = _Notice(question, accepted.ahead, accepted.lock)
            task = asyncio.create_task(safely(self._notify(notice)))
            self._posting[task] = notice
            task.add_done_callback(self._posting.pop)
        return True

    def begin(self, claim: Claim) -> None:
        for turn, earlier in self._turns.items():
            if earlier.id == claim.id:  # the process was asleep for longer than that turn's lease
                turn.cancel()
        turn = asyncio.create_task(self._run(claim))
        self._turns[turn] = claim
        self._common.turns += 1
        turn.add_done_callback(self._ended)
        self._answers_changed()

    def heard(self, others: Others) -> None:
        """Takes in what a heartbeat said about the workspace's other processes."""
        if others != self._others or others != Others():
            self._others = others
            self._on_share(others.share_beside(len(self._turns)))
        if self._turns and others != Others():  # what they have left over is worth a call now
            self._common.beat_soon.set()

    def stop_what_is_lost(self) -> None:
        """Ends turns whose lease is lost and, once, turns whose question was erased: those then say so."""
        for turn, claim in self._turns.items():
            if claim.lease.erased and not claim.erased and claim.id not in self._erased | self._answered:
                log.info("inbox.question_erased", **whose(claim.question))
                self._erased.add(claim.id)
                turn.cancel()
            if not claim.lease.held() and claim.id not in self._answered and not turn.cancelling():
                log.warning("inbox.lease_lost", **whose(claim.question))
                turn.cancel()

    async def close(self, grace_s: float, hurry: asyncio.Event | None = None) -> None:
        """Claims nothing more. Lets running turns end for ``grace_s`` or until ``hurry``, and requeues the rest."""
        self._closing = True
        self._on_closing(self)
        if running := {*self._turns, *self._posting}:
            log.info("inbox.draining", turns=len(self._turns))
        try:
            if running:
                ended, hurried = asyncio.wait(running), (hurry or asyncio.Event()).wait()
                await _first_of(ended, hurried, within_s=grace_s)
        finally:
            rest = [*self._turns, *self._posting]
            for task in rest:
                task.cancel()
            await within_patience(*rest)
            self._on_closed(self)

    async def _run(self, claim: Claim) -> bool:
        """Whether another question may be waiting for the end of this turn."""
        poll_s = self._common.limits.poll_s
        work_under(claim.lease)
        try:
            outcome = await self._answer(claim)
        except asyncio.CancelledError:
            await safely(self._questions.requeue(claim))
            raise
        except (StoreFailed, SlackError, LeaseLost) as error:  # it remains to be answered
            log.warning("inbox.turn_put_off", error=f"{type(error).__name__} {error}")
            await asyncio.sleep(poll_s)
            await _until_written(lambda: self._questions.requeue(claim), poll_s)
            return True
        except Exception:
            # A fault of ours. The turn has told the person what it could; asking again would only repeat it.
            log.exception("turn.crashed", **whose(claim.question))
            outcome = Outcome.FAILED
        for notice in self._posting.values():
            notice.note_end_of(claim.question)
        # An answered question that stayed open would be answered again.
        self._answered.add(claim.id)
        try:
            ended = await _until_written(lambda: self._questions.finish(claim, outcome), poll_s)
        finally:
            self._answered.discard(claim.id)
            self._erased.discard(claim.id)
        claim.lease.ended = ended.held
        return ended.others_wait or not ended.held

    def _ended(self, turn: asyncio.Task[bool]) -> None:
        common = self._common
        full = common.turns >= common.limits.turns_max  # nothing was claimed while it ended
        del self._turns[turn]
        common.turns -= 1
        if full or turn.cancelled() or turn.exception() or turn.result():
            common.due.set()
        self._answers_changed()

    def _answers_changed(self) -> None:
        if self._others not in {None, Others()}:  # first words must not wait for a heartbeat to get their share
            self.heard(self._others)
            self._common.beat_soon.set()

    async def _notify(self, notice: _Notice) -> None:
        """Posts the notice while the question is locked, so that its turn finds the notice and takes it away."""
        recorded = False
        try:
            recorded = await self._post_notice(notice)
        finally:
            await self._questions.unlock(notice.lock, recorded=recorded)
            self._common.due.set()

    async def _post_notice(self, notice: _Notice) -> bool:
        """Whether everything that stands in Slack now is recorded."""
        try:
            await self._notices.queued(notice.question, notice.ahead, notice.lock.lease, notice.needless.wait)
        except (SlackOutcomeUnknown, StoreFailed) as error:
            log.info("inbox.notice_failed", error=str(error))
            return False
        except SlackError as error:
            log.info("inbox.notice_failed", error=str(error))
        return True


async def within_patience(*tasks: asyncio.Task[Any]) -> None:
    """Waits for ``tasks``, however they end, but not for a database that does not answer."""
    if tasks:
        await asyncio.wait(tasks, timeout=CLOSE_PATIENCE_S)


async def safely(work: Awaitable[object]) -> bool:
    """Whether ``work`` succeeded. What it raises is logged, and the inbox goes on."""
    return await _result_of(work) is not None


async def _result_of(work: Awaitable[T]) -> tuple[T] | None:
    try:
        return (await work,)
    except StoreFailed as error:
        log.warning("inbox.store_failed", error=str(error))
    except Exception:
        log.exception("inbox.crashed")
    return None


async def _until_written(call: Callable[[], Awaitable[T]], again_s: float) -> T:
    while True:
        if (written := await _result_of(call())) is not None:
            return written[0]
        await asyncio.sleep(again_s)


async def _first_of(*waits: Coroutine[Any, Any, Any], within_s: float) -> None:
    tasks = [asyncio.create_task(one) for one in waits]
    try:
        await asyncio.wait(tasks, timeout=within_s, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
