"""The app's installations: where it may answer, and with which token. Pure.

A company can install the app in one of its workspaces, or in its whole organisation at once. Source:
slack:authentication/installing-with-oauth, slack:enterprise/developing-for-enterprise-orgs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Rotation:
    """A token that expires: ``refresh_token`` gets a new one, from ``renew_at_s`` (since the epoch) on. ``fault``:
    Slack's code if the last renewal failed."""

    refresh_token: str = field(repr=False)
    renew_at_s: float
    fault: str = ""


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
    rotation: Rotation | None = None


class Installations(Protocol):
    """Implemented by the database: the installations. All raise ``StoreFailed``."""

    async def save(self, installation: Installation) -> None:
        """Replaces an earlier one of the same workspace."""

    async def find(self, team_id: str) -> Installation | None:
        """``team_id``: of a workspace or an organisation."""

    async def remove(self, team_id: str, bot_token: str) -> bool:
        """Ends an installation, and what was asked there. ``False`` where the app was installed anew since then, so
        that ``bot_token`` is not its token any more."""

    async def due_for_renewal(self) -> Sequence[str]:
        """The workspaces whose tokens are due for renewal and are not being renewed."""

    async def begin_renewal(self, team_id: str, within_s: float) -> Installation | None:
        """The installation, if its token is still due for renewal: for this long, nobody else renews it."""

    async def renewed(self, before: Installation, after: Installation) -> bool:
        """Stores new tokens. ``False`` if the installation has been replaced or removed."""

    async def renewal_refused(self, installation: Installation, code: str, again_s: float) -> None:
        """Remembers that Slack refused a new token; for this long it is not asked again."""

    async def count(self) -> int: ...

    async def with_open_questions(self) -> frozenset[str]:
        """The workspaces with unanswered questions."""
