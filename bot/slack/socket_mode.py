"""Slack's envelopes come in over a WebSocket that the bot opened; the Bolt app answers them. I/O: Slack.

The SDK keeps the connection and renews it. What it does not know is when to give up: it asks for an address for ever
with a token that Slack has refused, and goes on knocking at an address that is used up. Both are mended here.
"""

from __future__ import annotations

import asyncio
import time

from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.web.async_client import AsyncWebClient

from bot.errors import SlackError, SlackOutcomeUnknown, SlackTokenInvalid, SlackUnavailable, StartFailed
from bot.logs import get_logger
from bot.slack.api import slack_error

log = get_logger(__name__)

PING_INTERVAL_S = 10.0
OPEN_METHOD = "apps.connections.open"
START_PATIENCE_S = 60.0
"""How long Slack may be out of reach when the bot starts."""


class SocketMode:
    """One connection. ``stopped`` is done, with ``StartFailed``, when Slack takes the token no longer."""

    def __init__(self, bolt: AsyncApp, client: AsyncWebClient, app_token: str) -> None:
        self.stopped: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._client = client
        self._app_token = app_token
        self._handler = AsyncSocketModeHandler(bolt, app_token, ping_interval=PING_INTERVAL_S)
        self._handler.client.issue_new_wss_url = self._address  # type: ignore[method-assign]  # the SDK's only seam

    async def start(self) -> None:
        """Connects. Raises ``StartFailed`` where Slack refuses the token or stays out of reach."""
        deadline_s = time.monotonic() + START_PATIENCE_S
        while True:
            try:
                self._handler.client.wss_uri = await self._open()
                break
            except SlackTokenInvalid as error:
                raise StartFailed(_refused(error)) from error
            except (SlackUnavailable, SlackOutcomeUnknown) as error:
                if time.monotonic() > deadline_s:
                    raise StartFailed(f"SLACK_API_URL: Slack cannot be reached ({error.code})") from error
                log.warning("socket.waits", code=error.code)
                await asyncio.sleep(error.retry_after_s or 2.0)
            except SlackError as error:
                raise StartFailed(_refused(error)) from error
        await self._handler.client.connect()  # type: ignore[no-untyped-call]  # the SDK's
        log.info("socket.connected")

    async def close(self) -> None:
        client: SocketModeClient = self._handler.client
        background = [client.message_processor, client.current_session_monitor, client.message_receiver]
        await client.close()  # type: ignore[no-untyped-call]  # the SDK's
        await asyncio.gather(*(task for task in background if task is not None), return_exceptions=True)
        if self.stopped.done() and not self.stopped.cancelled():
            self.stopped.exception()  # seen by who waits for it, or by nobody who could still act

    async def _address(self) -> str:
        """A new address for each try to connect, as the SDK asks for it."""
        try:
            return await self._open()
        except SlackTokenInvalid as error:
            if not self.stopped.done():
                self.stopped.set_exception(StartFailed(_refused(error)))
            raise

    async def _open(self) -> str:
        try:
            response = await self._client.apps_connections_open(app_token=self._app_token)
        except Exception as error:
            failure = slack_error(OPEN_METHOD, error)
            if failure is None:
                raise
            raise failure from error
        return str(response["url"])


def _refused(error: SlackError) -> str:
    return f"SLACK_APP_TOKEN: Slack does not take it ({error.code})"
