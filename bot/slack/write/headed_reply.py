"""Shows an answer below a quotation of its question, which has no message of its own. I/O: the reply's.

Implements ``ports.Reply``. This tells readers of the thread, and the model in later turns, what was asked and by whom.
"""

from __future__ import annotations

from bot.closing import NOTHING, Closing
from bot.ports import Reply
from bot.slack.write.wrapped_reply import WrappedReply


class HeadedReply(WrappedReply):
    """``head``: the quotation, as ``sharing.quoted_head`` writes it."""

    def __init__(self, reply: Reply, head: str) -> None:
        super().__init__(reply)
        self._head = head

    def write(self, text: str) -> None:
        head, self._head = self._head, ""
        super().write(head + text)

    async def finish(self, closing: Closing = NOTHING) -> None:
        """A sentence in place of an answer gets the question above it, too."""
        if self._head and closing.ending and not closing.withdraw:
            self.write("")
        await super().finish(closing)
