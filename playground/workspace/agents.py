"""Keeps an agent's suggested prompts and sessions, and sends the events of its surface.

Pure but for the state. Sources: slack:reference/methods/assistant.threads.setSuggestedPrompts,
slack:reference/methods/agents.sessions.setStatus (``title``), slack:reference/events/agent_session_stopped,
slack:reference/events/app_home_opened, slack:reference/events/assistant_thread_started.
"""

from __future__ import annotations

from dataclasses import dataclass

from playground.workspace import defaults
from playground.workspace.arguments import Arguments
from playground.workspace.errors import Refused
from playground.workspace.records import Json
from playground.workspace.state import State
from playground.workspace.web_api import Method, visible_channel

PROMPTS_MAX = 4


@dataclass(slots=True)
class Agents:
    state: State

    def methods(self) -> dict[str, Method]:
        return {"assistant.threads.setSuggestedPrompts": Method(self.set_prompts, ("assistant:write",))}

    def set_prompts(self, arguments: Arguments) -> Json:
        if not self.state.manifest.agent:
            raise Refused("not_agent_app")
        channel_id = arguments.required("channel_id", missing="channel_not_found")
        visible_channel(self.state, channel_id, defaults.BOT_USER_ID)
        prompts = arguments.structure("prompts", malformed="invalid_arguments")
        if not isinstance(prompts, list) or not 0 < len(prompts) <= PROMPTS_MAX:
            raise Refused("invalid_arguments")
        for prompt in prompts:
            if not (isinstance(prompt, dict) and prompt.get("title") and prompt.get("message")):
                raise Refused("invalid_arguments")
        title = arguments.text("title") or ""
        self.state.prompts[channel_id] = (title, prompts)
        self.state.changes.note({"type": "prompts", "channel": channel_id, "title": title, "prompts": prompts})
        return {}

    # --- what people do ----------------------------------------------------------------------------------------------

    def open_messages(self, user_id: str, channel_id: str) -> None:
        """Somebody looks at the direct message with the app."""
        self._fire({"type": "app_home_opened", "user": user_id, "channel": channel_id, "tab": "messages"}, channel_id)

    def start_thread(self, user_id: str, channel_id: str, thread_ts: str) -> None:
        """On the older surface."""
        thread = {"user_id": user_id, "channel_id": channel_id, "thread_ts": thread_ts, "context": {}}
        self._fire({"type": "assistant_thread_started", "assistant_thread": thread}, channel_id)

    def stop(self, user_id: str, channel_id: str, thread_ts: str) -> None:
        """Somebody presses Slack's own button beside a session that is at work."""
        event: Json = {"type": "agent_session_stopped", "channel": channel_id, "thread_ts": thread_ts, "user": user_id}
        self._fire({**event, "streaming_message_ts": []}, channel_id)

    def _fire(self, event: Json, channel_id: str) -> None:
        self.state.on_event({**event, "event_ts": self.state.new_ts()}, self.state.channels[channel_id])
