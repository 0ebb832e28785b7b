"""Reads the thread in which a question was asked, as the model should see it.

I/O: conversations.replies (all pages within a bound), and what ``names`` calls for names.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Sequence
from typing import Any

from bot.errors import SlackError, SlackNoAccess, SlackRefused
from bot.loop_share import one_by_one
from bot.messages import Channel, EntryPoint, Question, ThreadMessage
from bot.prompt.spoken import typed
from bot.slack import own_messages
from bot.slack.own_messages import ts_order
from bot.slack.read.linked import LinkedMessages
from bot.slack.read.message_text import SAID
from bot.slack.read.named_messages import NamedMessages
from bot.slack.read.own_replies import OwnReplies
from bot.slack.read.thread_pages import ThreadPages
from bot.slack.shapes import Json, objects_of, text_of
from bot.slack.web_api.names import Api, Names
from bot.telemetry.logs import get_logger
from bot.visible import repeated

log = get_logger(__name__)

READ_AGAIN_WITHIN_S = 3.0
"""If Slack does not show a question's message within this time, it is answered as its event had it."""


class ThreadReader:
    """Reads the threads of one workspace. Implements ``ports.Threads``."""

    def __init__(
        self,
        api: Api,
        names: Names,
        *,
        bot_user_id: str,
        bot_id: str,
        closed: Collection[str] = (),
    ) -> None:
        """``closed`` as in ``linked``."""
        self.names = names
        self._pages = ThreadPages(api)
        self._named = NamedMessages(names, bot_user_id, bot_id)
        self.own = OwnReplies(api, self._named.is_own)
        self._linked = LinkedMessages(api, names, closed)

    async def read(self, question: Question) -> list[ThreadMessage]:
        """What was said before the question, oldest first, each answer after its own question; the question last.

        A message that only mentions this bot is included without a text, since it asks for something; one that says
        nothing at all is not.

        A command, and a direct message that starts a thread, cost no conversations.replies.
        """
        self.names.soon((question.user_id, question.channel_id))
        if question.entry_point is EntryPoint.COMMAND:
            messages = []
        elif question.starts_thread:
            messages = await self._read_again(question)
        else:
            messages = await self._pages.replies(question)
        said = await self._named.said(await self._history(messages, question), question)
        before = [message for message in said[:-1] if message.ts != question.ts]
        asked = next((message for message in said[:-1] if message.ts == question.ts), None)
        last = asked if asked and (asked.text or asked.attachments) else said[-1]
        return [*before, await self._linked.below(last, question, self._named.written)]

    async def channel(self, question: Question) -> Channel:
        """Requested together with the names of the thread, so usually nothing has to be waited for here."""
        return await self.names.channel(question.channel_id)

    async def wording(self, question: Question) -> str:
        """What the question asks, with names for ids."""
        return repeated(typed((await self._named.said([], question))[-1].text))

    async def _read_again(self, question: Question) -> list[Json]:
        """The message of a mention whose event had no files: they, and tables, may be only in the message.

        By conversations.history where that shows it: those who ask in threads need the minute's calls of
        conversations.replies.
        """
        if question.entry_point is not EntryPoint.MENTION or question.attachments:
            return []
        here = {"latest": question.ts, "inclusive": True, "limit": 1}
        try:
            async with asyncio.timeout(READ_AGAIN_WITHIN_S):
                found = await self._at_top(question, **here)
                return found or _asked_in(await self._pages.page(question, **here), question)
        except (SlackError, TimeoutError) as error:
            log.info("question.not_read_again", error=str(error) or type(error).__name__)
            return []

    async def _at_top(self, question: Question, **here: Any) -> list[Json]:  # noqa: ANN401 (JSON)
        given = {"channel": question.channel_id, "oldest": question.ts, "include_all_metadata": True, **here}
        try:
            return _asked_in(await self._pages.call("conversations.history", **given), question)
        except (SlackRefused, SlackNoAccess):
            return []

    async def _history(self, messages: Sequence[Json], question: Question) -> list[Json]:
        """Orders messages by what the model knew: an answer comes after its question even if people wrote in between.

        So the same thread always begins with the same words, and an answer that was posted after the next question was
        asked is part of that one's history, too. If Slack keeps no metadata, nobody knows whose answer a later message
        of ours is; a thread's questions are answered one by one, so it belongs to an earlier one.
        """
        placed = []
        async for message in one_by_one(messages):
            if text_of(message.get("subtype")) not in SAID or message.get("hidden") is True:
                continue
            if own_messages.is_aside(message) and self._named.is_own(message):
                continue
            answered, part = self.own.answer_to(message)
            ts = ts_order(text_of(message.get("ts")))
            place = (ts_order(answered), 1, part, ts) if answered else (ts, 0, 0, ts)
            if "metadata" not in message and self.own.is_unmarked(message, question):
                place = (ts_order(question.ts), -1, 0, ts)
            if place <= (ts_order(question.ts), 0, 0, ts_order(question.ts)):
                placed.append((place, message))
        return [message for _, message in sorted(placed, key=lambda pair: pair[0])]


def _asked_in(page: Json, question: Question) -> list[Json]:
    return [message for message in objects_of(page.get("messages")) if message.get("ts") == question.ts]
