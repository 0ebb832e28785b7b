"""Deliveries of one message go in; of those that say the same, the first that is a question is handled, and no other.

A mention in a channel comes twice, as ``app_mention`` and as ``message``, in any order, in some workspaces only once;
and what was not acknowledged in time comes again. The database knows which questions there are; to know the newest
here as well spares it, and everything before it, the second look. What came first holds up its twin until it is known
what it was: where it was no question, or could not be written down, the twin is handled as if it were alone.

Pure but for the loop.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

from bot.slack.read.message_text import SAID
from bot.slack.shapes import Json, object_of, text_of

KNOWN_MAX = 1_000
"""Twins come within seconds, and redeliveries within minutes."""
Message = tuple[str, str]
"""Channel and ts."""


def message_of(body: Json) -> Message | None:
    """``body`` is an event's envelope; ``None`` where it is not what somebody said."""
    event = object_of(body.get("event"))
    if event.get("type") not in ("app_mention", "message") or text_of(event.get("subtype")) not in SAID:
        return None
    channel, ts = text_of(event.get("channel")), text_of(event.get("ts"))
    return (channel, ts) if channel and ts else None


class Twins:
    """Of one workspace."""

    def __init__(self) -> None:
        self._known: dict[Message, None] = {}
        self._handled: dict[Message, asyncio.Event] = {}

    def known(self, message: Message) -> None:
        """It is a question, and written down."""
        self._known[message] = None
        if len(self._known) > KNOWN_MAX:
            del self._known[next(iter(self._known))]

    async def is_known(self, message: Message) -> bool:
        """Once no other delivery of it is being handled."""
        while (earlier := self._handled.get(message)) is not None:
            await earlier.wait()
        return message in self._known

    @contextmanager
    def handled(self, message: Message) -> Iterator[None]:
        """Within the block a delivery of it is."""
        over = self._handled[message] = asyncio.Event()
        try:
            yield
        finally:
            del self._handled[message]
            over.set()
