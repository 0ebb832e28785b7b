"""Finds every credential that its host refuses, once the start has failed: nobody should mend them one start at a time.

I/O: auth.test, apps.connections.open, and the probe of the Messages API that the start began.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Sequence

from bot.configuration.environment import secret
from bot.errors import StartFailed
from bot.settings import Settings
from bot.setup import faults
from bot.slack.receive.socket_mode import address_for
from bot.slack.web_api.client import SlackClient
from bot.slack.web_api.identity import who_it_is
from bot.slack.web_api.rate_limiter import RateLimiter
from bot.slack.web_api.session import sdk_client, slack_session

WITHIN_S = 10.0


async def every_fault(settings: Settings, known: Sequence[str], probing: asyncio.Task[str] | None) -> list[str]:
    """``known``, the faults that ended the start, and a line for each further credential that turns out to be wrong.

    ``probing``: as ``start_checks.begin`` returns it. A host that does not answer in time is left out.
    """
    names = {line.partition(":")[0] for line in known}
    async with slack_session() as session:
        client = sdk_client(secret(settings.slack_bot_token), settings.slack_api_url, session)
        checks: list[Awaitable[object]] = [_probed(probing)]
        if "SLACK_API_URL" not in names:
            if settings.slack_bot_token is not None and "SLACK_BOT_TOKEN" not in names:
                api = SlackClient(client, RateLimiter(), lambda *_: None)
                checks.append(who_it_is(api, WITHIN_S))
            if settings.slack_app_token is not None and "SLACK_APP_TOKEN" not in names:
                checks.append(address_for(client, secret(settings.slack_app_token)))
        further = await asyncio.gather(*map(_faults_of, checks))
    return faults.in_order({*known, *(line for lines in further for line in lines)})


async def _probed(probing: asyncio.Task[str] | None) -> None:
    if probing is not None and (fault := await asyncio.shield(probing)):
        raise StartFailed(fault)


async def _faults_of(check: Awaitable[object]) -> Sequence[str]:
    try:
        async with asyncio.timeout(WITHIN_S):
            await check
    except StartFailed as error:
        return error.faults
    except TimeoutError:
        pass
    return ()
