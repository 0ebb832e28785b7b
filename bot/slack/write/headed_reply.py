"""An answer goes in; it is shown below a quotation of the question, which has no message of its own. I/O: by the reply.

Implements ``ports.Reply``. Readers of the thread, and the model in later turns, know so what was asked, and by whom.
"""

from __future__ import annotations

from collections.abc import Sequence

from bot.messages import Note, Source
from bot.ports import Button, Reply
from bot.slack.write.wrapped_reply import WrappedReply

HEAD = "Asked by @{name}: {asked}"


def head_of(name: str, asked: str) -> str:
    lines = HEAD.format(name=name.removeprefix("@"), asked=asked.strip()).splitlines()
    return "".join(f"> {line}\n" for line in lines) + "\n"


class HeadedReply(WrappedReply):
    def __init__(self, reply: Reply, head: str) -> None:
        super().__init__(reply)
        self._head = head

    def write(self, text: str) -> None:
        head, self._head = self._head, ""
        super().write(head + text)

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
        await super().finish(ending, notes, sources=sources, withdraw=withdraw, button=button, bill=bill)
