"""Names the event that an app has to subscribe to for a delivery. Pure.

The events that an app may subscribe to are in ``setup.app_events``. Source: slack:reference/events.
"""

from __future__ import annotations

from bot.slack.shapes import Json, object_of, objects_of, text_of

_FAMILIES = {"channel": "channels", "group": "groups", "im": "im", "mpim": "mpim"}
_BY_ID = {"C": "channels", "G": "groups", "D": "im"}
NAME_CHARS_MAX = 40
MENTION = "mention"
"""Not one of Slack's events: a channel message that mentions the bot, which must also come as ``app_mention``."""


def kind_of(body: Json) -> str:
    """The kind; empty if it is neither an event nor a command nor a press."""
    event = object_of(body.get("event"))
    kind = text_of(event.get("type"))[:NAME_CHARS_MAX]
    if kind == "message":
        channel_id = text_of(event.get("channel"))
        family = _FAMILIES.get(text_of(event.get("channel_type"))) or _BY_ID.get(channel_id[:1], "")
        return f"message.{family}" if family else kind
    if kind:
        return kind
    return "commands" if "command" in body else "interactivity" if body.get("type") == "block_actions" else ""


def mentions_the_bot(body: Json) -> bool:
    """Whether it is a new channel message by somebody else that mentions the bot; the envelope says who the bot is."""
    event = object_of(body.get("event"))
    bots = [text_of(one.get("user_id")) for one in objects_of(body.get("authorizations")) if one.get("is_bot") is True]
    if text_of(event.get("type")) != "message" or event.get("subtype") or text_of(event.get("channel"))[:1] == "D":
        return False
    text, author = text_of(event.get("text")), text_of(event.get("user"))
    return any(bot and author != bot and f"<@{bot}" in text for bot in bots)
