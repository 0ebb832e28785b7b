"""Handles only the first of several deliveries of one message that turns out to be a question.

A mention in a channel comes twice, as ``app_mention`` and as ``message``, in any order, in some workspaces only once;
and unacknowledged deliveries come again. The database knows which questions exist; knowing the newest here as well
saves it, and everything before it, a second look. A delivery holds up its duplicate until its outcome is known: if it
was not a question, or could not be stored, the duplicate is handled as if it were alone.

Pure but for the event loop.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

from bot.slack.read.message_text import SAID
from bot.slack.shapes import Json, object_of, text_of

KNOWN_MAX = 1_000
"""Duplicates come within seconds, and redeliveries within minutes."""
MessageKey = tuple[str, str]
"""Channel and ts."""


def message_of(body: Json) -> MessageKey | None:
    """The key of an event's message; ``None`` if it is not something that somebody said."""
    event = object_of(body.get("event"))
    if event.get("type") not in ("app_mention", "message") or text_of(event.get("subtype")) not in SAID:
        return None
    channel, ts = text_of(event.get("channel")), text_of(event.get("ts"))
    return (channel, ts) if channel and ts else None


class Duplicates:
    """Of one workspace."""

    def __init__(self) -> None:
        self._known: dict[MessageKey, None] = {}
        self._handled: dict[MessageKey, asyncio.Event] = {}

    def known(self, message: MessageKey) -> None:
        """Notes that the delivery was a question and is stored."""
        self._known[message] = None
        if len(self._known) > KNOWN_MAX:
            del self._known[next(iter(self._known))]

    async def is_known(self, message: MessageKey) -> bool:
        """Returns once no other delivery of the message is being handled."""
        while (earlier := self._handled.get(message)) is not None:
            await earlier.wait()
        return message in self._known

    @contextmanager
    def handled(self, message: MessageKey) -> Iterator[None]:
        """Marks a delivery of the message as being handled within the block."""
        over = self._handled[message] = asyncio.Event()
        try:
            yield
        finally:
            del self._handled[message]
            over.set()


class NewKeys:
    """Recognises keys that come again, such as a button's; the newest ``KNOWN_MAX`` are remembered."""

    def __init__(self) -> None:
        self._known: dict[object, None] = {}

    def is_new(self, key: object) -> bool:
        if key in self._known:
            return False
        self._known[key] = None
        if len(self._known) > KNOWN_MAX:
            del self._known[next(iter(self._known))]
        return True
