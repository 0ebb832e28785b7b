"""Answers that one person alone has seen: what is kept of one, so that they can show it to others later. Pure.

An answer to ``/ask`` stands in no conversation that could be read again, and the press of the button below it does not
say what the message shows. So the answer itself is kept, a day at most; sealed with a key that is in that button alone,
so that nobody reads it who has no more than the database.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import Protocol

from bot.messages import Question


@dataclass(frozen=True, slots=True)
class PrivateAnswer:
    """``question`` names it; ``asked`` is what it asks, with names for ids. ``shown`` and ``below`` are the Markdown
    and the small lines of the message that has the button. ``thread_ts`` is where it may be posted; empty: not in a
    thread."""

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
    """The database, as the memory of answers that can still be posted. Both raise ``StoreFailed``."""

    async def keep(self, answer: PrivateAnswer, key: str) -> None:
        """In the place of an earlier one to the same question; ``key`` is random, and used for no other."""

    async def find(self, team_id: str, ts: str, key: str) -> PrivateAnswer | None:
        """The answer to the private question ``ts``; ``None`` where it is not kept any more."""


def sealed(data: bytes, key: str) -> bytes:
    """What was sealed comes out again the same way. A key serves once: its bytes are a pad as long as the data."""
    pad = hashlib.shake_256(key.encode()).digest(len(data))
    return (int.from_bytes(data) ^ int.from_bytes(pad)).to_bytes(len(data))
