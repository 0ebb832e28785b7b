"""Exchanges a refresh token for a pair of new tokens, which expire. I/O: none but chance and the clock.

A bot token is good for twelve hours, a refresh token for one renewal, and for another one within a short while of that,
if ``grace_s`` says so: how long Slack takes a used one is documented nowhere. Two bot tokens of an installation work at
a time: the one before goes on until it expires, or until the next renewal. Source:
slack:authentication/using-token-rotation.
"""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass, field

from playground.workspace.errors import Refused
from playground.workspace.records import Json
from playground.workspace.workspace import Workspace

LIFE_S = 43_200
ACTIVE_MAX = 2


@dataclass(slots=True)
class Rotation:
    """``renewals`` has the workspace of each, in order; ``refused`` the code by which they are refused, if any; of so
    many as ``lost`` says the answer does not arrive."""

    life_s: float = LIFE_S
    grace_s: float = 0.0
    renewals: list[str] = field(default_factory=list)
    refused: str = ""
    lost: int = 0
    _refresh: dict[str, Workspace] = field(default_factory=dict)
    _used_s: dict[str, float] = field(default_factory=dict)

    def begin(self, workspace: Workspace) -> Json:
        """Of a new installation: those before end."""
        workspace.tokens.rotated.clear()
        self._refresh = {token: of for token, of in self._refresh.items() if of is not workspace}
        return self._issue(workspace)

    def renew(self, refresh_token: str) -> tuple[Workspace, Json]:
        if self.refused:
            raise Refused(self.refused)
        workspace = self._refresh.get(refresh_token)
        now_s = time.monotonic()
        used_up = now_s > self._used_s.setdefault(refresh_token, now_s) + self.grace_s
        if workspace is None or used_up or not workspace.tokens.rotated:  # or it was uninstalled
            raise Refused("invalid_refresh_token")
        self.renewals.append(workspace.team_id)
        return workspace, self._issue(workspace)

    def _issue(self, workspace: Workspace) -> Json:
        bot_token, refresh_token = f"xoxe.xoxb-1-{secrets.token_hex(16)}", f"xoxe-1-{secrets.token_hex(16)}"
        tokens = workspace.tokens
        tokens.rotated[bot_token] = workspace.state.wall_clock() + self.life_s
        while len(tokens.rotated) > ACTIVE_MAX:
            del tokens.rotated[next(iter(tokens.rotated))]
        tokens.bot = bot_token
        self._refresh[refresh_token] = workspace
        return {"access_token": bot_token, "refresh_token": refresh_token, "expires_in": round(self.life_s)}
