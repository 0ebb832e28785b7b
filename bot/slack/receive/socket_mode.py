"""Slack's envelopes come in over a WebSocket that the bot opened; the Bolt app answers them. I/O: Slack.

The SDK keeps the connection and renews it. What it does not know is when to give up: it asks for an address for ever
with a token that Slack has refused, and goes on knocking at an address that is used up. Both are mended here.
"""

from __future__ import annotations

import asyncio
from typing import Any

from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.web.async_client import AsyncWebClient

from bot import addresses
from bot.errors import SlackTokenInvalid, StartFailed
from bot.logs import get_logger
from bot.slack.web_api.client import Stop, slack_error
from bot.slack.web_api.deep_json import DEPTH_MAX, shallow
from bot.slack.web_api.startup import call_with_retries

log = get_logger(__name__)

PING_INTERVAL_S = 5.0
"""Also how soon the SDK notices that a connection is gone."""
CONNECT_WITHIN_S = 30.0
OPEN_METHOD = "apps.connections.open"
TOKEN_NAME = "SLACK_APP_TOKEN"  # noqa: S105 - the setting's name


class SocketMode:
    """One connection. ``stop`` is called with a line for people when Slack takes the token no longer."""

    def __init__(self, bolt: AsyncApp, client: AsyncWebClient, app_token: str, stop: Stop) -> None:
        self._web = client
        self._stop = stop
        self._app_token = app_token
        self._client: SocketModeClient = AsyncSocketModeHandler(bolt, app_token, ping_interval=PING_INTERVAL_S).client
        self._enqueue = self._client.enqueue_message
        self._client.enqueue_message = self._enqueue_shallow  # type: ignore[method-assign]  # before the SDK parses it
        self._client.issue_new_wss_url = self._next_address  # type: ignore[method-assign]  # the SDK's only seam
        self._client.aiohttp_client_session = _OneTryAnAddress(self._client)  # type: ignore[assignment]  # likewise

    async def start(self) -> None:
        """Connects. Raises ``StartFailed`` where Slack refuses the token or stays out of reach."""
        self._client.wss_uri = (await call_with_retries(self._open, TOKEN_NAME))["url"]
        try:
            async with asyncio.timeout(CONNECT_WITHIN_S):
                await self._client.connect()  # type: ignore[no-untyped-call]  # the SDK's
        except TimeoutError:
            raise StartFailed("SLACK_API_URL: Slack gives an address for Socket Mode and takes no connection") from None
        log.info("socket.connected")

    async def close(self) -> None:
        client = self._client
        background = [client.message_processor, client.current_session_monitor, client.message_receiver]
        await client.close()  # type: ignore[no-untyped-call]  # the SDK's
        await asyncio.gather(*(task for task in background if task is not None), return_exceptions=True)

    async def _enqueue_shallow(self, message: str) -> None:
        """Python's JSON gives up at some depth, and the delivery would be lost with it."""
        await self._enqueue(
            shallow(message) if message and message.count("{") + message.count("[") > DEPTH_MAX else message
        )

    async def _next_address(self) -> str:
        """For the SDK, which asks whenever it must connect again, and goes on asking after any error."""
        try:
            return str((await self._open())["url"])
        except SlackTokenInvalid as error:
            self._stop(TOKEN_NAME, error.code)
            raise

    async def _open(self) -> dict[str, Any]:
        try:
            response = await self._web.apps_connections_open(app_token=self._app_token)
        except Exception as error:
            failure = slack_error(OPEN_METHOD, error)
            if failure is None:
                raise
            raise failure from error
        opened = response.data if isinstance(response.data, dict) else {}
        address = addresses.split(str(opened.get("url", "")))
        if address is None or not (address.scheme == "wss" or addresses.is_loopback(address.hostname)):
            raise StartFailed("SLACK_API_URL: the address that it gives for Socket Mode is not one of wss://")
        return opened


class _OneTryAnAddress:
    """The session that the SDK connects with, but an address that failed once is forgotten.

    Slack's addresses are good for one connection and a short time; the SDK tries a failed one for ever.
    """

    def __init__(self, client: SocketModeClient) -> None:
        self._client = client
        self._session = client.aiohttp_client_session

    @property
    def closed(self) -> bool:
        return self._session.closed

    async def close(self) -> None:
        await self._session.close()

    async def ws_connect(self, url: str, **options: Any) -> Any:  # noqa: ANN401 - the SDK's
        try:
            return await self._session.ws_connect(url, **options)
        except Exception:
            self._client.wss_uri = None
            raise
