"""Private answers that are kept so that their readers can still show them to others. Pure.

An answer to ``/ask`` is in no conversation that could be read again, and the press of its button does not say what the
message shows. So the answer itself is kept, for at most a day, encrypted with a key that is only in that button: the
database alone does not reveal it.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import Protocol

from bot.messages import Question


@dataclass(frozen=True, slots=True)
class PrivateAnswer:
    """``question`` identifies it; ``asked`` is its text, with names for ids. ``shown`` and ``below`` are the
    Markdown and the small lines of the message with the button. ``thread_ts``: where it may be posted; empty if not
    in a thread."""

    team_id: str
    channel_id: str
    ts: str
    user_id: str
    thread_ts: str
    asked: str = field(repr=False)
    text: str = field(repr=False)
    shown: str = field(repr=False)
    below: tuple[str, ...] = field(repr=False)

    @classmethod
    def to(cls, question: Question, asked: str, text: str, shown: str, below: tuple[str, ...]) -> PrivateAnswer:
        thread_ts = "" if question.starts_thread else question.thread_ts
        of = (question.team_id, question.channel_id, question.ts, question.user_id)
        return cls(*of, thread_ts, asked, text, shown, below)


class PrivateAnswers(Protocol):
    """Implemented by the database: answers that can still be posted. Both raise ``StoreFailed``."""

    async def keep(self, answer: PrivateAnswer, key: str) -> None:
        """Replaces an earlier one to the same question; ``key`` is random and used only once."""

    async def find(self, team_id: str, ts: str, key: str) -> PrivateAnswer | None:
        """The answer to the private question ``ts``; ``None`` if it is no longer kept."""


def sealed(data: bytes, key: str) -> bytes:
    """Encrypts, and decrypts in the same way. A key is used once: its bytes are a one-time pad as long as the data."""
    pad = hashlib.shake_256(key.encode()).digest(len(data))
    return (int.from_bytes(data) ^ int.from_bytes(pad)).to_bytes(len(data))
