"""A reply that passes everything on, for classes that change one thing about it. I/O: the reply's."""

from __future__ import annotations

from bot.closing import NOTHING, Closing
from bot.errors import LeaseLost, SlackError
from bot.ports import Reply


class WrappedReply:
    """Implements ``ports.Reply`` by ``reply``."""

    def __init__(self, reply: Reply) -> None:
        self._reply = reply

    @property
    def begun(self) -> bool:
        return self._reply.begun

    def status(self, text: str) -> None:
        self._reply.status(text)

    async def ready(self) -> None:
        await self._reply.ready()

    def write(self, text: str) -> None:
        self._reply.write(text)

    async def failure(self) -> SlackError | LeaseLost:
        return await self._reply.failure()

    async def finish(self, closing: Closing = NOTHING) -> None:
        await self._reply.finish(closing)

    async def abandon(self) -> None:
        await self._reply.abandon()
