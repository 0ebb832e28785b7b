"""The app's installations: where it may answer, and with which token. Pure.

A company can install the app in one of its workspaces, or in its whole organisation at once. Source:
slack:authentication/installing-with-oauth, slack:enterprise/developing-for-enterprise-orgs.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Installation:
    """``team_id`` is the workspace's, or the organisation's where the app is installed in all of its workspaces;
    ``enterprise_id`` is the organisation's, or empty."""

    team_id: str
    enterprise_id: str
    name: str = field(repr=False)
    bot_user_id: str
    bot_id: str
    bot_token: str = field(repr=False)
    scopes: frozenset[str] = frozenset()


class Installations(Protocol):
    """The database, as the memory of installations. All raise ``StoreFailed``."""

    async def save(self, installation: Installation) -> None:
        """In the place of an earlier one of the same workspace."""

    async def find(self, team_id: str) -> Installation | None:
        """``team_id``: of a workspace or an organisation."""

    async def remove(self, team_id: str, bot_token: str) -> bool:
        """Ends an installation, and what was asked there. ``False`` where the app was installed anew since then, so
        that ``bot_token`` is not its token any more."""

    async def count(self) -> int: ...

    async def with_open_questions(self) -> frozenset[str]:
        """The workspaces in which something was asked that is not answered yet."""
