"""Votes on answers, and reasons for them. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Vote:
    """One person's vote on the answer whose message is ``ts``; the newest counts."""

    team_id: str
    channel_id: str
    ts: str
    user_id: str
    good: bool


@dataclass(frozen=True, slots=True)
class VoteReason:
    """Why ``user_id`` found the answer ``ts`` bad, in their own words."""

    team_id: str
    channel_id: str
    ts: str
    user_id: str
    words: str = field(repr=False)


class Votes(Protocol):
    """Implemented by the database. Both raise ``StoreFailed``."""

    async def vote(self, vote: Vote) -> None:
        """Counts it, replacing an earlier vote by the same person on the same answer."""

    async def explain(self, reason: VoteReason) -> None:
        """Adds it to that person's vote."""
