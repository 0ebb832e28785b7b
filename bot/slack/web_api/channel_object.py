"""Reads the name by which people know a channel. Pure.

Source: slack:reference/objects/conversation-object.
"""

from __future__ import annotations

from bot.messages import Channel, ChannelKind
from bot.slack.shapes import Json, object_of, text_of

PRIVATE = ("is_private", "is_group", "is_im", "is_mpim")
"""People who are not in it know nothing about it."""


def channel_of(channel: Json) -> Channel | None:
    """``None`` without an object. The name of a group direct message is made up by Slack and says nothing."""
    if not channel:
        return None
    topic, purpose = (text_of(object_of(channel.get(what)).get("value")) for what in ("topic", "purpose"))
    name = "" if channel.get("is_mpim") is True else text_of(channel.get("name"))
    return Channel(_kind(channel), " ".join(name.split()), topic, purpose)


def _kind(channel: Json) -> ChannelKind:
    if channel.get("is_im") is True:
        return ChannelKind.DIRECT
    if channel.get("is_mpim") is True:
        return ChannelKind.GROUP
    return ChannelKind.PRIVATE if any(channel.get(flag) is True for flag in PRIVATE) else ChannelKind.PUBLIC
