"""Passes on what people do on the agent surface: to whatever suggests prompts, and to whatever ends answers.

I/O: what those do, after the acknowledgement.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any

from bot.slack.receive import agent_events
from bot.slack.receive.after_the_ack import AfterTheAck
from bot.slack.receive.stop_wishes import Effect, StopWishes


@dataclass(slots=True)
class AgentHandler:
    """``suggest(channel_id, thread_ts)`` is called when people open a place to ask; ``idle`` likewise, if nothing that
    could be stopped is being answered."""

    team_id: str
    suggest: Callable[[str, str], Coroutine[Any, Any, None]]
    idle: Callable[[str, str], Coroutine[Any, Any, None]]
    wishes: StopWishes
    _later: AfterTheAck = field(default_factory=AfterTheAck)

    async def handle(self, body: dict[str, Any]) -> bool:
        """Returns whether the event was about the agent surface. Raises ``StoreFailed``."""
        if (opened := agent_events.opened(body)) is not None:
            self._later.run(self.suggest(opened.channel_id, opened.thread_ts))
            return True
        wish = agent_events.stopped(body, self.team_id)
        if wish is None:
            return False
        if wish.user_id and await self.wishes.carry_out(wish) is Effect.NOTHING_TO_END:
            self._later.run(self.idle(wish.channel_id, wish.ts))
        return True
