"""What refusals have taught about one of Slack's limits, and the port for remembering it and for sharing posts.

Pure. Nothing here decides: ``slack.web_api.limit_inference`` draws the conclusions, ``store`` keeps them.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from math import isclose
from typing import Protocol


@dataclass(frozen=True, slots=True)
class LearnedLimit:
    """``calls`` fit into any minute, ``burst`` of them at once; the others come back evenly.

    Both are for the whole workspace, whatever this process's share. ``age_s``: how long ago it was learned.
    """

    calls: float
    burst: float
    age_s: float = 0.0

    def same_as(self, other: LearnedLimit) -> bool:
        """The same, whenever each was learned."""
        return isclose(self.calls, other.calls) and isclose(self.burst, other.burst)


class LimitRecords(Protocol):
    """Implemented by the database: what was learned, and what is posted. All raise ``StoreFailed``."""

    async def all(self, teams: Collection[str]) -> dict[tuple[str, str], LearnedLimit]:
        """By workspace and name of the limit, usually a method's."""

    async def keep(self, team_id: str, name: str, limit: LearnedLimit) -> None:
        """Replaces what was known about that limit."""

    async def reserve(self, team_id: str, channel_id: str, at_once: float, per_s: float) -> float:
        """In how many seconds a post may go, beside those that others have reserved: ``at_once`` after a pause, then
        ``per_s``."""
