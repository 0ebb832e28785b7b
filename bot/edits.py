"""Answers an edited question as it reads now, as long as nobody has read words of its answer.

The edit is stored with its question, whichever process Slack delivers it to. A question that waits is then asked in
its new form. If its turn is running, the process that runs it sees the edit, at once or when it next looks for edits
(``stops``), and starts the answer again. Once words were written, the answer goes on as it was asked.

I/O: the database through ``EditableQuestions``.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field, replace
from typing import Any, Protocol, TypeVar

from bot.errors import StoreFailed
from bot.messages import Question
from bot.ports import Claim
from bot.telemetry.logs import get_logger, whose

log = get_logger(__name__)

T = TypeVar("T")
AGAIN_MAX = 5
"""Each time may cost a request to the model."""


class EditableQuestions(Protocol):
    """Implemented by the database: questions as they are now. Both raise ``StoreFailed``."""

    async def replace(self, question: Question) -> bool:
        """Writes an edit down, as long as no words of the answer were shown; ``False`` if that is over, or if it is not
        a question."""

    async def current(self, id_: int) -> Question | None:
        """The question as it reads now; ``None``: it was erased."""


@dataclass(slots=True)
class _Running:
    claim: Claim
    begun: Callable[[], bool]
    work: asyncio.Task[Any] | None = None
    edited: Question | None = field(default=None, repr=False)
    again: int = 0
    edits: int = 0
    """How many edits are known."""
    reading: asyncio.Task[None] | None = None

    def begin(self, work: asyncio.Task[Any]) -> None:
        self.edited, self.work = None, work

    def apply(self, question: Question) -> bool:
        """Whether it will be answered as ``question`` reads."""
        now = self.edited or self.claim.question
        if (question.text, question.attachments) == (now.text, now.attachments):
            return True
        if self.work is None or self.begun() or self.again >= AGAIN_MAX:
            return False
        self.edited = question
        return self.work.cancel()


@dataclass(frozen=True, slots=True)
class Edits:
    questions: EditableQuestions
    _running: dict[int, _Running] = field(default_factory=dict, repr=False)

    async def replace(self, question: Question) -> bool:
        """Whether it will be answered as it is now, as far as this process knows. Raises ``StoreFailed``."""
        stored = await self.questions.replace(question)
        running = next((one for one in self._running.values() if _is_same(one.claim.question, question)), None)
        return stored if running is None else running.apply(question)

    def look(self, claim: Claim, edits: int) -> None:
        """``edits``: how often the question of a running claim was edited, wherever that was delivered."""
        running = self._running.get(claim.id)
        if running is None or edits == running.edits or running.reading is not None:
            return
        running.reading = asyncio.create_task(self._read(running, edits))

    async def answered(
        self, claim: Claim, begun: Callable[[], bool], answer: Callable[[Claim], Coroutine[Any, Any, T]]
    ) -> T:
        """What ``answer`` makes of the claim's question, as it was when the first words were written."""
        running = _Running(claim, begun)
        self._running[claim.id] = running
        try:
            while True:
                work = asyncio.create_task(answer(running.claim))
                running.begin(work)
                try:
                    return await work
                except asyncio.CancelledError:
                    this = asyncio.current_task()
                    if running.edited is None or (this is not None and this.cancelling()):
                        raise
                log.info("question.edited", **whose(claim.question))
                said = running.edited
                asked = replace(running.claim.question, text=said.text, attachments=said.attachments)
                running.claim = replace(running.claim, question=asked)
                running.again += 1
        finally:
            if running.reading is not None:
                running.reading.cancel()
            if self._running.get(claim.id) is running:
                del self._running[claim.id]

    async def _read(self, running: _Running, edits: int) -> None:
        try:
            question = await self.questions.current(running.claim.id)
        except StoreFailed as error:
            log.debug("question.edit_not_read", error=str(error))
        else:
            running.edits = edits
            if question is not None:
                running.apply(question)
        finally:
            running.reading = None


def _is_same(one: Question, other: Question) -> bool:
    return (one.team_id, one.channel_id, one.ts) == (other.team_id, other.channel_id, other.ts)
