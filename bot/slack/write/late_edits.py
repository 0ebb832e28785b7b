"""A reply goes in; the same comes out, with a button taken off later where no edit was free for that in time.

I/O: Slack, after the turn. Under load a message may be whole and still say that it is being written; its turn does not
wait for an edit that changes no word. Such an edit is made when nobody else needs it, and only once the question is
finished: until then another process could have it, and other words in the same message.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from bot.closing import NOTHING, Closing
from bot.errors import SlackError
from bot.lease import Lease
from bot.ports import Reply
from bot.slack.web_api.call_budget import Bid
from bot.slack.write.plan import Show
from bot.slack.write.thread_outlet import ThreadOutlet
from bot.slack.write.wrapped_reply import WrappedReply
from bot.telemetry.logs import get_logger

log = get_logger(__name__)

AFTER_S, WITHIN_S = 1.0, 180.0
TRIES_MAX = 3


class LatePlan(Protocol):
    @property
    def late(self) -> list[Show]:
        """The edits that are left once the reply is finished."""


@dataclass(slots=True)
class LateEdits:
    """Those of a workspace, which end with it."""

    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    def begin(self, edits: Sequence[Show], outlet: ThreadOutlet, lease: Lease) -> None:
        task = asyncio.create_task(_made(edits, outlet, lease))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


class TidiedReply(WrappedReply):
    def __init__(self, reply: Reply, plan: LatePlan, outlet: ThreadOutlet, lease: Lease, edits: LateEdits) -> None:
        super().__init__(reply)
        self._plan = plan
        self._outlet = outlet
        self._lease = lease
        self._edits = edits

    async def finish(self, closing: Closing = NOTHING) -> None:
        await super().finish(closing)
        if self._plan.late:
            self._edits.begin(tuple(self._plan.late), self._outlet, self._lease)


async def _made(edits: Sequence[Show], outlet: ThreadOutlet, lease: Lease) -> None:
    await asyncio.sleep(AFTER_S)
    try:
        async with asyncio.timeout(WITHIN_S):
            for edit in edits:
                await _made_once(edit, outlet, lease)
    except TimeoutError:
        log.info("reply.button_stays", code="no_edit_free")


async def _made_once(edit: Show, outlet: ThreadOutlet, lease: Lease) -> None:
    since_s = asyncio.get_running_loop().time()
    for _ in range(TRIES_MAX):
        if not (await outlet.request(edit, lambda _: Bid(since_s=since_s)).granted() and lease.ended):
            return
        try:
            await outlet.send(edit)
        except SlackError as error:
            log.info("reply.button_stays", code=error.code)
        else:
            return
