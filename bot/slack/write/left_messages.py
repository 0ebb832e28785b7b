"""Takes away what a process that died has left of a reply that is whole: the notice that its question waits, and
messages that were posted twice. I/O: Slack.

Another process does that some time after the answer, and knows only what Slack and the records say. So of two messages
that show the same part the one that is not recorded goes, and only if the recorded one stands there.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from bot.errors import ReplyGone, SlackError, SlackOutcomeUnknown, SlackUnavailable
from bot.messages import Question
from bot.slack.own_messages import NOTICE
from bot.slack.read.own_replies import OwnReply
from bot.slack.web_api.client import SlackClient
from bot.telemetry.logs import get_logger, whose

log = get_logger(__name__)


class FindReplies(Protocol):
    async def __call__(self, question: Question, *, known: Mapping[int, str]) -> list[OwnReply]:
        """The messages that answer a question; ``known``: those that are recorded, by part. Raises ``SlackError``."""


async def take_away(api: SlackClient, find: FindReplies, question: Question, recorded: Mapping[int, str]) -> bool:
    """Whether nothing is left that could be taken away."""
    try:
        for ts in _left(await find(question, known=recorded), recorded):
            log.warning("reply.left_message", message=ts, **whose(question))
            await _deleted(api, question.channel_id, ts)
    except (SlackUnavailable, SlackOutcomeUnknown) as error:
        log.info("reply.not_tidied", method=error.method, code=error.code, **whose(question))
        return False
    except SlackError as error:  # it stays so
        log.info("reply.not_tidied", method=error.method, code=error.code, **whose(question))
    return True


def _left(found: list[OwnReply], recorded: Mapping[int, str]) -> list[str]:
    answer = {ts for part, ts in recorded.items() if part != NOTICE}  # which may have taken the notice over
    shown = {reply.part for reply in found if reply.ts in answer}
    return [reply.ts for reply in found if reply.ts not in answer and (reply.part == NOTICE or reply.part in shown)]


async def _deleted(api: SlackClient, channel_id: str, ts: str) -> None:
    try:
        await api.call("chat.delete", channel=channel_id, ts=ts)
    except ReplyGone:
        return
