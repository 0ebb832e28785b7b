"""Removes a button later if no edit was free for that in time, repairs what an edit that came late has undone, and
takes away what was posted twice.

I/O: Slack, after the turn. Under load, or while edits fail, a message may be complete and still say that it is being
written; its turn does not wait for an edit that changes no word. That edit is made when nobody else needs one, and only
once the question is finished: until then another process could have it, and other words in the same message. If the
process ends first, such an edit counts as the last words of its answer, for which an edit a minute is kept.

A post whose outcome is unknown is looked for before it is made again. But Slack lists a message a moment after it was
posted, or carries out a call after the process that made it has died: then the same words stand twice. So where that
may be, the thread is looked through when the answer is whole, and messages that say that they answer this question but
are none of its reply are deleted.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Protocol

from bot.closing import NOTHING, Closing
from bot.errors import ReplyGone, SlackError, StoreFailed
from bot.lease import Lease
from bot.slack.web_api.call_budget import Bid, Urgency
from bot.slack.write.plan import Action, Remove, Show
from bot.slack.write.removals import Removals
from bot.slack.write.reply_parts import Parts
from bot.slack.write.slow_calls import SlowCalls
from bot.slack.write.thread_outlet import ThreadOutlet
from bot.slack.write.wrapped_reply import WrappedReply
from bot.slack.write.writer import Writer
from bot.telemetry.logs import get_logger

log = get_logger(__name__)

AFTER_S, WITHIN_S = 1.0, 180.0
CLOSE_WITHIN_S = 3.0
PAUSES_S = (1.0, 5.0, 20.0, 60.0)
"""Between tries; the last one is not followed by any."""
LOOKS_AFTER_S = (1.0, 14.0, 50.0)
"""Each after the one before. Slack may carry out a post long after the connection for it has ended."""


class LatePlan(Protocol):
    @property
    def late(self) -> list[Show]:
        """The edits that are left when the reply is finished."""

    @property
    def parts(self) -> Parts | None:
        """``None``: not all of its messages can be known."""

    @property
    def removals(self) -> Removals:
        """What of it has to be deleted."""


LeftEdits = Callable[[], Sequence[Show]]


@dataclass(slots=True)
class LateEdits:
    """The late edits of a workspace; they end with it."""

    _tasks: set[asyncio.Task[None]] = field(default_factory=set)
    _closing: asyncio.Event = field(default_factory=asyncio.Event)

    def begin(self, edits: LeftEdits, outlet: ThreadOutlet, lease: Lease, slow: SlowCalls) -> None:
        """``slow``: edits that may still come late; when they have ended, the plan knows what that has undone."""
        self._run(self._made(edits, outlet, lease, slow))

    def look_through(self, parts: Parts, removals: Removals, outlet: ThreadOutlet, lease: Lease) -> None:
        """Takes away the messages of a reply that are none of ``parts``."""
        self._run(self._looked_through(parts, removals, outlet, lease))

    def _run(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def close(self) -> None:
        """What is not made by then stays undone: nobody else knows of it."""
        self._closing.set()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=CLOSE_WITHIN_S)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _made(self, edits: LeftEdits, outlet: ThreadOutlet, lease: Lease, slow: SlowCalls) -> None:
        await self._paused(AFTER_S)
        try:
            async with asyncio.timeout(WITHIN_S):
                await self._unless_closing(slow)
                for edit in edits():
                    await self._made_once(edit, outlet, lease)
        except TimeoutError:
            log.info("reply.button_stays", code="no_edit_free")

    async def _looked_through(self, parts: Parts, removals: Removals, outlet: ThreadOutlet, lease: Lease) -> None:
        """What is not done when the process ends is noted with the question, and done by the next one."""
        known, gone, strays, tidy = set(removals.left), set[str](), set[str](), False
        for pause_s in LOOKS_AFTER_S:
            await self._paused(pause_s)
            if not lease.ended:  # it may be another process's by now
                return
            try:
                async with asyncio.timeout(WITHIN_S):
                    strays, tidy = known.union(await outlet.strays(parts.messages)) - gone, True
            except (SlackError, TimeoutError) as error:
                log.info("reply.not_looked_through", error=str(error) or type(error).__name__)
                strays, tidy = known - gone, False
            for ts in sorted(strays):
                log.warning("reply.left_message", message=ts)
                if await self._made_once(Remove(ts), outlet, lease):
                    gone.add(ts)
            if self._closing.is_set():
                return
        if tidy and strays <= gone:
            with suppress(StoreFailed):
                await outlet.tidied()

    async def _unless_closing(self, slow: SlowCalls) -> None:
        waits: set[asyncio.Task[Any]] = {asyncio.create_task(slow.ended()), asyncio.create_task(self._closing.wait())}
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()

    async def _paused(self, seconds: float) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._closing.wait()

    async def _made_once(self, edit: Action, outlet: ThreadOutlet, lease: Lease) -> bool:
        """Whether it was made, or is no longer needed."""
        since_s = asyncio.get_running_loop().time()
        for pause_s in PAUSES_S:
            if not (await self._granted(edit, outlet, since_s) and lease.ended):
                return False
            try:
                await outlet.send(edit)
            except ReplyGone:
                return True
            except SlackError as error:
                log.info("reply.button_stays", code=error.code)
            else:
                return True
            await self._paused(pause_s)
        return False

    async def _granted(self, edit: Action, outlet: ThreadOutlet, since_s: float) -> bool:
        if not self._closing.is_set():
            ticket = outlet.request(edit, lambda _: Bid(since_s=since_s))
            closing = asyncio.create_task(self._closing.wait())
            closing.add_done_callback(lambda _: ticket.recall())
            try:
                if await ticket.granted():
                    return True
            finally:
                closing.cancel()
        return await outlet.request(edit, lambda _: Bid(Urgency.FINAL, since_s)).granted()


class TidiedReply(WrappedReply):
    def __init__(self, writer: Writer, plan: LatePlan, outlet: ThreadOutlet, lease: Lease, edits: LateEdits) -> None:
        super().__init__(writer)
        self._slow = writer.slow_calls
        self._plan = plan
        self._outlet = outlet
        self._lease = lease
        self._edits = edits

    async def finish(self, closing: Closing = NOTHING) -> None:
        try:
            await super().finish(closing)
        finally:
            self._note_what_is_left()
        if self._plan.late or self._slow.open:
            self._edits.begin(lambda: tuple(self._plan.late), self._outlet, self._lease, self._slow)

    def _note_what_is_left(self) -> None:
        """Also where the answer ended early: a notice has nothing to say any more then."""
        parts, removals = self._plan.parts, self._plan.removals
        self._lease.untidy = bool(removals.left) or (parts is not None and parts.uncertain)
        if self._lease.untidy and parts is not None:
            self._edits.look_through(parts, removals, self._outlet, self._lease)
