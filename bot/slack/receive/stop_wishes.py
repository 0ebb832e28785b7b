"""Carries out people's wishes to end an answer, if they may ask. I/O: what ``stop`` and ``denial`` do.

Slack delivers such a wish once. So if Slack cannot say in time who made it, that is asked again after the
acknowledgement, with more patience.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from enum import Enum, auto

from bot.access.rules import Reason
from bot.messages import Question
from bot.slack.receive.after_the_ack import AfterTheAck
from bot.slack.receive.handlers import KNOWN_WITHIN_S
from bot.stops import StopWish
from bot.store_patience import waited_out


class Effect(Enum):
    ENDS = auto()
    NOTHING_TO_END = auto()
    DENIED = auto()
    LATER = auto()
    """Slack could not say in time who made it: that is decided after the acknowledgement."""


class StopWishes:
    """``stop`` and ``denial``: see ``handlers.Handlers``."""

    def __init__(
        self, stop: Callable[[StopWish], Awaitable[int]], denial: Callable[..., Awaitable[Reason | None]]
    ) -> None:
        self._stop = stop
        self._denial = denial
        self._later = AfterTheAck()

    async def carry_out(self, wish: StopWish) -> Effect:
        """Raises ``StoreFailed``. A wish without a person needs no permission: the question was deleted."""
        if wish.user_id:
            made = wish.said or wish.as_question()
            reason = await self._denial(made, within_s=KNOWN_WITHIN_S)
            if reason is Reason.NOT_NOW:
                self._later.run_for(wish.user_id, self._once_known(wish, made))
                return Effect.LATER
            if reason is not None:
                return Effect.DENIED
        return Effect.ENDS if await self._stop(wish) else Effect.NOTHING_TO_END

    async def _once_known(self, wish: StopWish, made: Question) -> None:
        if await self._denial(made) is None:
            await waited_out(lambda: self._stop(wish))
