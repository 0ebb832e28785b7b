"""Reads a question's thread or, if somebody wants to be caught up on a channel, what was said there.

I/O: what the ports do, and the clock. Implements ``ports.Threads``.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Protocol

from bot.catching_up.periods import UNDERSTOOD, start_of
from bot.catching_up.transcript import ChannelHistory, block_of, notes_on, transcript_of, wanted
from bot.catching_up.wishes import Wish, wish_in
from bot.errors import Declined
from bot.messages import (
    Attachment,
    AuthorKind,
    Channel,
    EntryPoint,
    FileBytes,
    PreparedFile,
    Question,
    ThreadMessage,
)
from bot.ports import Threads

FOR_ONE = (EntryPoint.DIRECT, EntryPoint.COMMAND)
MICROSECONDS = 6
"""Digits in the fraction of a message's ts; a press has more."""
WHICH = "Please tell me which channel, for example: catch me up #general since yesterday."
NOT_UNDERSTOOD = f"I couldn't tell how far back to read. I understand {UNDERSTOOD}."
NOT_HERE = (
    "When I catch somebody up on a channel, only that person should see it. Please send me the same in a direct "
    "message, or mention me with it."
)
NOTHING_SAID = "Nothing has been written in {channel} since {start}."
NOT_YET = "That time is in the future, so there is nothing to read yet. I understand {understood}."


class ChannelMessages(Protocol):
    """Implemented by Slack's side: what was said in a channel."""

    async def zone(self, user_id: str) -> str:
        """As ``messages.Author`` has it."""

    async def history(self, wish: Wish, question: Question, start_s: float | None) -> ChannelHistory:
        """``start_s`` ``None``: from the asker's newest message there on, or for a day.

        Raises ``Declined`` if the asker or the bot is not in that channel, and ``SlackError``.
        """


@dataclass(frozen=True, slots=True)
class CatchingUp:
    """``keep`` puts a text on disk for as long as its value exists."""

    threads: Threads
    channels: ChannelMessages
    keep: Callable[[str], Awaitable[FileBytes]]

    async def read(self, question: Question) -> list[ThreadMessage]:
        """Raises ``SlackError``, and ``Declined`` with a sentence for the asker."""
        wish = wish_in(question.text)
        thread = await self.threads.read(question)
        if wish is None and len(thread) > 1 and question.entry_point is EntryPoint.DIRECT:
            wish = _asked_again(question, thread)
        if wish is None:
            return thread
        if question.entry_point not in FOR_ONE:
            raise Declined(NOT_HERE)
        return [await self._caught_up(wish, question, thread[-1])]

    async def channel(self, question: Question) -> Channel:
        return await self.threads.channel(question)

    async def _caught_up(self, wish: Wish, question: Question, asked: ThreadMessage) -> ThreadMessage:
        if not (wish.channel_id or wish.channel_name):
            if question.entry_point is not EntryPoint.COMMAND or question.channel_id.startswith("D"):
                raise Declined(WHICH)
            wish = replace(wish, channel_id=question.channel_id)
        if not wish.understood:
            raise Declined(NOT_UNDERSTOOD)
        zone, now_s = await self.channels.zone(question.user_id), time.time()
        start_s = start_of(wish.period, now_s, zone) if wish.period else None
        if start_s is not None and start_s > now_s:
            raise Declined(NOT_YET.format(understood=UNDERSTOOD))
        history = await self.channels.history(wish, question, start_s)
        if not history.entries:
            raise Declined(NOTHING_SAID.format(channel=history.called, start=history.since(zone)))
        transcript = transcript_of(history, zone)
        name = f"messages of {history.called}"
        data = await self.keep(transcript.text) if transcript.long else None
        file = Attachment.bare(f"channel-{question.ts}", name)
        prepared = PreparedFile(file.id, (block_of(transcript, name, data),))
        text = f"{asked.text}\n\n{wanted(history, zone)}"
        notes = (*asked.notes, *notes_on(history, transcript, zone))
        return replace(asked, text=text, attachments=(file,), prepared=(prepared,), notes=notes)


def _asked_again(question: Question, thread: list[ThreadMessage]) -> Wish | None:
    """Of a press below a wish that has no answer yet."""
    before = thread[-2]
    pressed = len(question.ts.partition(".")[2]) > MICROSECONDS
    return wish_in(before.text) if pressed and before.author.kind is AuthorKind.PERSON else None
