"""Makes the inner events of Slack's Events API for a message and what happened to it.

Pure. Sources: slack:reference/events/message, slack:reference/events/app_mention, slack:apis/events-api (the envelope);
docs/slack.md §4 (edits fire app_mention again; file messages carry the subtype file_share and full file objects).
"""

from __future__ import annotations

import re

from playground.workspace import defaults
from playground.workspace.records import Channel, Json, Kind

MENTION_KEYS = (
    "user", "bot_id", "app_id", "subtype", "text", "ts", "client_msg_id", "team", "blocks", "thread_ts",
    "parent_user_id", "files", "attachments", "upload", "display_as_bot", "bot_profile", "edited", "user_team",
    "source_team",
)  # fmt: skip
BELOW = frozenset({"files", "attachments", "upload"})


def posted(message: Json, channel: Channel, bot_user_id: str) -> list[Json]:
    """What a new message fires: a mention of the bot (not in its DM, not by itself), and the message."""
    fired = [*mention(message, channel, bot_user_id), {**message, **_place(channel, message["ts"])}]
    for event in fired:
        event.pop("metadata", None)
    return fired


def without_below(event: Json) -> Json:
    return {key: value for key, value in event.items() if key not in BELOW}


def mention(message: Json, channel: Channel, bot_user_id: str) -> list[Json]:
    mentioned = re.search(rf"<@{bot_user_id}(\|[^<>]*)?>", message.get("text") or "") is not None
    if not mentioned or channel.kind is Kind.DIRECT or message.get("user") == bot_user_id:
        return []
    event = {key: message[key] for key in MENTION_KEYS if key in message}
    return [{"type": "app_mention", **event, "channel": channel.id, "event_ts": message["ts"]}]


def changed(message: Json, before: Json, channel: Channel, event_ts: str) -> Json:
    event: Json = {"type": "message", "subtype": "message_changed", "hidden": True, "ts": event_ts}
    event |= {"message": dict(message), "previous_message": dict(before)}
    return event | _place(channel, event_ts)


def deleted(before: Json, channel: Channel, event_ts: str) -> Json:
    event: Json = {"type": "message", "subtype": "message_deleted", "hidden": True, "ts": event_ts}
    event |= {"deleted_ts": before["ts"], "previous_message": dict(before)}
    return event | _place(channel, event_ts)


def _place(channel: Channel, event_ts: str) -> Json:
    return {"channel": channel.id, "event_ts": event_ts, "channel_type": channel.kind.event_type}


def envelope(event: Json, team_id: str, event_id: str, event_time: int, *, is_ext_shared: bool = False) -> Json:
    """The outer payload of an event: what HTTP delivers as its body and Socket Mode as ``payload``.

    It names the workspace that the app is installed in, also where somebody of another company wrote.
    """
    authorization = {
        "enterprise_id": None,
        "team_id": team_id,
        "user_id": defaults.BOT_USER_ID,
        "is_bot": True,
        "is_enterprise_install": False,
    }
    return {
        "token": "playground-verification-token",
        "team_id": team_id,
        "context_team_id": team_id,
        "context_enterprise_id": None,
        "api_app_id": defaults.APP_ID,
        "event": event,
        "type": "event_callback",
        "event_id": event_id,
        "event_time": event_time,
        "authorizations": [authorization],
        "is_ext_shared_channel": is_ext_shared,
        "event_context": f"4-{event_id}",
    }
