"""Carries out a plan in Slack, one call at a time. I/O: Slack, through an outlet.

One task writes one reply, so that its calls never overlap. It asks the plan what to do when its turn to call has come,
so that every call carries the newest words. What Slack cannot do now is tried again for ``PATIENCE_S``; what a failure
means is the plan's to say. Implements ``ports.Reply``.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import replace
from math import inf
from typing import Protocol

from bot.closing import NOTHING, Button, Closing
from bot.errors import (
    LeaseLost,
    ReplyGone,
    ReplyNotPossible,
    SlackError,
    SlackOutcomeUnknown,
    SlackTokenInvalid,
    SlackUnavailable,
    StoreFailed,
)
from bot.lease import Lease
from bot.slack.web_api.call_budget import Bid
from bot.slack.web_api.method_limiter import Bidder, Ticket
from bot.slack.write.markdown.shown import ShownMarkdown
from bot.slack.write.overlooked import SEE_WITHIN_S, Overlooked
from bot.slack.write.pauses import Pauses
from bot.slack.write.plan import Action, Change, Next, Plan, Remove, Show, Sight, StartStream
from bot.slack.write.slow_calls import SlowCalls
from bot.slack.write.status_line import StatusLine, in_a_message
from bot.telemetry import metrics
from bot.telemetry.logs import get_logger

log = get_logger(__name__)

PATIENCE_S = 1_800.0
"""How long calls may fail in a row before the reply fails."""
ABANDON_WITHIN_S, READY_WITHIN_S = 2.0, 3.0


class Outlet(Protocol):
    """Where a reply is written."""

    def edit_every_s(self) -> float:
        """How often one answer can be edited as things are."""

    def request(self, action: Action, bidder: Bidder) -> Ticket | None:
        """A ticket for the call of ``action``; ``None`` where no call has to wait."""

    async def send(self, action: Action) -> str:
        """Makes the call; returns the ts of the message. Raises ``SlackError``."""

    async def find(self, action: Action) -> str | None:
        """The ts of the message that ``action`` posted, if it did. Raises ``SlackError`` where it could not look."""

    async def see(self, action: Change) -> Sight | None:
        """What the message of ``action`` shows; ``None`` if it is not there. Raises ``SlackError``."""

    async def record(self, part: int, ts: str) -> None:
        """Remembers which message shows a part. Raises ``StoreFailed``."""

    def why_not(self, code: str) -> str:
        """Why nothing can be posted here, in a sentence for the person."""


class Writer:
    """Writes while ``lease`` is held. ``status_line`` shows the status until there is a message; ``None``: nobody needs
    to see one. ``posts_status``: it is a message from the beginning, to find out whether the bot can post here."""

    def __init__(
        self,
        plan: Plan,
        outlet: Outlet,
        lease: Lease,
        status_line: StatusLine | None = None,
        *,
        posts_status: bool = False,
    ) -> None:
        self._plan = plan
        self._outlet = outlet
        self.slow_calls = SlowCalls(outlet.send, outlet.find, self._landed_late)
        self._lease = lease
        self._status_line = status_line
        self._posts_status = posts_status
        self._shown = ShownMarkdown()
        self._changed = asyncio.Event()
        self.begun = False
        self._ticket: Ticket | None = None
        self._call: asyncio.Future[None] | None = None
        self._pauses = Pauses(PATIENCE_S)
        self._overlooked = Overlooked(outlet.see)
        self._failure: asyncio.Future[SlackError | LeaseLost] = asyncio.get_running_loop().create_future()
        self._has_message = asyncio.Event()
        self._task = asyncio.create_task(self._write())

    # --- the reply, as a turn sees it --------------------------------------------------------------------------------

    def status(self, text: str) -> None:
        if self._status_line is None:
            return
        beside_the_thread = self._status_line.possible and not self._plan.has_message
        if beside_the_thread:
            self._status_line.show(text, otherwise=lambda: self.status(text))
        if self._posts_status or not beside_the_thread:
            self._plan.status(in_a_message(text))
            self._changed.set()

    async def ready(self) -> None:
        if self._posts_status and not self._plan.has_message:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._has_message.wait(), READY_WITHIN_S)
        self._raise_failure()

    def write(self, text: str) -> None:
        self.begun = self.begun or bool(text.strip())
        self._raise_failure()
        if shown := self._shown.feed(text):
            self._plan.write(shown, _now_s())
            self._changed.set()

    async def failure(self) -> SlackError | LeaseLost:
        return await asyncio.shield(self._failure)

    async def finish(self, closing: Closing = NOTHING) -> None:
        if rest := self._shown.close():
            self._plan.write(rest, _now_s())
        whole = self.begun and not (closing.ending or closing.withdraw) and closing.button in (None, Button.AS_FILE)
        self._plan.finish(replace(closing, feedback=whole), _now_s())
        self._changed.set()
        if self._ticket is not None:
            self._ticket.recall()
        await self._task
        await self._close_status_line()
        self._raise_failure()

    async def abandon(self) -> None:
        """A call that is under way is given a moment to end, so that what it shows is known and recorded."""
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)
        if self._call is not None:
            await asyncio.wait({self._call}, timeout=ABANDON_WITHIN_S)
            self._call.cancel()
            await asyncio.gather(self._call, return_exceptions=True)
        self.slow_calls.cancel()
        if (action := self._plan.abandoned()) is not None:
            try:
                async with asyncio.timeout(ABANDON_WITHIN_S if self._lease.held() else 0):
                    await self._outlet.send(action)
            except (SlackError, LeaseLost, TimeoutError):
                log.info("reply.left_open")
        await self._close_status_line(abandoned=True)

    async def _close_status_line(self, *, abandoned: bool = False) -> None:
        if self._status_line is not None:
            await self._status_line.close(abandoned=abandoned)

    def _raise_failure(self) -> None:
        if self._failure.done():
            raise self._failure.result()

    # --- the task ----------------------------------------------------------------------------------------------------

    async def _write(self) -> None:
        try:
            while not self._plan.settled:
                self._changed.clear()
                action = self._next_action()
                if action is None:
                    await self._wait(self._plan.due_in_s(_now_s()))
                elif await self._granted(action):
                    newest = self._next_action()
                    if newest is not None and _same_call(newest, action):
                        await self._undivided(newest)
        except (SlackError, LeaseLost) as error:
            self._failure.set_result(error)
            self._has_message.set()

    def _next_action(self) -> Action | None:
        return self._plan.next_action(_now_s(), self._outlet.edit_every_s())

    def _bid(self, edit_every_s: float) -> Bid:
        return self._plan.bid(_now_s(), edit_every_s)

    async def _wait(self, due_in_s: float | None) -> None:
        try:
            await asyncio.wait_for(self._changed.wait(), due_in_s)
        except TimeoutError:
            return

    async def _granted(self, action: Action) -> bool:
        """Waits for the call. ``False``: ask the plan again; the answer is complete now, or the wait was too long."""
        ticket = self._outlet.request(action, self._bid)
        if ticket is None:
            return True
        complete, patience_s = self._plan.complete, self._plan.patience_s(action)
        self._ticket = ticket
        try:
            granted = await ticket.granted(patience_s)
        finally:
            self._ticket = None
        if not granted and complete == self._plan.complete:
            self._plan.overdue(action, _now_s(), self._outlet.edit_every_s())
        return granted

    async def _undivided(self, action: Action) -> None:
        """Being abandoned does not cut a call in two: Slack would show a message that nobody remembers."""
        self._call = asyncio.ensure_future(self._do(action))
        await asyncio.shield(self._call)

    async def _do(self, action: Action) -> None:
        if not self._lease.held():
            raise LeaseLost
        called_s, unseen_since_s = _now_s(), self._bid(0.0).since_s
        try:
            ts = await self.slow_calls.send(action)
        except SlackError as error:
            await self._recover(action, error)
        else:
            if unseen_since_s and not isinstance(action, Remove):
                metrics.STALENESS_SECONDS.observe(_now_s() - unseen_since_s)
            self._pauses.reset()
            self._overlooked.made(action, ts)
            self._plan.done(action, ts, called_s)
            await self._posted(action, ts, called_s)

    async def _recover(self, action: Action, error: SlackError) -> None:
        error = await self._overlooked.judged(action, error)
        following = self._plan.failed(action, error, _now_s())
        if following is Next.GIVE_UP:
            if isinstance(error, ReplyGone | SlackTokenInvalid | SlackUnavailable | SlackOutcomeUnknown):
                raise error
            raise ReplyNotPossible(error.method, error.code, self._outlet.why_not(error.code)) from error
        if following is Next.AT_ONCE:
            log.warning("reply.refused", method=error.method, code=error.code)
            return
        if following is Next.AFTER_SEEING and isinstance(action, Show) and await self._seen(action):
            return
        await self._pauses.after(error)
        if following is Next.AFTER_A_LOOK:
            ts = await self._found(action)
            self._plan.found(action, ts, _now_s())
            if ts is not None:
                await self._posted(action, ts, -inf)

    async def _found(self, action: Action) -> str | None:
        """To post again before could show it twice: whether it stands there is looked up, never guessed."""
        while True:
            try:
                return await self._outlet.find(action)
            except (SlackUnavailable, SlackOutcomeUnknown) as error:
                await self._pauses.after(error)

    async def _seen(self, action: Show) -> bool:
        try:
            async with asyncio.timeout(SEE_WITHIN_S):
                sight = await self._outlet.see(action)
        except (SlackError, TimeoutError) as error:
            log.info("reply.not_seen", error=str(error) or type(error).__name__)
            return False
        if sight is None or not self._plan.seen(action, sight, _now_s()):
            return False
        self._pauses.reset()
        return True

    def _landed_late(self, action: Show) -> None:
        self._plan.landed_late(action, _now_s())
        self._changed.set()

    async def _posted(self, action: Action, ts: str, sent_s: float) -> None:
        """If the database cannot store it, a later process finds it in the thread."""
        if not (isinstance(action, StartStream) or (isinstance(action, Show) and action.ts is None)):
            return
        if self._status_line is not None:
            in_thread = isinstance(action, StartStream) or action.in_thread
            self._status_line.replaced(in_thread=in_thread, sent_s=sent_s)
        self._has_message.set()
        try:
            await self._outlet.record(action.part, ts)
        except StoreFailed as error:
            log.warning("reply.not_recorded", error=str(error))


def _same_call(one: Action, other: Action) -> bool:
    """Whether both need a call of the same method."""
    if isinstance(one, Show) and isinstance(other, Show):
        return (one.ts is None) == (other.ts is None)
    return type(one) is type(other)


def _now_s() -> float:
    return asyncio.get_running_loop().time()
