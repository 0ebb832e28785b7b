"""Carries out commands of Slack's own, which change a channel. Pure but for the state.

Sources: Slack's help, "Use built-in slash commands"; slack:reference/events/message/channel_join.
"""

from __future__ import annotations

import re

from playground.workspace import defaults
from playground.workspace.records import Kind
from playground.workspace.state import State

INVITE = "/invite"


def invite(state: State, who: str, channel_id: str, text: str) -> str:
    """Somebody in a channel has others join it. What Slackbot answers to that; empty where they have joined."""
    channel, invited = state.channels[channel_id], re.findall(r"<@([A-Z0-9]+)(?:\|[^>]*)?>", text)
    if channel.kind not in (Kind.PUBLIC, Kind.PRIVATE):
        return f"{INVITE} works in channels."
    if not invited:
        return "Nobody of that name is here. Write @ and a name."
    for user_id in invited:
        if user_id in channel.members:
            return f"<@{user_id}> is already in this channel."
        channel.members.add(user_id)
        joined = {"type": "message", "subtype": "channel_join", "user": user_id, "inviter": who}
        state.post(channel_id, {**joined, "text": f"<@{user_id}> has joined the channel"})
        if user_id == defaults.BOT_USER_ID:
            state.changes.note({"type": "bot_joined", "channel": channel_id})
    return ""
