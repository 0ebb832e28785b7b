"""Makes a Bolt app that hands the body of each request to ``handle``. I/O: none of its own.

For HTTP: Bolt reads a request's body, JSON or form, and answers Slack's verification of the address.
"""

from __future__ import annotations

from typing import Any

from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.response import BoltResponse
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.receive.deliveries import HandleDelivery


def bolt_app(client: AsyncWebClient, handle: HandleDelivery, signing_secret: str) -> AsyncApp:
    async def authorize(**_: object) -> AuthorizeResult:
        """Bolt itself makes no calls: each workspace has its own client."""
        return AuthorizeResult(enterprise_id=None, team_id=None, bot_token=client.token)

    async def on_every(body: dict[str, Any]) -> BoltResponse:
        """Bolt fills in the parameters by name. Whatever ``handle`` raises becomes status 500."""
        return BoltResponse(status=200, body=await handle(body) or "")

    bolt = AsyncApp(
        client=client,
        authorize=authorize,
        signing_secret=signing_secret,
        request_verification_enabled=bool(signing_secret),
        attaching_conversation_kwargs_enabled=False,
        ignoring_self_events_enabled=False,  # who the bot is depends on the workspace; its listeners know
    )
    bolt.middleware(on_every)
    return bolt
