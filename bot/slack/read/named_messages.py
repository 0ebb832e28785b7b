"""Reads Slack's messages as the model should see them, with names for ids.

I/O: what ``names`` calls. Our own answers are read without their marks, as the model wrote them.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import islice

from bot.citing.marks import without_marks
from bot.loop_share import one_by_one
from bot.messages import Author, AuthorKind, EntryPoint, Question, ThreadMessage
from bot.prompt.spoken import alike
from bot.slack.read import mentions
from bot.slack.read.attachments import quoted_authors
from bot.slack.read.file_objects import attachments_of
from bot.slack.read.message_text import SLACK_ITSELF, author_of, markdown_of, name_in
from bot.slack.shapes import Json, text_of
from bot.slack.web_api.names import Names

QUOTED_MAX = 50
"""Quoted authors of one message who are looked up and told apart; Slack's own programs let people forward one."""


class _Namer:
    """Writes the known names for a thread's ids."""

    def __init__(self, names: Mapping[str, str]) -> None:
        self.names = mentions.told_apart(names)
        self._naming = mentions.by_name(self.names)
        self._holders = mentions.holders(self.names)

    def named(self, message: Json, text: str) -> str:
        """Names the ids in ``text``, which is what ``message`` says. A quoted message has the name that its author had
        when it was forwarded, which may be somebody else's here."""
        text = mentions.named(text, self._naming)
        for head, author_id, name in islice(quoted_authors(message), QUOTED_MAX):
            if self._holders.get(alike(name), author_id) != author_id:
                text = text.replace(f"{head}:", f"{head} ({author_id}):")
        return text


class NamedMessages:
    """For one workspace, in which the bot has these ids."""

    def __init__(self, names: Names, bot_user_id: str, bot_id: str) -> None:
        self._names = names
        self._bot_user_id = bot_user_id
        self._bot_id = bot_id

    def author(self, message: Json) -> Author:
        return author_of(message, self._bot_user_id, self._bot_id, self._names.is_known_bot)

    def is_own(self, message: Json) -> bool:
        return self.author(message).kind is AuthorKind.THIS_BOT

    async def said(self, messages: Sequence[Json], question: Question) -> list[ThreadMessage]:
        """Each message with names for ids, and at the end the question as it was accepted."""
        said, names = await self._named(messages, question.channel_id, question.text, question.user_id)
        return [*said, self._asked(question, names)]

    async def written(self, messages: Sequence[Json], channel_id: str) -> tuple[list[ThreadMessage], str]:
        """The messages of another thread, and the name of their channel."""
        said, names = await self._named(messages, channel_id)
        return said, names.get(channel_id, "")

    async def _named(
        self, messages: Sequence[Json], channel_id: str, text: str = "", user_id: str = ""
    ) -> tuple[list[ThreadMessage], Mapping[str, str]]:
        """Ids are kept while the texts are read and named once all are known. So each message is read once, and an
        address is recognised by its id, not by a name that others may begin with, too."""
        texts = await asyncio.to_thread(self._texts, messages) if messages else []
        authors = [id_ for message in messages for id_ in self._nameless(message)]
        mentioned = [id_ async for each in one_by_one([*texts, text]) for id_ in self._mentioned(each)]
        quoted = [id_ for message in messages for _, id_, _ in islice(quoted_authors(message), QUOTED_MAX)]
        ids = [*authors, user_id, channel_id, *mentioned, *quoted]
        namer = _Namer(await self._names.resolve(ids, channel_id))
        both = one_by_one(zip(messages, texts, strict=True))
        read = [(self._thread_message(message, text, namer), text) async for message, text in both]
        return [message for message, text in read if text.strip() or message.attachments], namer.names

    def _mentioned(self, text: str) -> list[str]:
        """Not this bot where that only says who is asked: nobody waits for a name that is not shown."""
        return mentions.nameless_in(mentions.unaddressed(text, self._bot_user_id))

    def _texts(self, messages: Sequence[Json]) -> list[str]:
        """Runs in a thread, since one message may take a tenth of a second."""
        return [self._text(message) for message in messages]

    def _text(self, message: Json) -> str:
        """One of our answers without its marks, as the model wrote it."""
        kind = self.author(message).kind
        text = markdown_of(message, kind, mentions.as_tokens)
        return without_marks(text) if kind is AuthorKind.THIS_BOT else text

    def _nameless(self, message: Json) -> list[str]:
        """The ids whose names have to be looked up: a user's, who may be the author, and a nameless app's."""
        author = self.author(message)
        if author.kind is AuthorKind.THIS_BOT:
            return [] if author.name else [author.id]
        return [text_of(message.get("user")), *([] if author.name else [text_of(message.get("bot_id"))])]

    def _thread_message(self, message: Json, text: str, namer: _Namer) -> ThreadMessage:
        author = self.author(message)
        known = namer.names.get(author.id) or namer.names.get(text_of(message.get("user"))) or name_in(message)
        name = author.name or known or author.id
        if author.kind is not AuthorKind.THIS_BOT:
            text = namer.named(message, mentions.unaddressed(text, self._bot_user_id))
        zone = self._names.zone(author.id)
        author = replace(author, name=name, zone=zone)
        ours = author.kind is AuthorKind.THIS_BOT  # files of ours are copies of answers
        return ThreadMessage(text_of(message.get("ts")), author, text, () if ours else attachments_of(message))

    def _asked(self, question: Question, names: Mapping[str, str]) -> ThreadMessage:
        """The question as it was accepted, in case Slack does not show it (any more)."""
        user = question.user_id
        app = user.startswith("B") or user in SLACK_ITSELF or self._names.is_known_bot(user)
        name = SLACK_ITSELF.get(user) or names.get(user, user)
        kind = AuthorKind.OTHER_BOT if app else AuthorKind.PERSON
        author = Author(user, name, kind, self._names.zone(user))
        # The answer to a command is only for the person who wrote it.
        channel_labels = question.entry_point is EntryPoint.COMMAND
        text = mentions.named(question.text, mentions.by_name(names, channel_labels=channel_labels))
        return ThreadMessage(question.ts, author, text, question.attachments)
