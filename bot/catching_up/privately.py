"""Moves a wish from a channel into a direct message with whoever said it. I/O: the ports.

What the bot says about a channel is for one reader. As with commands, the wish is stored before Slack has its
acknowledgement, so that it is carried out once.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, replace
from typing import Any, Protocol

from bot.catching_up.wishes import Wish, about, wish_in
from bot.commands.thread_settings import ThreadSettingsRecords
from bot.messages import EntryPoint, Question

MOVED = "I'm sending you that in a direct message, which only you can read."
CLOSED = "I couldn't send you a direct message. Please send me the same in one, or use `/ask`."


class DirectMessages(Protocol):
    """Implemented by Slack's side: writes to one person. Neither raises ``SlackError``."""

    async def begin(self, question: Question) -> tuple[str, str]:
        """The direct message with the asker, and the ts of our message in it; both empty if there is none."""

    async def tell(self, question: Question, sentence: str) -> None: ...


@dataclass(frozen=True, slots=True)
class Privately:
    """``accept`` takes questions."""

    records: ThreadSettingsRecords
    messages: DirectMessages
    accept: Callable[[Question], Awaitable[bool]]

    async def moved(self, said: Question) -> Coroutine[Any, Any, None] | None:
        """What remains to be done after Slack has its acknowledgement; ``None`` if all of it was done before.

        Raises ``StoreFailed``.
        """
        return self._move(said) if await self.records.change(said, None) else None

    async def _move(self, said: Question) -> None:
        channel_id, ts = await self.messages.begin(said)
        if not channel_id:
            await self.messages.tell(said, CLOSED)
            return
        wish = wish_in(said.text) or Wish()
        text = said.text if wish.channel_id or wish.channel_name else about(said.text, said.channel_id)
        await self.accept(
            replace(said, channel_id=channel_id, ts=ts, thread_ts=ts, entry_point=EntryPoint.DIRECT, text=text)
        )
        await self.messages.tell(said, MOVED)


def is_for_one(question: Question) -> bool:
    return question.entry_point is EntryPoint.MENTION and wish_in(question.text) is not None
