"""An edited question goes in; it is asked as it is now, as long as nobody has read words of its answer.

One that waits is replaced where it is stored. One whose turn runs in this process is answered anew from the beginning;
in another process, and once words were written, the answer goes on as it was asked.

I/O: the database through ``replace_waiting``.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from bot.messages import Question
from bot.ports import Claim
from bot.telemetry.logs import get_logger, whose

log = get_logger(__name__)

T = TypeVar("T")
AGAIN_MAX = 5
"""Each time may cost a request to the model."""
_Key = tuple[str, str, str]


@dataclass(slots=True)
class _Running:
    begun: Callable[[], bool]
    work: asyncio.Task[Any] | None = None
    edited: Question | None = field(default=None, repr=False)
    again: int = 0

    def begin(self, work: asyncio.Task[Any]) -> None:
        self.edited, self.work = None, work


@dataclass(frozen=True, slots=True)
class Edits:
    """``replace_waiting`` writes down what a question is now, where it waits; ``False`` where it does not."""

    replace_waiting: Callable[[Question], Awaitable[bool]]
    _running: dict[_Key, _Running] = field(default_factory=dict, repr=False)

    async def take(self, question: Question) -> bool:
        """Whether it will be answered as it is now. Raises ``StoreFailed``."""
        if await self.replace_waiting(question):
            return True
        running = self._running.get(_key(question))
        if running is None or running.work is None or running.begun() or running.again >= AGAIN_MAX:
            return False
        running.edited = question
        return running.work.cancel()

    async def answered(
        self, claim: Claim, begun: Callable[[], bool], answer: Callable[[Claim], Coroutine[Any, Any, T]]
    ) -> T:
        """What ``answer`` makes of the claim's question, as it was when the first words were written."""
        key, running = _key(claim.question), _Running(begun)
        self._running[key] = running
        try:
            while True:
                work = asyncio.create_task(answer(claim))
                running.begin(work)
                try:
                    return await work
                except asyncio.CancelledError:
                    this = asyncio.current_task()
                    if running.edited is None or (this is not None and this.cancelling()):
                        raise
                log.info("question.edited", **whose(claim.question))
                said = running.edited
                claim = replace(claim, question=replace(claim.question, text=said.text, attachments=said.attachments))
                running.again += 1
        finally:
            if self._running.get(key) is running:
                del self._running[key]


def _key(question: Question) -> _Key:
    return question.team_id, question.channel_id, question.ts
