"""A number of slots in; who may go on next out: of the questions that wait, each in its turn.

I/O: waits. One question with a hundred files waits with all of them, and yet holds up another one's single file for no
longer than one of its own takes.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from contextvars import ContextVar

_QUESTION: ContextVar[object] = ContextVar("question", default=None)


@contextmanager
def for_one_question() -> Iterator[None]:
    """Whatever asks for a slot in here, in tasks begun here too, asks for the same question."""
    token = _QUESTION.set(object())
    try:
        yield
    finally:
        _QUESTION.reset(token)


class Slots:
    def __init__(self, count: int) -> None:
        self._free = count
        self._waiting: dict[object, deque[asyncio.Future[None]]] = {}
        """By question, the one whose turn is next first."""

    @asynccontextmanager
    async def one(self) -> AsyncIterator[None]:
        await self._acquire()
        try:
            yield
        finally:
            self._release()

    async def _acquire(self) -> None:
        if self._free:
            self._free -= 1
            return
        turn = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(_QUESTION.get(), deque()).append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if not turn.cancelled():
                self._release()  # the slot was given at the very moment
            raise

    def _release(self) -> None:
        while self._waiting:
            question = next(iter(self._waiting))
            turns = self._waiting.pop(question)
            turn = turns.popleft()
            if turns:
                self._waiting[question] = turns  # behind all others
            if not turn.done():
                turn.set_result(None)
                return
        self._free += 1
