"""Renews tokens before they expire.

A refresh token is good for one renewal, and if a second process used it too, one of the two would get tokens that Slack
does not accept. So a process first claims the renewal in the database, and nobody else renews for half a minute. What
Slack returns is written again and again until the database accepts it. If Slack's response never came, or the process
that received it died before storing it, the same refresh token is tried again soon: Slack accepts a used one for a
short while. Source: slack:authentication/using-token-rotation.

I/O: ``Installations``; Slack, through ``Renew``; the clock.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass, field, replace

from bot.errors import SlackError, SlackOutcomeUnknown, SlackUnavailable, StoreFailed
from bot.installations.installation import Installation, Installations, Rotation
from bot.telemetry.logs import get_logger

log = get_logger(__name__)

AGAIN_S = 30.0
"""Pause after Slack was away, or a process died while renewing; longer than the calls of a renewal may take."""
CALLS_MAX = 2
CALL_S_MAX = 12.0
"""How long one of them may take."""
REFUSED_AGAIN_S = 600.0
PART_OF_LIFE = 0.5
"""A token is renewed after this share of its life: hours before it expires, in case Slack or the database is away
then."""
ADVICE = {
    "bad_client_secret": "SLACK_CLIENT_SECRET is not this app's: it is under Basic Information, App Credentials",
    "invalid_client_id": "SLACK_CLIENT_ID is not this app's: it is under Basic Information, App Credentials",
}
INSTALL_AGAIN = "please install the app there again, at /slack/install"


@dataclass(frozen=True, slots=True)
class Tokens:
    """What Slack gives: ``life_s`` from now on the first one works."""

    bot_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    life_s: float


Renew = Callable[[str], Awaitable[Tokens]]
"""Exchanges a refresh token at Slack. Raises ``SlackError``."""


def rotation(refresh_token: str, life_s: float, now_s: float) -> Rotation:
    return Rotation(refresh_token, renew_at_s=now_s + PART_OF_LIFE * life_s)


def advice(code: str) -> str:
    """What an operator can do about a renewal that Slack refused."""
    return ADVICE.get(code, INSTALL_AGAIN)


class Renewals:
    def __init__(self, installations: Installations, renew: Renew) -> None:
        self._installations = installations
        self._renew = renew
        self._unwritten: dict[str, tuple[Installation, Installation]] = {}

    async def look(self, known: Collection[Installation]) -> list[Installation]:
        """Renews what is due, in whichever workspace. Those of ``known`` that have another token now, whoever has
        renewed it. Raises ``StoreFailed``."""
        for before, after in list(self._unwritten.values()):
            await self._write(before, after)
        for team_id in await self._installations.due_for_renewal():
            if (due := await self._installations.begin_renewal(team_id, AGAIN_S)) is not None:
                await self._renew_one(due)
        newer = [await self._newer(one) for one in known if one.rotation and one.rotation.renew_at_s <= time.time()]
        return [one for one in newer if one is not None]

    async def _renew_one(self, due: Installation) -> None:
        rotates = due.rotation
        if rotates is None:
            return
        try:
            tokens = await self._exchanged(rotates.refresh_token)
        except (SlackUnavailable, SlackOutcomeUnknown) as error:
            log.warning("installation.token_not_renewed", workspace=due.team_id, code=error.code, again_s=AGAIN_S)
            return
        except SlackError as error:
            await self._refused(due, error.code)
            return
        after = rotation(tokens.refresh_token or rotates.refresh_token, tokens.life_s, time.time())
        await self._write(due, replace(due, bot_token=tokens.bot_token, rotation=after))

    async def _exchanged(self, refresh_token: str) -> Tokens:
        """Asks once more if a response was lost, since it may have contained new tokens. Raises ``SlackError``."""
        for _ in range(1, CALLS_MAX):
            try:
                return await self._renew(refresh_token)
            except SlackOutcomeUnknown as error:
                log.info("installation.renewal_repeated", code=error.code)
        return await self._renew(refresh_token)

    async def _refused(self, due: Installation, code: str) -> None:
        log.error("installation.token_refused", workspace=due.team_id, code=code, todo=advice(code))
        await self._installations.renewal_refused(due, code, REFUSED_AGAIN_S)

    async def _write(self, before: Installation, after: Installation) -> None:
        """Slack returns these tokens only once."""
        self._unwritten[before.team_id] = before, after
        try:
            kept = await self._installations.renewed(before, after)
        except StoreFailed as error:
            log.warning("installation.token_not_written", workspace=before.team_id, error=str(error))
            return
        del self._unwritten[before.team_id]
        log.info("installation.token_renewed" if kept else "installation.changed_meanwhile", workspace=before.team_id)

    async def _newer(self, known: Installation) -> Installation | None:
        _, unwritten = self._unwritten.get(known.team_id, (None, None))
        found = unwritten or await self._installations.find(known.team_id)
        return found if found is not None and found.bot_token != known.bot_token else None
