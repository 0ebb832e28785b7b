"""Opens a direct message with a person for a wish that they expressed in a channel. I/O: Slack.

Implements ``catching_up.wish_mover.DirectMessages``.
"""

from __future__ import annotations

from bot.errors import SlackError, SlackOutcomeUnknown, SlackTokenInvalid
from bot.messages import Question
from bot.slack.own_messages import aside_metadata
from bot.slack.web_api.client import SlackClient
from bot.slack.write import direct_posts
from bot.slack.write.asides import tell
from bot.telemetry.logs import get_logger

log = get_logger(__name__)

BEGUN = "You asked me in <#{channel}> to catch you up. Here it is:"


class SlackDirectMessages:
    def __init__(self, api: SlackClient) -> None:
        self._api = api

    async def begin(self, question: Question, *, again: bool) -> tuple[str, str]:
        words, metadata = BEGUN.format(channel=question.channel_id), aside_metadata(question)
        try:
            channel_id = await direct_posts.opened(self._api, question.user_id)
            return channel_id, await direct_posts.post_once(self._api, channel_id, metadata, again=again, text=words)
        except (SlackTokenInvalid, SlackOutcomeUnknown):
            raise
        except SlackError as error:
            log.warning("catch_up.not_begun", method=error.method, code=error.code)
            return "", ""

    async def tell(self, question: Question, sentence: str) -> None:
        await tell(self._api, question, sentence)
