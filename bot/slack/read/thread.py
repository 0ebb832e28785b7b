"""Reads the thread in which a question was asked, as the model should see it.

I/O: conversations.replies (all pages within a bound) and, for names, what ``names`` calls.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from types import MappingProxyType
from typing import Any

from bot import limits
from bot.errors import SlackError, SlackNoAccess, SlackRefused
from bot.loop_share import one_by_one
from bot.messages import AuthorKind, Channel, EntryPoint, Question, ThreadMessage
from bot.prompt.spoken import typed
from bot.slack import own_messages
from bot.slack.escape import decode
from bot.slack.own_messages import ts_order
from bot.slack.paging import Paging
from bot.slack.read import mentions
from bot.slack.read.file_objects import attachments_of
from bot.slack.read.linked import LinkedMessages
from bot.slack.read.message_text import SAID, markdown_of
from bot.slack.read.named_messages import NamedMessages
from bot.slack.shapes import Json, objects_of, text_of
from bot.slack.web_api.names import Api, Names
from bot.slack.web_api.patience import patiently
from bot.telemetry.logs import get_logger
from bot.visible import repeated

log = get_logger(__name__)

NOTHING: Mapping[int, str] = MappingProxyType({})
PATIENCE_S = 1_800.0
"""As long as a writer waits: at one call a minute, which is all that some apps may make, a long thread takes
minutes."""
PAGES_MAX = 100
"""Pages, of a thousand messages each if Slack gives as many as requested; some plans get fifteen."""
NOTHING_THERE = frozenset({"thread_not_found", "message_not_found"})
"""Slack's error for a thread whose messages are all deleted. slack:reference/methods/conversations.replies."""
READ_AGAIN_WITHIN_S = 3.0
"""If Slack does not show a question's message within this time, it is answered as its event had it."""


