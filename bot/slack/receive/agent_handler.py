"""Passes on what people do on the agent surface: to whatever suggests prompts, and to whatever ends answers.

I/O: what those do, after the acknowledgement.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any

from bot.access.rules import Reason
from bot.slack.receive import agent_events
from bot.slack.receive.after_the_ack import AfterTheAck
from bot.slack.receive.handlers import KNOWN_WITHIN_S
from bot.stops import StopWish


@dataclass(slots=True)
class AgentHandler:
    """``suggest(channel_id, thread_ts)`` is called when people open a place to ask; ``idle`` likewise, if nothing that
    could be stopped is being answered. The others: see ``handlers.Handlers``."""

    team_id: str
    suggest: Callable[[str, str], Coroutine[Any, Any, None]]
    idle: Callable[[str, str], Coroutine[Any, Any, None]]
    stop: Callable[[StopWish], Awaitable[int]]
    denial: Callable[..., Awaitable[Reason | None]]
    _later: AfterTheAck = field(default_factory=AfterTheAck)

    async def handle(self, body: dict[str, Any]) -> bool:
        """Returns whether the event was about the agent surface. Raises ``StoreFailed``."""
        if (opened := agent_events.opened(body)) is not None:
            self._later.run(self.suggest(opened.channel_id, opened.thread_ts))
            return True
        wish = agent_events.stopped(body, self.team_id)
        if wish is None:
            return False
        if not wish.user_id or await self.denial(wish.as_question(), within_s=KNOWN_WITHIN_S) is not None:
            return True
        if not await self.stop(wish):
            self._later.run(self.idle(wish.channel_id, wish.ts))
        return True
