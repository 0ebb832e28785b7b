"""What refusals have taught of one of Slack's limits, and the port to where processes remember it, and share posts.

Pure. Nothing here decides; ``slack.web_api.refusal`` draws the conclusions, ``store`` keeps them.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from math import isclose
from typing import Protocol


@dataclass(frozen=True, slots=True)
class LearnedLimit:
    """``calls`` fit into any minute, ``burst`` of them at once; the others come back evenly.

    Both are of the whole workspace, whatever this process' share of it. ``age_s``: so long ago it was learned.
    """

    calls: float
    burst: float
    age_s: float = 0.0

    def same_as(self, other: LearnedLimit) -> bool:
        """Whenever each was learned."""
        return isclose(self.calls, other.calls) and isclose(self.burst, other.burst)


class LimitRecords(Protocol):
    """The database, as the memory of what was learned, and of what is posted. All raise ``StoreFailed``."""

    async def all(self, teams: Collection[str]) -> dict[tuple[str, str], LearnedLimit]:
        """By the workspace and the name of the limit, a method's as a rule."""

    async def keep(self, team_id: str, name: str, limit: LearnedLimit) -> None:
        """In the place of what was known of that limit."""

    async def reserve(self, team_id: str, channel_id: str, at_once: float, per_s: float) -> float:
        """In how many seconds a post may go, beside those for which others have reserved: ``at_once`` so many where
        none went for a while, then ``per_s``."""
