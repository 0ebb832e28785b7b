"""Ends answers that people want to end, whichever process writes them, and says which questions were edited.

A wish is stored with the question that it is about, so that no process can miss it; so is an edit (``edits``). While
turns are running here, the database is checked for both every ``LOOK_EVERY_S``, and at once after a wish made here. If
no other process can make one, it is checked for a while after one of ours, and seldom otherwise.

I/O: the database through ``Stops``.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from math import inf
from typing import Protocol

from bot.errors import StoreFailed
from bot.lease import Stop
from bot.messages import EntryPoint, Question
from bot.ports import Claim
from bot.telemetry.logs import get_logger, of_nobody

log = get_logger(__name__)

LOOK_EVERY_S = 0.2
LOOK_SELDOM_S = 5.0
AFTER_A_WISH_S = 10.0
"""Within this time the wish has either taken effect, or its question was claimed and the wish is seen."""
AGAIN_AFTER_S = 5.0
"""A cancellation can be lost: Python's ``wait_for`` goes on if what it waits for arrives at the same moment."""


@dataclass(frozen=True, slots=True)
class StopWish:
    """What should end: the question whose message is ``ts``, or that a reply with the message ``ts`` answers; with
    ``whole_thread`` what is being answered in the thread ``ts``, and what ``user_id`` asked there and waits for; no
    ``ts``: what that person asked anywhere in the channel."""

    team_id: str
    channel_id: str
    ts: str
    user_id: str
    whole_thread: bool = False
    said: Question | None = None
    """The message that expresses the wish: then it is not a question, however often it is delivered."""

    def as_question(self) -> Question:
        """For the access control: a wish is let in under the same rules as a question."""
        entry_point = EntryPoint.in_channel(self.channel_id)
        return Question(self.team_id, self.channel_id, self.ts, self.ts, self.user_id, entry_point, "", (), None)


@dataclass(frozen=True, slots=True)
class News:
    """Of a running question: that its answer should end, and how often it was edited while it ran."""

    stop: Stop | None = None
    edits: int = 0


class Stops(Protocol):
    """Implemented by the database: what should end. Both raise ``StoreFailed``."""

    async def wish(self, wish: StopWish) -> int:
        """Stores it with each unfinished question that it is about; returns how many those are.

        A message that has ended some before ends no others, and one that was a question ends none.
        """

    async def news(self, ids: Collection[int]) -> dict[int, News]:
        """Of the questions about which there is any."""


@dataclass(slots=True)
class _Running:
    claim: Claim
    end: Callable[[], object]
    edited: Callable[[int], object]
    ended_s: float = -inf


class StopWatch:
    """Ends the turns of this process that should end. ``shared``: other processes store wishes as well."""

    def __init__(self, stops: Stops, *, shared: bool = True) -> None:
        self._stops = stops
        self._shared = shared
        self._wished_s = -inf
        self._running: dict[int, _Running] = {}
        self._look = asyncio.Event()
        self._looking: asyncio.Task[None] | None = None

    async def stop(self, wish: StopWish) -> int:
        """Returns how many questions it is about: none if it does not say which, or whose. Raises ``StoreFailed``."""
        if not (wish.channel_id and (wish.user_id if wish.whole_thread else wish.ts)):
            return 0
        if number := await self._stops.wish(wish):
            log.info("stop.wished", channel=wish.channel_id, user=wish.user_id, questions=number)
            self._wished_s = asyncio.get_running_loop().time()
            self._look.set()
        return number

    @contextmanager
    def watched(
        self, claim: Claim, end: Callable[[], object], edited: Callable[[int], object] = lambda _: None
    ) -> Iterator[None]:
        """Within the block, ``end`` is called once the claim's question should end; ``claim.lease.stop`` says why. It
        is called again if the block goes on for long after that.

        ``edited`` is called with the number of the question's edits at each look, if there are any.
        """
        self._running[claim.id] = _Running(claim, end, edited)
        if self._looking is None or self._looking.done():
            self._looking = asyncio.create_task(self._watch(), context=of_nobody())
        try:
            yield
        finally:
            del self._running[claim.id]

    async def aclose(self) -> None:
        if self._looking is not None:
            self._looking.cancel()
            await asyncio.gather(self._looking, return_exceptions=True)

    async def _watch(self) -> None:
        """Until nothing runs."""
        while self._running:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._look.wait(), self._pause_s())
            self._look.clear()
            try:
                found = await self._stops.news(list(self._running))
            except StoreFailed as error:
                log.debug("stop.not_looked", error=str(error))
                continue
            for id_, news in found.items():
                if (running := self._running.get(id_)) is None:
                    continue
                if news.stop is not None:
                    _end(running, news.stop)
                elif news.edits:
                    running.edited(news.edits)

    def _pause_s(self) -> float:
        since_s = asyncio.get_running_loop().time() - self._wished_s
        return LOOK_EVERY_S if self._shared or since_s < AFTER_A_WISH_S else LOOK_SELDOM_S


def _end(running: _Running, stop: Stop) -> None:
    now_s = asyncio.get_running_loop().time()
    if now_s - running.ended_s > AGAIN_AFTER_S:
        running.claim.lease.stop, running.ended_s = running.claim.lease.stop or stop, now_s
        running.end()
