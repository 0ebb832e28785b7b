"""Shares a number of slots among the people who wait, in turn, and among each one's questions.

I/O: waits. A person with twenty questions of a hundred files each waits with all of them, and yet holds up somebody
else's single file for no longer than one file takes, or not at all if one person may not have all slots.
"""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from collections.abc import AsyncIterator, Hashable, Iterator
from contextlib import asynccontextmanager, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, eq=False)
class _Asker:
    """One question."""

    person: Hashable


_ASKER: ContextVar[_Asker] = ContextVar("asker", default=_Asker(None))  # noqa: B039 - it is immutable
_Turn = asyncio.Future[None]


@contextmanager
def for_one_question(person: Hashable = None) -> Iterator[None]:
    """Every slot requested within the block, also in tasks started there, counts for this person and question."""
    token = _ASKER.set(_Asker(person))
    try:
        yield
    finally:
        _ASKER.reset(token)


class Slots:
    """``each_max``: how many slots one person may hold at once; all if not given."""

    def __init__(self, count: int, each_max: int | None = None) -> None:
        self._free = count
        self._each_max = each_max or count
        self._held: Counter[Hashable] = Counter()
        self._waiting: dict[Hashable, dict[_Asker, deque[_Turn]]] = {}
        """By person, then by question; the next turn is first."""

    @asynccontextmanager
    async def one(self) -> AsyncIterator[None]:
        person = _ASKER.get().person
        await self._acquire()
        try:
            yield
        finally:
            self._release(person)

    async def _acquire(self) -> None:
        asker = _ASKER.get()
        if self._free and self._held[asker.person] < self._each_max:
            self._give(asker.person)
            return
        turn: _Turn = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(asker.person, {}).setdefault(asker, deque()).append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if not turn.cancelled():
                self._release(asker.person)  # the slot was given at that very moment
            raise

    def _give(self, person: Hashable) -> None:
        self._free -= 1
        self._held[person] += 1

    def _release(self, person: Hashable) -> None:
        self._free += 1
        self._held[person] -= 1
        if not self._held[person]:
            del self._held[person]
        while self._free and (turn := self._next()) is not None:
            turn.set_result(None)

    def _next(self) -> _Turn | None:
        """The next turn, with a slot counted for it: for the person with the fewest slots, else the one who has waited
        longest.

        That person, and the question, then queue after all others.
        """
        while self._waiting:
            person = min(self._waiting, key=lambda one: self._held[one])
            if self._held[person] >= self._each_max:
                return None
            questions = self._waiting.pop(person)
            turn = _pop(questions)
            if questions:
                self._waiting[person] = questions
            if turn is not None:
                self._give(person)
                return turn
        return None


def _pop(questions: dict[_Asker, deque[_Turn]]) -> _Turn | None:
    """The first turn that somebody still waits for; used-up ones are removed."""
    while questions:
        asker = next(iter(questions))
        turns = questions.pop(asker)
        turn = turns.popleft()
        if turns:
            questions[asker] = turns
        if not turn.done():
            return turn
    return None
