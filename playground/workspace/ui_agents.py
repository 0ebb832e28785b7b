"""Answers the web page's requests about the agent surface: what the app suggests, and what the person does.

I/O: HTTP on loopback.
"""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass

from aiohttp import web

from playground.workspace.agents import Agents
from playground.workspace.people import NotPossible
from playground.workspace.records import Json
from playground.workspace.state import State
from playground.workspace.ui_requests import json_of

STOPS = "agent_session_stopped"
"""Slack shows a button to stop a session where the app subscribes to its event. slack:ai/agent-sessions."""


@dataclass(frozen=True, slots=True)
class UiAgents:
    """``me`` is the person at the page."""

    state: State
    me: str

    def routes(self) -> list[web.RouteDef]:
        return [web.post("/ui/agent/opened", self.opened), web.post("/ui/agent/stops", self.stop)]

    def shown(self, channels: Container[str]) -> Json:
        """What the page's state has of it."""
        state = self.state
        return {
            "is_agent": state.manifest.agent,
            "stops_sessions": state.manifest.agent and STOPS in state.manifest.events,
            "prompts": [
                {"channel": channel, "title": title, "prompts": prompts}
                for channel, (title, prompts) in state.prompts.items()
                if channel in channels
            ],
            "titles": [
                {"channel": channel, "thread_ts": thread_ts, "title": title}
                for (channel, thread_ts), title in state.titles.items()
                if channel in channels
            ],
            "sessions": [
                {"channel": channel, "thread_ts": thread_ts}
                for channel, thread_ts in state.sessions
                if channel in channels
            ],
        }

    async def opened(self, request: web.Request) -> web.Response:
        """Somebody looks at the messages with the app, which hears of it."""
        body = await json_of(request, "channel")
        Agents(self.state).open_messages(self.me, self._mine(body["channel"]))
        return web.json_response({})

    async def stop(self, request: web.Request) -> web.Response:
        body = await json_of(request, "channel", "thread_ts")
        channel = self._mine(body["channel"])
        if (channel, body["thread_ts"]) not in self.state.sessions:
            raise NotPossible("Nothing is being worked on there.")
        Agents(self.state).stop(self.me, channel, body["thread_ts"])
        return web.json_response({})

    def _mine(self, channel: str) -> str:
        if channel not in self.state.channels or self.me not in self.state.channels[channel].members:
            raise NotPossible("There is no such conversation.")
        return channel
