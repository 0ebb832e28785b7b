"""Limits how many deliveries of one person are handled at once, so that a flood delays only its sender.

I/O: waits. All deliveries need the database: if somebody sends two thousand at once, these wait for each other, and
other people's questions go past them.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from bot.slack.shapes import Json, id_of, object_of

AT_ONCE_MAX = 32
"""Of one person or app. People send one at a time."""


@dataclass(slots=True)
class _Sender:
    slots: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE_MAX))
    count: int = 0
    """How many are being handled or wait."""


class SenderLimit:
    def __init__(self) -> None:
        self._senders: dict[str, _Sender] = {}

    @asynccontextmanager
    async def of(self, body: Json) -> AsyncIterator[None]:
        user_id = _sender_of(body)
        sender = self._senders.setdefault(user_id, _Sender())
        sender.count += 1
        try:
            async with sender.slots:
                yield
        finally:
            sender.count -= 1
            if not sender.count:
                del self._senders[user_id]


def _sender_of(body: Json) -> str:
    """The id of a user or a bot. Deliveries that name nobody share the empty one."""
    event = object_of(body.get("event"))
    edited = object_of(event.get("message"))
    named = (event.get("user"), event.get("user_id"), event.get("bot_id"), edited.get("user"), edited.get("bot_id"),
             object_of(body.get("user")).get("id"), body.get("user_id"))  # fmt: skip
    return next(filter(None, map(id_of, named)), "")
