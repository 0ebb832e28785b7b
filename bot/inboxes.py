"""Claims due questions and keeps leases for all inboxes of a process at once.

One loop claims what is due whenever a question was accepted or a turn ended here, and looks every ``poll_s`` for what
other processes left behind. Another sends the heartbeat that renews this process's leases. Both cost the same however
many workspaces are open: a quiet one is not queried by name. The number of concurrent turns is bounded for the process,
and ``Questions.claim`` is fair among workspaces, so a busy one takes no turns from another.

I/O: the database through ``ports.Questions``, the clock.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Collection
from contextlib import suppress
from typing import Protocol

from bot.inbox import Answer, Common, Inbox, InboxLimits, Tidy, safely, within_patience
from bot.messages import Question
from bot.ports import SETTLED_S, Claim, Notices, Questions, Vitals
from bot.shares import Calls, Others, Share
from bot.telemetry.logs import get_logger

log = get_logger(__name__)

WATCH_EVERY_S = 1.0
FORGET_EVERY_S = 3_600.0
TIDY_EVERY_S = 20.0


class LeftReplies(Protocol):
    """Implemented by the database: the questions whose answers may have left messages that are no part of them, because
    a process died before it took those away. Both raise ``StoreFailed``."""

    async def left(self, teams: Collection[str]) -> list[Question]:
        """Some of those of these workspaces."""

    async def tidied(self, question: Question) -> None:
        """Nothing is left of its reply."""


class Inboxes:
    """``owner`` names this process among those that share the database.

    ``on_alive`` is called after each heartbeat, unless questions cannot be stored.
    """

    def __init__(
        self,
        questions: Questions,
        owner: str,
        limits: InboxLimits,
        *,
        left: LeftReplies | None = None,
        on_alive: Callable[[], None] = lambda: None,
    ) -> None:
        self._common = Common(questions, owner, limits)
        self._left = left
        self._on_alive = on_alive
        self._started_s = time.monotonic()
        self._forget_at_s = self._started_s
        self._open: dict[str, Inbox] = {}
        self._all: dict[Inbox, str] = {}
        """Inboxes by workspace, including those that are being closed."""
        self._loops: list[asyncio.Task[None]] = []

    def open(
        self,
        team_id: str,
        notices: Notices,
        answer: Answer,
        *,
        on_share: Callable[[Share], None] = lambda _: None,
        spent: Callable[[], Calls] = Calls,
        tidy: Tidy | None = None,
    ) -> Inbox:
        """From now on this process answers in that workspace, until the inbox is closed. ``tidy`` takes away what is
        left of a reply, and returns whether there is nothing more to do."""
        inbox = Inbox(
            self._common,
            notices,
            answer,
            on_share=on_share,
            spent=spent,
            tidy=tidy,
            on_closing=self._leave,
            on_closed=self._forget,
        )
        self._open[team_id] = inbox
        self._all[inbox] = team_id
        self._common.due.set()
        self._common.beat_soon.set()  # it learns which other processes answer there
        return inbox

    def start(self) -> None:
        loops = (self._claim_loop(), self._heartbeat_loop(), self._watch_loop(), self._tidy_loop())
        self._loops = [asyncio.create_task(loop) for loop in loops]

    async def close(self, grace_s: float, hurry: asyncio.Event | None = None) -> None:
        """Claims nothing more, and closes all of them."""
        self._common.closing = True
        self._common.due.set()
        # Other processes now know that this one is being stopped. A claim on its way still becomes a turn.
        await within_patience(asyncio.create_task(safely(self._heartbeat())), *self._loops[:1])
        try:
            await asyncio.gather(*(inbox.close(grace_s, hurry) for inbox in list(self._all)))
        finally:
            # The heartbeat goes on until here: if another process got the lease of a turn, it would be answered twice.
            for task in self._loops:
                task.cancel()
            await within_patience(*self._loops)
            await within_patience(asyncio.create_task(safely(self._heartbeat(ended=True))))

    def _leave(self, inbox: Inbox) -> None:
        """Unless the workspace has been opened again meanwhile."""
        team_id = self._all.get(inbox, "")
        if self._open.get(team_id) is inbox:
            del self._open[team_id]

    def _forget(self, inbox: Inbox) -> None:
        self._all.pop(inbox, None)

    async def _claim_loop(self) -> None:
        common = self._common
        while not common.closing:
            common.due.clear()
            new = common.new
            await safely(self._claim_due())
            common.new -= new
            with suppress(TimeoutError):
                async with asyncio.timeout(common.limits.poll_s):  # without a task: it joins what made it due
                    await common.due.wait()

    async def _claim_due(self) -> None:
        common = self._common
        free = common.limits.turns_max - common.turns
        if free <= 0 or not self._open:
            return
        claims = await common.questions.claim(
            common.owner,
            teams=frozenset(self._open),
            most=free,
            lease_s=common.limits.lease_s,
            settled=time.monotonic() - self._started_s >= SETTLED_S,
        )
        for claim in claims:
            await self._begin(claim)

    async def _begin(self, claim: Claim) -> None:
        if (inbox := self._open.get(claim.question.team_id)) is not None:
            inbox.begin(claim)
        else:  # the workspace was closed while its question was being claimed
            await safely(self._common.questions.requeue(claim))

    async def _heartbeat_loop(self) -> None:
        """More often while another process shares a workspace in which answers are being written here."""
        while True:
            every_s = self._common.limits.lease_s / 4
            pause_s = min(WATCH_EVERY_S, every_s)
            heard = await safely(self._heartbeat())
            await asyncio.sleep(pause_s)
            if heard:
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._common.beat_soon.wait(), every_s - pause_s)

    async def _heartbeat(self, *, ended: bool = False) -> None:
        common, inboxes = self._common, dict(self._all)
        common.beat_soon.clear()
        spent = dict.fromkeys(inboxes.values(), Calls())
        for inbox, team_id in inboxes.items():  # a workspace that was opened again may have two
            spent[team_id] = spent[team_id].plus(inbox.spent())
        vitals = Vitals(
            claims=tuple(claim for inbox in inboxes for claim in inbox.claims),
            locks=tuple(lock for inbox in inboxes for lock in inbox.locks),
            spent=spent,
            stopping=common.closing,
            ended=ended,
        )
        heartbeat = await common.questions.heartbeat(common.owner, vitals, lease_s=common.limits.lease_s)
        for inbox, team_id in inboxes.items():
            inbox.heard(heartbeat.others.get(team_id, Others()))
            inbox.stop_what_is_lost()
        if heartbeat.expired:
            log.warning("inbox.leases_expired", questions=heartbeat.expired)
            common.due.set()
        if time.monotonic() >= self._forget_at_s:
            await common.questions.forget(common.limits.remember_s)
            self._forget_at_s = time.monotonic() + FORGET_EVERY_S
        if (refused := common.not_stored) is not None:  # a heartbeat needs less of a disk than a question
            await common.questions.would_take(refused)
            common.not_stored = None if common.not_stored is refused else common.not_stored
        if common.not_stored is None:
            self._on_alive()

    async def _tidy_loop(self) -> None:
        """It may have to wait for Slack for long, so nothing else waits for it."""
        while True:
            await safely(self._tidy())
            await asyncio.sleep(TIDY_EVERY_S)

    async def _tidy(self) -> None:
        if self._left is None or not self._open:
            return
        for question in await self._left.left(frozenset(self._open)):
            inbox = self._open.get(question.team_id)
            if inbox is not None and inbox.tidy is not None and await inbox.tidy(question):
                await self._left.tidied(question)

    async def _watch_loop(self) -> None:
        """If the database does not answer, leases run out as well."""
        while True:
            for inbox in self._all:
                inbox.stop_what_is_lost()
            await asyncio.sleep(min(WATCH_EVERY_S, self._common.limits.lease_s / 4))
