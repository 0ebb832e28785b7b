"""Fetches the messages of a thread, or of a channel since a time, as Slack has them.

I/O: conversations.replies, conversations.history.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from bot import limits
from bot.errors import SlackError
from bot.messages import Question
from bot.slack.paging import Paging
from bot.slack.shapes import Json, objects_of, text_of
from bot.slack.web_api.names import Api
from bot.slack.web_api.patience import patiently
from bot.telemetry.logs import get_logger

log = get_logger(__name__)

PATIENCE_S = 1_800.0
"""As long as a writer waits: at one call a minute, which is all that some apps may make, a long thread takes
minutes."""
PAGES_MAX = 100
"""Pages, of a thousand messages each if Slack gives as many as requested; some plans get fifteen."""
NOTHING_THERE = frozenset({"thread_not_found", "message_not_found"})
"""Slack's error for a thread whose messages are all deleted. slack:reference/methods/conversations.replies."""


class ThreadPages:
    """What cannot be read now is tried again for ``PATIENCE_S``. All methods raise ``SlackError``."""

    def __init__(self, api: Api) -> None:
        self._api = api

    async def replies(self, question: Question, **more: str) -> list[Json]:
        """Each message of the thread once: Slack repeats the first one on every page."""
        found: dict[str, Json] = {}
        paging = Paging(PAGES_MAX)
        try:
            async for page in paging.of(partial(self.page, question, **more), "messages"):
                found |= {text_of(message.get("ts")): message for message in objects_of(page.get("messages"))}
        except SlackError as error:
            if error.code not in NOTHING_THERE:
                raise
        else:
            if not paging.whole:
                log.warning("thread.not_read_whole", channel=question.channel_id, messages=len(found))
        return [message for ts, message in found.items() if ts]

    async def since(self, question: Question, oldest: str) -> list[Json]:
        """What was said at top level since then."""
        page = await self.call(
            "conversations.history", channel=question.channel_id, oldest=oldest, include_all_metadata=True
        )
        return objects_of(page.get("messages"))

    async def page(self, question: Question, **more: Any) -> dict[str, Any]:  # noqa: ANN401 (JSON)
        given = {"limit": limits.REPLIES_PAGE_MAX, "include_all_metadata": True, **more}
        return await self.call("conversations.replies", channel=question.channel_id, ts=question.thread_ts, **given)

    async def call(self, method: str, **arguments: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
        """Reading twice does no harm, so temporary errors are retried."""
        return await patiently(partial(self._api.call, method, **arguments), PATIENCE_S)