@dataclass(frozen=True, slots=True)
class OwnReply:
    """One of our messages that answer a question; ``part`` counts from 0, ``text`` is Markdown without notes.

    A message that is still being streamed is not yet ``marked`` as an answer, and its ``part`` is not known.
    """

    ts: str
    part: int
    text: str = field(repr=False)
    marked: bool = True
    revision: int | None = None
    """See ``own_messages.metadata``."""


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
        self._api = api
        self.names = names
        self._named = NamedMessages(names, bot_user_id, bot_id)
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
            messages = await self._replies(question)
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

    async def find_replies(
        self, question: Question, *, known: Mapping[int, str] = NOTHING, streamed: bool = False
    ) -> list[OwnReply]:
        """Our messages that answer ``question``, first part first: what an earlier process already posted.

        ``known``: the ts of its parts as far as recorded, for when Slack keeps no metadata. ``streamed``: messages
        without a mark count, too. A stream gets its mark when it ends, and a thread's questions are answered one by
        one, so an unmarked message after this question is its own.
        """
        if question.entry_point is EntryPoint.COMMAND:
            return []
        recorded = {} if streamed else {ts: part for part, ts in known.items()}
        replies = []
        oldest = own_messages.message_ts(question.ts)
        at_top = question.entry_point is EntryPoint.SHARE and question.starts_thread
        posted = self._since(question, oldest) if at_top else self._replies(question, oldest=oldest)
        async for message in one_by_one(await posted):
            ts = text_of(message.get("ts"))
            answered, part = self._answer_to(message)
            if not answered and ts in recorded:
                answered, part = question.ts, recorded[ts]
            if (answered and answered == question.ts) or (streamed and self._is_unmarked(message, question)):
                text = markdown_of(message, AuthorKind.THIS_BOT, mentions.as_tokens)
                replies.append(OwnReply(ts, part, text, marked=bool(answered)))
        return sorted(replies, key=lambda reply: (0 if streamed else reply.part, ts_order(reply.ts)))

    async def find_uploaded(self, question: Question) -> frozenset[str]:
        """The names of the files that we have uploaded to the thread since the question."""
        messages = await self._replies(question, oldest=own_messages.message_ts(question.ts))
        own = (message for message in messages if self._named.is_own(message))
        return frozenset(file.name for message in own for file in attachments_of(message))

    async def find_streamed(self, question: Question) -> list[str]:
        """The ts of our messages that answer ``question``, including unmarked ones."""
        return [reply.ts for reply in await self.find_replies(question, streamed=True)]

    async def find_marked(self, question: Question) -> list[str]:
        """The ts of the messages that say themselves that they answer ``question``."""
        return [reply.ts for reply in await self.find_replies(question)]

    async def find_posted(self, question: Question, part: int, text: str, *, in_thread: bool = True) -> str | None:
        """The ts of the message that shows part ``part`` of the reply to ``question``; ``None`` if there is none.

        If Slack keeps no metadata, it is our message after the question whose ``text`` is the one sent.
        """
        oldest = own_messages.message_ts(question.ts)
        messages = await (self._replies(question, oldest=oldest) if in_thread else self._since(question, oldest))
        for message in messages:
            if self._answer_to(message) == (question.ts, part):
                return text_of(message.get("ts"))
        for message in messages:
            after = ts_order(text_of(message.get("ts"))) > ts_order(question.ts)
            unmarked = after and self._named.is_own(message) and "metadata" not in message
            if unmarked and decode(text_of(message.get("text"))) == decode(text):
                return text_of(message.get("ts"))
        return None

    async def see(self, question: Question, ts: str, *, in_thread: bool) -> OwnReply | None:
        """One of our messages as it stands in Slack, asked for once; ``None`` if it does not."""
        root = question.thread_ts if in_thread else ts
        page = await self._api.call(
            "conversations.replies", channel=question.channel_id, ts=root, oldest=ts, latest=ts, inclusive=True,
            include_all_metadata=True, limit=limits.REPLIES_PAGE_MAX,
        )  # fmt: skip
        for message in objects_of(page.get("messages")):
            if message.get("ts") == ts:
                (_, part), revision = self._answer_to(message), own_messages.revision_of(message)
                text = markdown_of(message, AuthorKind.THIS_BOT, mentions.as_tokens)
                return OwnReply(ts, part, text, revision=revision)
        return None

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
                return found or _asked_in(await self._page(question, **here), question)
        except (SlackError, TimeoutError) as error:
            log.info("question.not_read_again", error=str(error) or type(error).__name__)
            return []

    async def _at_top(self, question: Question, **here: Any) -> list[Json]:  # noqa: ANN401 (JSON)
        given = {"channel": question.channel_id, "oldest": question.ts, "include_all_metadata": True, **here}
        try:
            return _asked_in(await self._call("conversations.history", **given), question)
        except (SlackRefused, SlackNoAccess):
            return []

    async def _replies(self, question: Question, **more: str) -> list[Json]:
        """Each message of the thread once: Slack repeats the first one on every page."""
        found: dict[str, Json] = {}
        paging = Paging(PAGES_MAX)
        try:
            async for page in paging.of(partial(self._page, question, **more), "messages"):
                found |= {text_of(message.get("ts")): message for message in objects_of(page.get("messages"))}
        except SlackError as error:
            if error.code not in NOTHING_THERE:
                raise
        else:
            if not paging.whole:
                log.warning("thread.not_read_whole", channel=question.channel_id, messages=len(found))
        return [message for ts, message in found.items() if ts]

    async def _since(self, question: Question, oldest: str) -> list[Json]:
        """What was said at top level since then."""
        page = await self._call(
            "conversations.history", channel=question.channel_id, oldest=oldest, include_all_metadata=True
        )
        return objects_of(page.get("messages"))

    async def _page(self, question: Question, **more: Any) -> dict[str, Any]:  # noqa: ANN401 (JSON)
        given = {"limit": limits.REPLIES_PAGE_MAX, "include_all_metadata": True, **more}
        return await self._call("conversations.replies", channel=question.channel_id, ts=question.thread_ts, **given)

    async def _call(self, method: str, **arguments: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
        """Reading twice does no harm, so temporary errors are retried."""
        return await patiently(partial(self._api.call, method, **arguments), PATIENCE_S)

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
            answered, part = self._answer_to(message)
            ts = ts_order(text_of(message.get("ts")))
            place = (ts_order(answered), 1, part, ts) if answered else (ts, 0, 0, ts)
            if "metadata" not in message and self._is_unmarked(message, question):
                place = (ts_order(question.ts), -1, 0, ts)
            if place <= (ts_order(question.ts), 0, 0, ts_order(question.ts)):
                placed.append((place, message))
        return [message for _, message in sorted(placed, key=lambda pair: pair[0])]

    def _answer_to(self, message: Json) -> tuple[str, int]:
        """The ts of the question that one of our messages answers, and which part it is; ``("", 0)`` for all others."""
        found = own_messages.answered_question(message) if self._named.is_own(message) else None
        return found or ("", 0)

    def _is_unmarked(self, message: Json, question: Question) -> bool:
        """Drops the root, which Slack always returns."""
        later = ts_order(text_of(message.get("ts"))) > ts_order(question.ts)
        unmarked = self._answer_to(message) == ("", 0) and not own_messages.is_aside(message)
        return later and unmarked and self._named.is_own(message)


def _asked_in(page: Json, question: Question) -> list[Json]:
    return [message for message in objects_of(page.get("messages")) if message.get("ts") == question.ts]
