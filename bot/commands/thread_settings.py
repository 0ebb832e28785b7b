"""What people chose in a thread. Pure, and the port of what remembers it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from bot.messages import Question, ThreadKey


@dataclass(frozen=True, slots=True)
class ThreadSettings:
    """``muted``: the bot answers only who mentions it. An empty ``model`` or ``effort``: as everywhere else."""

    muted: bool = False
    model: str = ""
    effort: str = ""


UNCHANGED = ThreadSettings()


class ThreadSettingsRecords(Protocol):
    """The database, as the memory of threads' settings. All raise ``StoreFailed``."""

    async def of(self, thread: ThreadKey) -> ThreadSettings: ...

    async def change(self, said: Question, settings: ThreadSettings | None) -> bool:
        """Writes down that ``said`` is a command and no question, and with it the thread's new ``settings``, if any.
        ``False`` where that was done before: Slack delivers a message more than once."""
