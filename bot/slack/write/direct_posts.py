"""Posts a message into a direct message exactly once, however often that is tried. I/O: Slack.

The message is recognised by its metadata: if an answer was lost, or an earlier process may have posted it, it is
searched for first.
"""

from __future__ import annotations

import asyncio
import secrets
from functools import partial
from typing import Any

from bot.errors import SlackOutcomeUnknown, SlackUnavailable
from bot.messages import Question
from bot.slack.own_messages import told_metadata
from bot.slack.shapes import Json, objects_of, text_of
from bot.slack.web_api.client import SlackClient
from bot.slack.web_api.patience import patiently
from bot.slack.write.message_arguments import NO_PREVIEWS, VERBATIM

PATIENCE_S = 60.0
TRIES_MAX = 4
KEY_BYTES = 16
PAUSE_S = 1.0
"""A post whose answer was lost stands there a moment later."""


async def opened(api: SlackClient, user_id: str) -> str:
    """The id of the direct message with that person. Raises ``SlackError``."""
    answer = await patiently(partial(api.call, "conversations.open", users=user_id), PATIENCE_S)
    return str(answer["channel"]["id"])


async def post_to_asker(api: SlackClient, question: Question, **values: Any) -> None:  # noqa: ANN401 (JSON)
    """Shows whoever asked ``question`` what could not be shown there. Raises ``SlackError``."""
    channel_id = await opened(api, question.user_id)
    metadata = told_metadata(question, secrets.token_hex(KEY_BYTES))
    await post_once(api, channel_id, metadata, again=False, **values)


async def post_once(api: SlackClient, channel_id: str, metadata: Json, *, again: bool, **values: Any) -> str:  # noqa: ANN401 (JSON)
    """The ts of the message with that ``metadata``; ``again``: it may stand there already. Raises ``SlackError``."""
    for tries in range(1, TRIES_MAX + 1):
        if again and (ts := await _found(api, channel_id, metadata)):
            return ts
        try:
            posted = await api.call(
                "chat.postMessage", channel=channel_id, metadata=metadata, **values, **VERBATIM, **NO_PREVIEWS
            )
        except (SlackUnavailable, SlackOutcomeUnknown) as error:
            if tries == TRIES_MAX:
                raise
            again = again or isinstance(error, SlackOutcomeUnknown)
            await asyncio.sleep(PAUSE_S)
        else:
            if ts := text_of(posted.get("ts")):
                return ts
            again = True
    raise SlackOutcomeUnknown("chat.postMessage", "no_ts")


async def _found(api: SlackClient, channel_id: str, metadata: Json) -> str:
    read = partial(api.call, "conversations.history", channel=channel_id, include_all_metadata=True)
    page = await patiently(read, PATIENCE_S)
    known = (one for one in objects_of(page.get("messages")) if one.get("metadata") == metadata)
    return next((text_of(one.get("ts")) for one in known), "")
