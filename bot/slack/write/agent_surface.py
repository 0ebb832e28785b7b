"""Suggests prompts on the agent surface, and ends sessions that nobody works on.

I/O: Slack. Makes no calls if the app is not an agent. No call belongs to an answer: a session's title is sent with its
first status (``status_line``).
"""

from __future__ import annotations

import asyncio
from typing import Any

from bot.errors import SlackError
from bot.setup.app_scopes import AGENT
from bot.setup.manifest import PROMPTS
from bot.slack.web_api.client import SlackClient
from bot.telemetry.logs import get_logger

log = get_logger(__name__)

DISCLAIMER = "AI can make mistakes: please check what matters. You could begin with:"
"""Shown above the suggestions, as Slack requires of apps that use AI. slack:ai/developing-agents."""
AGAIN_AFTER_S = 3_600.0
"""Slack keeps the suggestions, and people open a tab often."""
CHANNELS_MAX = 10_000


class AgentSurface:
    def __init__(self, api: SlackClient) -> None:
        self._api = api
        self._suggested_s: dict[tuple[str, str], float] = {}

    async def suggest(self, channel_id: str, thread_ts: str) -> None:
        now_s = asyncio.get_running_loop().time()
        if AGENT not in self._api.scopes or now_s < self._suggested_s.get((channel_id, thread_ts), 0.0):
            return
        if len(self._suggested_s) >= CHANNELS_MAX:
            self._suggested_s.clear()
        self._suggested_s[channel_id, thread_ts] = now_s + AGAIN_AFTER_S
        prompts = [{"title": title, "message": message} for title, message in PROMPTS]
        place = {"channel_id": channel_id, **({"thread_ts": thread_ts} if thread_ts else {})}
        await self._try("assistant.threads.setSuggestedPrompts", title=DISCLAIMER, prompts=prompts, **place)

    async def idle(self, channel_id: str, thread_ts: str) -> None:
        """Somebody stopped a session that nobody works on: a process may have died before it could end it."""
        if AGENT in self._api.scopes:
            await self._try("agents.sessions.setStatus", status="active", channel_id=channel_id, thread_ts=thread_ts)

    async def _try(self, method: str, **arguments: Any) -> None:  # noqa: ANN401 - JSON
        try:
            await self._api.call(method, **arguments)
        except SlackError as error:
            log.info("agent.not_shown", method=error.method, code=error.code)
