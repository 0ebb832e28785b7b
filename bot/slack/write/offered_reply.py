"""A reply goes in; the same comes out, with a long answer offered as a file, or given as one. I/O: the reply's.

The button is part of the reply's last edit and costs no call of its own. Implements ``ports.Reply``.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from bot.messages import Note, Source
from bot.ports import Button, Reply
from bot.slack.write.answer_files import worth_a_file
from bot.slack.write.wrapped_reply import WrappedReply


class OfferedReply(WrappedReply):
    """``upload`` gives the answer as files; from ``file_chars`` on that is done at once, and below it on a press."""

    def __init__(self, reply: Reply, upload: Callable[[str], Awaitable[object]], file_chars: int | None) -> None:
        super().__init__(reply)
        self._upload = upload
        self._file_chars = file_chars
        self._written: list[str] = []

    def write(self, text: str) -> None:
        super().write(text)
        self._written.append(text)

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
        text = "".join(self._written)
        whole = not (ending or withdraw or button)
        at_once = whole and self._file_chars is not None and len(text) >= self._file_chars
        if whole and not at_once and worth_a_file(text):
            button = Button.AS_FILE
        await super().finish(ending, notes, sources=sources, withdraw=withdraw, button=button, bill=bill)
        if at_once:
            await self._upload(text)
