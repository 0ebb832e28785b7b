"""Exchanges a refresh token for new tokens, good for some hours and one renewal; or uninstalls the app.

I/O: oauth.v2.access, apps.uninstall. Source: slack:authentication/using-token-rotation,
slack:reference/methods/oauth.v2.access, slack:reference/methods/apps.uninstall.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.errors import SlackOutcomeUnknown
from bot.installations.renewals import CALL_S_MAX, Tokens
from bot.slack.shapes import number_of, object_of, text_of
from bot.slack.web_api.client import slack_error

METHOD, UNINSTALL = "oauth.v2.access", "apps.uninstall"
Uninstall = Callable[[str], Awaitable[None]]
"""Removes the app from the workspace of this token. Raises ``SlackError``."""


class TokenRenewal:
    """Implements ``renewals.Renew``. ``client`` needs no token."""

    def __init__(self, client: AsyncWebClient, client_id: str, client_secret: str) -> None:
        self._client = client
        self._client_id = client_id
        self._client_secret = client_secret

    async def __call__(self, refresh_token: str) -> Tokens:
        response = await self._call(
            METHOD,
            auth={"client_id": self._client_id, "client_secret": self._client_secret},
            data={"grant_type": "refresh_token", "refresh_token": refresh_token},
        )
        answer = object_of(response.data)
        tokens = Tokens(
            text_of(answer.get("access_token")),
            text_of(answer.get("refresh_token")),
            number_of(answer.get("expires_in")),
        )
        if not (tokens.bot_token and tokens.life_s > 0):
            raise SlackOutcomeUnknown(METHOD, "no_token")
        return tokens

    async def uninstall(self, bot_token: str) -> None:
        """As ``Uninstall``."""
        await self._call(
            UNINSTALL,
            headers={"Authorization": f"Bearer {bot_token}"},
            data={"client_id": self._client_id, "client_secret": self._client_secret},
        )

    async def _call(self, method: str, **arguments: Any) -> AsyncSlackResponse:  # noqa: ANN401 - the SDK's own
        """Raises ``SlackError``."""
        try:
            async with asyncio.timeout(CALL_S_MAX):
                return await self._client.api_call(method, **arguments)
        except Exception as error:
            failure = slack_error(method, error)
            if failure is None:
                raise
            raise failure from error
