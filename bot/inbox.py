"""Accepted questions go in; turns are run: each question once, in order in its thread, capped, and again after a crash.

A question is written down before Slack gets its acknowledgement; from then on the database knows it until it is done.
The loop takes what is due whenever something was accepted or ended here, and looks every ``poll_s`` for what other
processes left. I/O: the database through ``ports.Questions``, the clock.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from bot.errors import SlackError, StoreFailed
from bot.logs import get_logger
from bot.messages import Question
from bot.ports import Claim, Outcome, Questions, Replies

log = get_logger(__name__)

Answer = Callable[[Claim], Awaitable[Outcome]]


@dataclass(frozen=True, slots=True)
class InboxLimits:
    turns_max: int = 50
    lease_s: float = 20.0
    poll_s: float = 2.0
    keep_s: float = 90 * 86_400
    """How long a question's key is remembered, so that a late redelivery or an edit asks nothing twice."""


class Inbox:
    """``owner`` names this process among those that share the database."""

    def __init__(self, questions: Questions, replies: Replies, answer: Answer, owner: str, limits: InboxLimits) -> None:
        self._questions = questions
        self._replies = replies
        self._answer = answer
        self._owner = owner
        self._limits = limits
        self._due = asyncio.Event()
        self._turns: dict[int, asyncio.Task[None]] = {}
        self._notices: set[asyncio.Task[None]] = set()
        self._loops: list[asyncio.Task[None]] = []

    async def accept(self, question: Question) -> bool:
        """Writes ``question`` down; ``False`` where it was. Raises ``StoreFailed``: then Slack must get no ack."""
        new = await self._questions.add(question, time.time())
        if new:
            log.info("question.accepted", **_names(question))
            self._due.set()
            self._in_background(self._tell_if_queued(question))
        return new

    def start(self) -> None:
        self._loops = [asyncio.create_task(self._take()), asyncio.create_task(self._look_after())]

    async def close(self, grace_s: float) -> None:
        """Takes nothing more, lets running turns finish for ``grace_s``, and gives back the rest for later."""
        for loop in self._loops:
            loop.cancel()
        await asyncio.gather(*self._loops, return_exceptions=True)
        running = set(self._turns.values())
        if running:
            log.info("inbox.draining", turns=len(running))
            await asyncio.wait(running, timeout=grace_s)
        for turn in running | self._notices:
            turn.cancel()
        await asyncio.gather(*running, *self._notices, return_exceptions=True)

    async def _take(self) -> None:
        while True:
            self._due.clear()
            try:
                while len(self._turns) < self._limits.turns_max:
                    claim = await self._questions.claim(self._owner, time.time(), self._limits.lease_s)
                    if claim is None:
                        break
                    self._turns[claim.id] = asyncio.create_task(self._run(claim))
            except StoreFailed as error:
                log.warning("inbox.store_failed", error=str(error))
            try:
                await asyncio.wait_for(self._due.wait(), self._limits.poll_s)
            except TimeoutError:
                continue

    async def _look_after(self) -> None:
        """Renews our leases and frees those of processes that died."""
        while True:
            try:
                now_s = time.time()
                await self._questions.renew(self._owner, now_s, self._limits.lease_s)
                if freed := await self._questions.recover(now_s):
                    log.warning("inbox.recovered", questions=freed)
                    self._due.set()
                await self._questions.forget(now_s - self._limits.keep_s)
            except StoreFailed as error:
                log.warning("inbox.store_failed", error=str(error))
            await asyncio.sleep(self._limits.lease_s / 4)

    async def _run(self, claim: Claim) -> None:
        try:
            outcome = await self._answer(claim)
            await self._end(claim, outcome)
        except asyncio.CancelledError:
            await asyncio.shield(self._give_back(claim))
            raise
        except Exception:
            # A fault of ours: the turn told the person what it could; asking again would only repeat it.
            log.exception("turn.crashed", **_names(claim.question))
            await self._end(claim, Outcome.FAILED)
        finally:
            self._turns.pop(claim.id, None)
            self._due.set()

    async def _end(self, claim: Claim, outcome: Outcome) -> None:
        """Tries until the database has it: an answered question that stayed open would be answered again."""
        while True:
            try:
                return await self._questions.done(claim.id, outcome, time.time())
            except StoreFailed as error:
                log.warning("inbox.store_failed", error=str(error))
                await asyncio.sleep(self._limits.poll_s)

    async def _give_back(self, claim: Claim) -> None:
        try:
            await self._questions.release(claim.id)
        except StoreFailed as error:  # its lease runs out instead
            log.warning("inbox.store_failed", error=str(error))

    async def _tell_if_queued(self, question: Question) -> None:
        try:
            ahead = await self._questions.ahead(question)
            if ahead or len(self._turns) >= self._limits.turns_max:
                await self._replies.queued(question, ahead)
        except (StoreFailed, SlackError) as error:
            log.info("inbox.not_told", error=str(error))

    def _in_background(self, work: Awaitable[None]) -> None:
        task = asyncio.ensure_future(work)
        self._notices.add(task)
        task.add_done_callback(self._notices.discard)


def _names(question: Question) -> dict[str, str]:
    return {"team": question.team_id, "channel": question.channel_id, "ts": question.ts, "asked": question.asked.value}
