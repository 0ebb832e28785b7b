"""An event of the agent surface comes in; what it asks for goes out. Pure.

An agent's direct message is opened as its messages tab (``app_home_opened``); on the older surface people start a
thread (``assistant_thread_started``). Slack's own *Stop* comes as ``agent_session_stopped``. That a person looks at
another channel (``assistant_thread_context_changed``) changes nothing here.
Sources: slack:reference/events/app_home_opened, …/assistant_thread_started, …/agent_session_stopped.
"""

from __future__ import annotations

from dataclasses import dataclass

from bot.slack.shapes import Json, object_of, text_of
from bot.stops import StopWish


@dataclass(frozen=True, slots=True)
class Opened:
    """Where suggestions are wanted; ``thread_ts`` is empty in a messages tab."""

    channel_id: str
    thread_ts: str = ""


def opened(body: Json) -> Opened | None:
    event = object_of(body.get("event"))
    match event:
        case {"type": "app_home_opened", "tab": "messages", "channel": str(channel)} if channel:
            return Opened(channel)
        case {"type": "assistant_thread_started", "assistant_thread": dict(thread)}:
            channel, ts = text_of(thread.get("channel_id")), text_of(thread.get("thread_ts"))
            return Opened(channel, ts) if channel and ts else None
    return None


def stopped(body: Json, team_id: str) -> StopWish | None:
    """What is being answered in the thread, and what that person waits for there."""
    event = object_of(body.get("event"))
    if event.get("type") != "agent_session_stopped":
        return None
    channel, ts, user = (text_of(event.get(key)) for key in ("channel", "thread_ts", "user"))
    return StopWish(team_id, channel, ts, user, whole_thread=True)
