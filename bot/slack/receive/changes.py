"""Reads which changes of messages, and which reactions, end an answer or replace a question. Pure.

Sources: slack:reference/events/message.message_changed, slack:reference/events/message.message_deleted,
slack:reference/events/reaction_added.
"""

from __future__ import annotations

import re
from typing import Any

from bot.messages import EntryPoint, Question
from bot.slack.shapes import Json, object_of, text_of
from bot.stops import StopWish

STOP_REACTIONS = frozenset({"octagonal_sign", "stop_sign", "x"})
STOP = re.compile(r"\W*stop\W*", re.IGNORECASE)


def wish_to_stop(body: Json, team_id: str, bot_user_id: str, bot_id: str) -> StopWish | None:
    """A stop for a message that a person deleted or marked with a stop reaction. ``body`` is an event's envelope."""
    event = object_of(body.get("event"))
    channel = text_of(event.get("channel"))
    match event:
        case {"type": "reaction_added", "reaction": str(reaction), "item": {"type": "message"}}:
            item, user = object_of(event.get("item")), text_of(event.get("user"))
            if reaction.partition("::")[0] in STOP_REACTIONS and user not in ("", bot_user_id):
                return StopWish(team_id, text_of(item.get("channel")), text_of(item.get("ts")), user)
        case {"type": "message", "subtype": "message_deleted", "deleted_ts": str(ts)}:
            if not _is_own(object_of(event.get("previous_message")), bot_user_id, bot_id):
                return StopWish(team_id, channel, ts, "")
        case {"type": "message", "subtype": "message_changed", "message": {"subtype": "tombstone", "ts": str(ts)}}:
            return StopWish(team_id, channel, ts, "")  # as the root of a thread goes
    return None


def said_to_stop(question: Question) -> StopWish | None:
    """In a thread the stop is for the thread, elsewhere for what that person asks in the channel."""
    if question.entry_point is EntryPoint.COMMAND or question.attachments or not STOP.fullmatch(question.text):
        return None
    ts = "" if question.starts_thread else question.thread_ts
    return StopWish(question.team_id, question.channel_id, ts, question.user_id, whole_thread=True, said=question)


def edited(body: Json) -> dict[str, Any] | None:
    """The envelope as if the message had always read as it does now; ``None`` unless a person changed its words."""
    event = object_of(body.get("event"))
    message, before = object_of(event.get("message")), object_of(event.get("previous_message"))
    if event.get("subtype") != "message_changed" or not message.get("edited"):
        return None
    if message.get("text") == before.get("text") and message.get("blocks") == before.get("blocks"):
        return None  # for example, Slack has added a preview
    told = {key: event[key] for key in ("channel", "channel_type") if key in event}
    return {**body, "event": {**message, **told, "type": "message"}}


def _is_own(message: Json, bot_user_id: str, bot_id: str) -> bool:
    app = text_of(message.get("bot_id"))
    return text_of(message.get("user")) == bot_user_id or bool(app and app == bot_id)
