"""Says why the bot cannot answer in a conversation, if Slack tells soon enough.

I/O: conversations.info. Source: slack:reference/objects/conversation-object (``is_member``, ``is_archived``).
"""

from __future__ import annotations

import asyncio

from bot.errors import SlackError
from bot.slack.shapes import object_of
from bot.slack.web_api.client import SlackClient

NOT_A_MEMBER = "I'm not a member of this conversation, so I can't read it or answer there. Add me with /invite first."
ARCHIVED = "This channel is archived, so I can't answer there."
UNSEEN = frozenset({"channel_not_found", "not_in_channel"})


async def why_not_in(api: SlackClient, channel_id: str, *, within_s: float) -> str:
    """A sentence; empty if nothing is known to prevent it."""
    try:
        async with asyncio.timeout(within_s):
            answer = await api.call("conversations.info", channel=channel_id)
    except TimeoutError:
        return ""
    except SlackError as error:
        return NOT_A_MEMBER if error.code in UNSEEN else ""
    channel = object_of(answer.get("channel"))
    if channel.get("is_archived") is True:
        return ARCHIVED
    return NOT_A_MEMBER if channel.get("is_member") is False and channel.get("is_im") is not True else ""
