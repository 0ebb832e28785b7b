"""Finds the messages in which this bot has answered a question, so that none is posted twice.

I/O: conversations.replies, conversations.history.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from bot import limits
from bot.loop_share import one_by_one
from bot.messages import AuthorKind, EntryPoint, Question
from bot.slack import own_messages
from bot.slack.escape import decode
from bot.slack.own_messages import ts_order
from bot.slack.read import mentions
from bot.slack.read.file_objects import attachments_of
from bot.slack.read.message_text import markdown_of
from bot.slack.read.thread_pages import ThreadPages
from bot.slack.shapes import Json, objects_of, text_of
from bot.slack.web_api.names import Api

NOTHING: Mapping[int, str] = MappingProxyType({})


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


class OwnReplies:
    """``is_own``: whether a message is this bot's."""

    def __init__(self, api: Api, is_own: Callable[[Json], bool]) -> None:
        self._api = api
        self._pages = ThreadPages(api)
        self._is_own = is_own

    async def find(
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
        posted = self._pages.since(question, oldest) if at_top else self._pages.replies(question, oldest=oldest)
        async for message in one_by_one(await posted):
            ts = text_of(message.get("ts"))
            answered, part = self.answer_to(message)
            if not answered and ts in recorded:
                answered, part = question.ts, recorded[ts]
            if (answered and answered == question.ts) or (streamed and self.is_unmarked(message, question)):
                text = markdown_of(message, AuthorKind.THIS_BOT, mentions.as_tokens)
                replies.append(OwnReply(ts, part, text, marked=bool(answered)))
        return sorted(replies, key=lambda reply: (0 if streamed else reply.part, ts_order(reply.ts)))

    async def find_uploaded(self, question: Question) -> frozenset[str]:
        """The names of the files that we have uploaded to the thread since the question."""
        messages = await self._pages.replies(question, oldest=own_messages.message_ts(question.ts))
        own = (message for message in messages if self._is_own(message))
        return frozenset(file.name for message in own for file in attachments_of(message))

    async def find_streamed(self, question: Question) -> list[str]:
        """The ts of our messages that answer ``question``, including unmarked ones."""
        return [reply.ts for reply in await self.find(question, streamed=True)]

    async def find_marked(self, question: Question) -> list[str]:
        """The ts of the messages that say themselves that they answer ``question``."""
        return [reply.ts for reply in await self.find(question)]

    async def find_posted(self, question: Question, part: int, text: str, *, in_thread: bool = True) -> str | None:
        """The ts of the message that shows part ``part`` of the reply to ``question``; ``None`` if there is none.

        If Slack keeps no metadata, it is our message after the question whose ``text`` is the one sent.
        """
        oldest = own_messages.message_ts(question.ts)
        messages = await (
            self._pages.replies(question, oldest=oldest) if in_thread else self._pages.since(question, oldest)
        )
        for message in messages:
            if self.answer_to(message) == (question.ts, part):
                return text_of(message.get("ts"))
        for message in messages:
            after = ts_order(text_of(message.get("ts"))) > ts_order(question.ts)
            unmarked = after and self._is_own(message) and "metadata" not in message
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
                (_, part), revision = self.answer_to(message), own_messages.revision_of(message)
                text = markdown_of(message, AuthorKind.THIS_BOT, mentions.as_tokens)
                return OwnReply(ts, part, text, revision=revision)
        return None

    def answer_to(self, message: Json) -> tuple[str, int]:
        """The ts of the question that one of our messages answers, and which part it is; ``("", 0)`` for all others."""
        found = own_messages.answered_question(message) if self._is_own(message) else None
        return found or ("", 0)

    def is_unmarked(self, message: Json, question: Question) -> bool:
        """Whether it is ours, came after the question, and does not say what it answers.

        The first message of a thread, which Slack always returns, came before.
        """
        later = ts_order(text_of(message.get("ts"))) > ts_order(question.ts)
        unmarked = self.answer_to(message) == ("", 0) and not own_messages.is_aside(message)
        return later and unmarked and self._is_own(message)
