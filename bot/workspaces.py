"""Hands each delivery to the bot of its own workspace, of all that have installed the app.

I/O: ``Installations``, and what the workspaces do. A workspace is opened when something is delivered there or a
question waits there, and closed after a quiet while, so hundreds of unused installations cost one row each. Its token
comes from its installation and ends with it.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass
from functools import partial

from bot.errors import StartFailed, StoreFailed
from bot.installations.installation import Installation, Installations
from bot.installations.renewals import Renewals
from bot.slack.receive import origin
from bot.slack.receive.listeners import Listeners
from bot.slack.shapes import Json
from bot.slack.web_api.client import TokenEnded
from bot.telemetry.logs import get_logger
from bot.workspace import Workspace

log = get_logger(__name__)

LOOK_EVERY_S = 2.0
"""As often as an inbox looks for what other processes left behind."""
EXPIRED = "token_expired"
EXPIRED_REST_S = 10.0
"""A workspace whose token has expired is not opened for waiting questions, only when somebody writes."""
QUIET_S = 120.0
"""An open workspace costs 70 kB and no time; opening one takes 12 ms (``python -m bench.quiet_workspaces``)."""

Open = Callable[[Installation, TokenEnded, AsyncExitStack], Awaitable[Workspace]]
"""Opens the bot in a workspace, to be closed with the stack. The callback is called when its token ends."""


@dataclass(slots=True)
class _Opened:
    """``first``: the installation that it was opened with; the current one may have a newer token."""

    first: Installation
    installation: Installation
    workspace: Workspace
    parts: AsyncExitStack
    used_s: float


class InstalledWorkspaces:
    """Implements ``deliveries.Workspaces``."""

    def __init__(
        self,
        installations: Installations,
        open_one: Open,
        renewals: Renewals,
    ) -> None:
        self._installations = installations
        self._open_one = open_one
        self._renewals = renewals
        self._opened: dict[str, _Opened] = {}
        self._lock = asyncio.Lock()
        self._loops: list[asyncio.Task[None]] = []
        self._expired: dict[str, float] = {}
        """When each expired token expired, by workspace."""
        self._ending: set[asyncio.Task[None]] = set()

    async def start(self) -> int:
        """Returns the number of installations. Raises ``StartFailed`` if they cannot be read."""
        try:
            count = await self._installations.count()
        except StoreFailed as error:
            raise StartFailed(f"BOT_TOKEN_KEY: {error}") from error
        loops = ((self._look, "workspaces.not_looked"), (self._renew, "workspaces.not_renewed"))
        self._loops = [asyncio.create_task(_for_ever(look, event)) for look, event in loops]
        return count

    async def close(self) -> None:
        """Closes all of them at once, so that each has the whole grace period."""
        for task in (*self._loops, *self._ending):
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        opened, self._opened = self._opened, {}
        await asyncio.gather(*(each.parts.aclose() for each in opened.values()))

    async def listeners(self, body: Json) -> Listeners | None:
        for team_id in origin.installed_in(body):
            if (workspace := await self._workspace(team_id)) is not None:
                return workspace.listeners
        return None

    async def _workspace(self, team_id: str) -> Workspace | None:
        """Raises ``StoreFailed``."""
        opened = self._opened.get(team_id)
        if opened is None:
            async with self._lock:  # two deliveries must not open it twice
                opened = self._opened.get(team_id) or await self._open(team_id)
        if opened is None:
            return None
        opened.used_s = time.monotonic()
        return opened.workspace

    async def _open(self, team_id: str) -> _Opened | None:
        installation = await self._installations.find(team_id)
        if installation is None:
            return None
        async with AsyncExitStack() as parts:
            on_token_ended = partial(self._revoked, installation)
            workspace = await self._open_one(installation, on_token_ended, parts)
            opened = _Opened(installation, installation, workspace, parts.pop_all(), time.monotonic())
        self._opened[team_id] = opened
        log.info("workspace.opened", workspace=team_id)
        return opened

    def _revoked(self, installation: Installation, _token_name: str, code: str) -> None:
        task = asyncio.create_task(self._end(installation, code))
        self._ending.add(task)
        task.add_done_callback(self._ending.discard)

    async def _end(self, installation: Installation, code: str) -> None:
        """If the app was installed again meanwhile, its next delivery finds the new token. A token that only expired is
        renewed sooner or later; until then questions there wait."""
        opened = self._opened.get(installation.team_id)
        if opened is not None and opened.first is installation:
            installation = opened.installation
            del self._opened[installation.team_id]
            await opened.parts.aclose()
        if installation.rotation is not None and code == EXPIRED:
            self._expired[installation.team_id] = time.monotonic()
            log.error("installation.token_expired", workspace=installation.team_id, effect="questions wait")
            return
        try:
            ended = await self._installations.remove(installation.team_id, installation.bot_token)
        except StoreFailed as error:  # its next call gets the same error
            log.warning("installation.not_removed", workspace=installation.team_id, error=str(error))
            return
        if ended:
            log.info("installation.ended", workspace=installation.team_id, code=code)

    async def _renew(self) -> None:
        known = [opened.installation for opened in self._opened.values()]
        for newer in await self._renewals.look(known):
            if (opened := self._opened.get(newer.team_id)) is not None:
                opened.installation = newer
                opened.workspace.use_token(newer.bot_token)

    async def _look(self) -> None:
        """What a dead process left in a workspace where nobody writes would otherwise wait for ever."""
        waiting = await self._installations.with_open_questions()
        rested_s = time.monotonic() - EXPIRED_REST_S
        self._expired = {team_id: at_s for team_id, at_s in self._expired.items() if at_s > rested_s}
        for team_id in waiting - self._expired.keys():
            with suppress(StoreFailed):
                await self._workspace(team_id)
        quiet_since_s = time.monotonic() - QUIET_S
        for team_id, opened in list(self._opened.items()):
            if team_id not in waiting and opened.used_s < quiet_since_s:
                del self._opened[team_id]
                await opened.parts.aclose()
                log.info("workspace.closed", workspace=team_id)


async def _for_ever(look: Callable[[], Awaitable[None]], event: str) -> None:
    while True:
        try:
            await look()
        except StoreFailed as error:
            log.warning(event, error=str(error))
        await asyncio.sleep(LOOK_EVERY_S)
