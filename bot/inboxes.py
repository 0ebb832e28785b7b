"""The inboxes of a process's workspaces go in; what is due in any of them is claimed, and leases are kept, for all of
them at once.

One loop claims what is due whenever something was accepted or ended here, and looks every ``poll_s`` for what other
processes left; another sends the heartbeat that keeps this process's leases. Both cost the same however many workspaces
are open: who is quiet is not asked for by name. What runs at the same time is bounded for the process, and
``Questions.claim`` is fair among the workspaces, so that a busy one takes the turns of no other.

I/O: the database through ``ports.Questions``, the clock.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress

from bot.inbox import Answer, Common, Inbox, InboxLimits, safely, within_patience
from bot.ports import SETTLED_S, Claim, Notices, Questions, Vitals
from bot.shares import Others, Share
from bot.telemetry.logs import get_logger

log = get_logger(__name__)

WATCH_EVERY_S = 1.0
FORGET_EVERY_S = 3_600.0


class Inboxes:
    """``owner`` names this process among those that share the database.

    After each heartbeat ``on_alive`` is called, if questions are written down too.
    """

    def __init__(
        self, questions: Questions, owner: str, limits: InboxLimits, *, on_alive: Callable[[], None] = lambda: None
    ) -> None:
        self._common = Common(questions, owner, limits)
        self._on_alive = on_alive
        self._started_s = time.monotonic()
        self._forget_at_s = self._started_s
        self._open: dict[str, Inbox] = {}
        self._all: dict[Inbox, str] = {}
        """Those that are being closed too, with their workspaces."""
        self._loops: list[asyncio.Task[None]] = []

    def open(
        self,
        team_id: str,
        notices: Notices,
        answer: Answer,
        *,
        on_share: Callable[[Share], None] = lambda _: None,
        spent: Callable[[], float] = lambda: 0.0,
    ) -> Inbox:
        """From now on what is asked in that workspace is answered here, until the inbox is closed."""
        inbox = Inbox(
            self._common,
            notices,
            answer,
            on_share=on_share,
            spent=spent,
            on_closing=self._leave,
            on_closed=self._forget,
        )
        self._open[team_id] = inbox
        self._all[inbox] = team_id
        self._common.due.set()
        self._common.beat_soon.set()  # it hears of the others who answer there
        return inbox

    def start(self) -> None:
        loops = (self._claim_loop(), self._heartbeat_loop(), self._watch_loop())
        self._loops = [asyncio.create_task(loop) for loop in loops]

    async def close(self, grace_s: float, hurry: asyncio.Event | None = None) -> None:
        """Claims nothing more, and closes all of them."""
        self._common.closing = True
        self._common.due.set()
        # Others know from now on that this process is being stopped. A claim on its way becomes a turn.
        await within_patience(asyncio.create_task(safely(self._heartbeat())), *self._loops[:1])
        try:
            await asyncio.gather(*(inbox.close(grace_s, hurry) for inbox in list(self._all)))
        finally:
            # The heartbeat went on until now: a turn whose lease another process got would be answered twice.
            for task in self._loops:
                task.cancel()
            await within_patience(*self._loops)
            await within_patience(asyncio.create_task(safely(self._heartbeat(ended=True))))

    def _leave(self, inbox: Inbox) -> None:
        """Where the workspace has not been opened anew meanwhile."""
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
                async with asyncio.timeout(common.limits.poll_s):  # without a task: a claim joins what made it due
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
        """Sooner where others share a workspace and the number of our answers there has changed."""
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
        spent = dict.fromkeys(inboxes.values(), 0.0)
        for inbox, team_id in inboxes.items():  # of a workspace that was opened anew there may be two
            spent[team_id] += inbox.spent()
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
        if common.accepting:
            self._on_alive()

    async def _watch_loop(self) -> None:
        """A database that does not answer lets leases run out as well."""
        while True:
            for inbox in self._all:
                inbox.stop_what_is_lost()
            await asyncio.sleep(min(WATCH_EVERY_S, self._common.limits.lease_s / 4))
