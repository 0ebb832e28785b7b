"""Accepted questions go in; turns are run: each question once, in order in its thread, capped, and again after a crash.

A question is written down before Slack gets its acknowledgement; from then on the database knows it until it is
finished. One loop claims what is due whenever something was accepted or ended here, and looks every ``poll_s`` for what
other processes left; another sends the heartbeat that keeps this process's leases.

I/O: the database through ``ports.Questions``, the clock.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass

from bot.errors import SlackError, SlackOutcomeUnknown, StoreFailed
from bot.logs import get_logger
from bot.messages import Question
from bot.ports import Claim, Outcome, Questions, Replies

log = get_logger(__name__)

Answer = Callable[[Claim], Awaitable[Outcome]]


@dataclass(frozen=True, slots=True)
class InboxLimits:
    turns_max: int = 50
    lease_s: float = 20.0
    """After this time without a heartbeat a process counts as dead, and its questions can be claimed again."""
    notice_lock_s: float = 60.0
    """Longer than posting a notice can take."""
    poll_s: float = 2.0
    remember_s: float = 90 * 86_400
    """How long a question's key is remembered, so that a late redelivery or an edit asks nothing twice."""


class Inbox:
    """``owner`` names this process among those that share the database.

    ``on_heartbeat`` is called after each heartbeat that the database took, with the number of processes that live.
    """

    def __init__(
        self,
        questions: Questions,
        replies: Replies,
        answer: Answer,
        owner: str,
        limits: InboxLimits,
        *,
        on_heartbeat: Callable[[int], None] = lambda _: None,
    ) -> None:
        self._questions = questions
        self._replies = replies
        self._answer = answer
        self._owner = owner
        self._limits = limits
        self._on_heartbeat = on_heartbeat
        self._due = asyncio.Event()
        self._closing = False
        self._turns: dict[asyncio.Task[None], Claim] = {}
        self._notices: set[asyncio.Task[bool]] = set()
        self._loops: list[asyncio.Task[None]] = []

    async def accept(self, question: Question) -> bool:
        """Writes ``question`` down; ``False`` where it was. Raises ``StoreFailed``: then Slack must get no ack."""
        new = await self._questions.add(question, time.time())
        if new:
            log.info("question.accepted", **_names(question))
            self._due.set()
            notice = asyncio.create_task(_safely(self._notify_if_queued(question)))
            self._notices.add(notice)
            notice.add_done_callback(self._notices.discard)
        return new

    def start(self) -> None:
        self._loops = [asyncio.create_task(self._claim_loop()), asyncio.create_task(self._heartbeat_loop())]

    async def close(self, grace_s: float) -> None:
        """Claims nothing more, lets running turns end for ``grace_s``, and requeues the rest."""
        self._closing = True
        self._due.set()
        await asyncio.gather(*self._loops[:1])  # a claim on its way becomes a turn, so that none is forgotten
        if running := {*self._turns, *self._notices}:
            log.info("inbox.draining", turns=len(self._turns))
            await asyncio.wait(running, timeout=grace_s)
        # The heartbeat goes on until here: a turn whose lease another process got would be answered twice.
        left = list(self._turns.values())
        rest = [*self._turns, *self._notices, *self._loops]
        for task in rest:
            task.cancel()
        await asyncio.gather(*rest, return_exceptions=True)
        for claim in left:
            await _safely(self._questions.requeue(claim))

    async def _claim_loop(self) -> None:
        while not self._closing:
            self._due.clear()
            await _safely(self._claim_due())
            with suppress(TimeoutError):
                await asyncio.wait_for(self._due.wait(), self._limits.poll_s)

    async def _claim_due(self) -> None:
        while len(self._turns) < self._limits.turns_max and not self._closing:
            claim = await self._questions.claim(self._owner, time.time(), self._limits.lease_s)
            if claim is None:
                return
            for turn, earlier in self._turns.items():
                if earlier.id == claim.id:  # this process slept through that turn's lease
                    turn.cancel()
            turn = asyncio.create_task(self._run(claim))
            self._turns[turn] = claim
            turn.add_done_callback(self._ended)

    async def _heartbeat_loop(self) -> None:
        while True:
            await _safely(self._heartbeat())
            await asyncio.sleep(self._limits.lease_s / 4)

    async def _heartbeat(self) -> None:
        """Renews our leases, stops turns that have lost theirs, and makes what died processes left claimable again."""
        now_s, turns = time.time(), list(self._turns.items())
        heartbeat = await self._questions.heartbeat(self._owner, now_s, self._limits.lease_s)
        for turn, claim in turns:
            if (claim.id, claim.fence) not in heartbeat.kept:
                turn.cancel()
        if expired := await self._questions.expire(now_s):
            log.warning("inbox.leases_expired", questions=expired)
            self._due.set()
        await self._questions.forget(now_s - self._limits.remember_s)
        self._on_heartbeat(heartbeat.processes)

    async def _run(self, claim: Claim) -> None:
        try:
            outcome = await self._answer(claim)
        except StoreFailed as error:
            log.warning("inbox.store_failed", error=str(error))
            await asyncio.sleep(self._limits.poll_s)
            await _safely(self._questions.requeue(claim))
            return
        except Exception:
            # A fault of ours: the turn told the person what it could; asking again would only repeat it.
            log.exception("turn.crashed", **_names(claim.question))
            outcome = Outcome.FAILED
        # An answered question that stayed open would be answered again.
        while True:
            if await _safely(self._questions.finish(claim, outcome, time.time())):
                return
            await asyncio.sleep(self._limits.poll_s)

    def _ended(self, turn: asyncio.Task[None]) -> None:
        del self._turns[turn]
        self._due.set()

    async def _notify_if_queued(self, question: Question) -> None:
        """Posts the notice while the question is locked, so that its turn finds the notice, and takes it away."""
        ahead = await self._questions.ahead(question)
        if not ahead and len(self._turns) < self._limits.turns_max:
            return
        fence = await self._questions.lock_for_notice(question, self._owner, time.time(), self._limits.notice_lock_s)
        if fence is None:
            return
        recorded = False
        try:
            recorded = await self._post_notice(question, ahead)
        finally:
            await self._questions.unlock(question, fence, recorded=recorded)
            self._due.set()

    async def _post_notice(self, question: Question, ahead: int) -> bool:
        """Whether there is a record of what stands in Slack now."""
        try:
            await self._replies.queued(question, ahead)
        except (SlackOutcomeUnknown, StoreFailed) as error:
            log.info("inbox.notice_failed", error=str(error))
            return False
        except SlackError as error:
            log.info("inbox.notice_failed", error=str(error))
        return True


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


def _names(question: Question) -> dict[str, str]:
    return {
        "team": question.team_id,
        "channel": question.channel_id,
        "ts": question.ts,
        "entry_point": question.entry_point.value,
    }
