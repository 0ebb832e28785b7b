"""An answer goes in; it is shown below a quotation of the question, which has no message of its own. I/O: by the reply.

Implements ``ports.Reply``. Readers of the thread, and the model in later turns, know so what was asked, and by whom.
"""

from __future__ import annotations

from collections.abc import Sequence

from bot.messages import Note, Source
from bot.ports import Button, Reply

HEAD = "Asked by @{name}: {asked}"


def head_of(name: str, asked: str) -> str:
    lines = HEAD.format(name=name.removeprefix("@"), asked=asked.strip()).splitlines()
    return "".join(f"> {line}\n" for line in lines) + "\n"


class HeadedReply:
    def __init__(self, reply: Reply, head: str) -> None:
        self._reply = reply
        self._head = head

    @property
    def begun(self) -> bool:
        return self._reply.begun

    def status(self, text: str) -> None:
        self._reply.status(text)

    async def ready(self) -> None:
        await self._reply.ready()

    def write(self, text: str) -> None:
        head, self._head = self._head, ""
        self._reply.write(head + text)

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
        """What is said in the place of an answer has the question above it, too."""
        if self._head and ending and not withdraw:
            self.write("")
        await self._reply.finish(ending, notes, sources=sources, withdraw=withdraw, button=button, bill=bill)

    async def abandon(self) -> None:
        await self._reply.abandon()
