"""What people chose in a thread, and the port that remembers it. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from bot.messages import Question, ThreadKey


@dataclass(frozen=True, slots=True)
class ThreadSettings:
    """``muted``: the bot answers only when mentioned. An empty ``model`` or ``effort``: as everywhere else."""

    muted: bool = False
    model: str = ""
    effort: str = ""


UNCHANGED = ThreadSettings()


class ThreadSettingsRecords(Protocol):
    """Implemented by the database: settings of threads. All raise ``StoreFailed``."""

    async def of(self, thread: ThreadKey) -> ThreadSettings: ...

    async def change(self, said: Question, settings: ThreadSettings | None) -> bool:
        """Stores that ``said`` is a command, not a question, and with it the thread's new ``settings``, if any.
        ``False`` if that was done before: Slack delivers a message more than once."""
