"""A reply goes in; the same comes out, for who changes one thing about it. I/O: the reply's."""

from __future__ import annotations

from collections.abc import Sequence

from bot.messages import Note, Source
from bot.ports import Button, Reply


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

    async def finish(
        self,
        ending: str = "",
        notes: Sequence[Note] = (),
        *,
        sources: Sequence[Source] = (),
        withdraw: bool = False,
        button: Button | None = None,
        bill: str = "",
    ) -> None:
        await self._reply.finish(ending, notes, sources=sources, withdraw=withdraw, button=button, bill=bill)

    async def abandon(self) -> None:
        await self._reply.abandon()
