"""Reads what an event of the agent surface asks for. Pure.

An agent's direct message is opened as its messages tab (``app_home_opened``); on the older surface people start a
thread (``assistant_thread_started``). Slack's own *Stop* comes as ``agent_session_stopped``. Which channel a person
looks at (``assistant_thread_context_changed``) makes no difference here. Sources:
slack:reference/events/app_home_opened, …/assistant_thread_started, …/agent_session_stopped.
"""

from __future__ import annotations

from dataclasses import dataclass

from bot.slack.shapes import Json, id_of, object_of, ts_of
from bot.stops import StopWish


@dataclass(frozen=True, slots=True)
class SuggestionsWanted:
    """Where suggestions are wanted; ``thread_ts`` is empty in a messages tab."""

    channel_id: str
    thread_ts: str = ""


def opened(body: Json) -> SuggestionsWanted | None:
    event = object_of(body.get("event"))
    match event:
        case {"type": "app_home_opened", "tab": "messages", "channel": str(channel)} if channel:
            return SuggestionsWanted(channel)
        case {"type": "assistant_thread_started", "assistant_thread": dict(thread)}:
            channel, ts = id_of(thread.get("channel_id")), ts_of(thread.get("thread_ts"))
            return SuggestionsWanted(channel, ts) if channel and ts else None
    return None


def stopped(body: Json, team_id: str) -> StopWish | None:
    """Stops what is being answered in the thread, and what that person is waiting for there."""
    event = object_of(body.get("event"))
    if event.get("type") != "agent_session_stopped":
        return None
    channel, ts, user = id_of(event.get("channel")), ts_of(event.get("thread_ts")), id_of(event.get("user"))
    return StopWish(team_id, channel, ts, user, whole_thread=True)
