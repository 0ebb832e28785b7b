"""Adds to a reply that a long answer is offered as a file, or uploaded as one. I/O: the reply's.

The button is part of the reply's last edit and costs no extra call. Implements ``ports.Reply``.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace

from bot.closing import NOTHING, Button, Closing
from bot.ports import Reply
from bot.slack.write.answer_files import worth_a_file
from bot.slack.write.wrapped_reply import WrappedReply


class OfferedReply(WrappedReply):
    """``upload`` uploads the answer as files: at once from ``file_chars`` on, otherwise when somebody presses the
    button."""

    def __init__(self, reply: Reply, upload: Callable[[str], Awaitable[object]], file_chars: int | None) -> None:
        super().__init__(reply)
        self._upload = upload
        self._file_chars = file_chars
        self._written: list[str] = []

    def write(self, text: str) -> None:
        super().write(text)
        self._written.append(text)

    async def finish(self, closing: Closing = NOTHING) -> None:
        text = "".join(self._written)
        whole = not (closing.ending or closing.withdraw or closing.button)
        at_once = whole and self._file_chars is not None and len(text) >= self._file_chars
        if whole and not at_once and worth_a_file(text):
            closing = replace(closing, button=Button.AS_FILE)
        await super().finish(closing)
        if at_once:
            await self._upload(text)
