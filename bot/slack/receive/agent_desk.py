"""Passes on what people do on the agent surface: to whatever suggests prompts, and to whatever ends answers.

I/O: what those do, after the acknowledgement.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any

from bot.access.rules import Reason
from bot.messages import EntryPoint, Question
from bot.slack.receive import agent_events
from bot.stops import StopWish

KNOWN_WITHIN_S = 1.5


@dataclass(slots=True)
class AgentDesk:
    """``suggest(channel_id, thread_ts)`` is called when people open a place to ask; ``idle`` likewise, if nothing that
    could be stopped is being answered. The others: see ``handlers.Handlers``."""

    team_id: str
    suggest: Callable[[str, str], Coroutine[Any, Any, None]]
    idle: Callable[[str, str], Coroutine[Any, Any, None]]
    stop: Callable[[StopWish], Awaitable[int]]
    refusal: Callable[..., Awaitable[Reason | None]]
    _later: set[asyncio.Task[None]] = field(default_factory=set)

    async def takes(self, body: dict[str, Any]) -> bool:
        """Whether the event was about the agent surface. Raises ``StoreFailed``."""
        if (opened := agent_events.opened(body)) is not None:
            self._after_the_ack(self.suggest(opened.channel_id, opened.thread_ts))
            return True
        wish = agent_events.stopped(body, self.team_id)
        if wish is None:
            return False
        if not wish.user_id or await self.refusal(_asked_by(wish), within_s=KNOWN_WITHIN_S) is not None:
            return True
        if not await self.stop(wish):
            self._after_the_ack(self.idle(wish.channel_id, wish.ts))
        return True

    def _after_the_ack(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._later.add(task)
        task.add_done_callback(self._later.discard)


def _asked_by(wish: StopWish) -> Question:
    """For the access control: stopping is let in under the same rules as asking."""
    way = EntryPoint.DIRECT if wish.channel_id.startswith("D") else EntryPoint.MENTION
    return Question(wish.team_id, wish.channel_id, wish.ts, wish.ts, wish.user_id, way, "", (), None)
