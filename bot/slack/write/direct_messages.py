"""Opens a direct message with a person for a wish that they expressed in a channel. I/O: Slack.

Implements ``catching_up.privately.DirectMessages``.
"""

from __future__ import annotations

from functools import partial

from bot.errors import SlackError
from bot.messages import Question
from bot.slack.own_messages import aside_metadata
from bot.slack.shapes import object_of, text_of
from bot.slack.web_api.client import SlackClient
from bot.slack.web_api.patience import patiently
from bot.slack.write.asides import tell
from bot.slack.write.message_arguments import NO_PREVIEWS, VERBATIM
from bot.telemetry.logs import get_logger

log = get_logger(__name__)

PATIENCE_S = 60.0
BEGUN = "You asked me in <#{channel}> to catch you up. Here it is:"


class DirectMessages:
    def __init__(self, api: SlackClient) -> None:
        self._api = api

    async def begin(self, question: Question) -> tuple[str, str]:
        try:
            opened = await patiently(partial(self._api.call, "conversations.open", users=question.user_id), PATIENCE_S)
            channel_id = text_of(object_of(opened.get("channel")).get("id"))
            words = BEGUN.format(channel=question.channel_id)
            where = {"channel": channel_id, "text": words, "metadata": aside_metadata()}
            posted = await self._api.call("chat.postMessage", **where, **VERBATIM, **NO_PREVIEWS)
        except SlackError as error:
            log.warning("catch_up.not_begun", method=error.method, code=error.code)
            return "", ""
        return channel_id, text_of(posted.get("ts"))

    async def tell(self, question: Question, sentence: str) -> None:
        await tell(self._api, question, sentence)
