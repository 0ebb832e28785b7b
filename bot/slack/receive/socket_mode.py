"""Receives Slack's envelopes over a WebSocket that the bot opened, and acknowledges them. I/O: Slack.

The SDK keeps and renews the connection. This module adds what the SDK lacks:

- With a token that Slack has refused, it asks for addresses for ever, and ignores when Slack said to retry.
- It keeps trying an address that is used up, and waits for ever for a handshake that nobody answers.
- It considers a socket alive as long as a proxy answers its pings, even if Slack itself has gone silent.
- It reads all that has arrived at once, and loses the connection over a text of four megabytes (``envelopes``).
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass
from functools import partial
from math import inf
from typing import Any

import aiohttp
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.async_client import AsyncBaseSocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.socket_mode.response import SocketModeResponse
from slack_sdk.web.async_client import AsyncWebClient

from bot import addresses
from bot.errors import SlackError, SlackTokenInvalid, StartFailed
from bot.slack.receive.deliveries import HandleDelivery
from bot.slack.receive.envelopes import Envelopes
from bot.slack.web_api.client import TokenEnded, slack_error
from bot.slack.web_api.startup import call_with_retries
from bot.telemetry.logs import SDK, get_logger

log = get_logger(__name__)

OPEN_METHOD = "apps.connections.open"
TOKEN_NAME = "SLACK_APP_TOKEN"  # noqa: S105 - the setting's name
ADDRESS_WITHIN_S = 10.0
REFUSALS_MAX = 3
"""After this many in a row the token is taken for revoked: a single one may be Slack's mistake."""
TEXT_BYTES_MAX = 64 * 1024 * 1024
"""Longer texts than an envelope may have are skipped here; aiohttp would close the socket, which everybody shares."""
DEAF_AFTER = 2.0
"""In multiples of ``heard_within_s``: by then a silent socket has been replaced, and a new one begins with a
greeting."""


@dataclass(frozen=True, slots=True)
class SocketTimes:
    """``heard_within_s``: Slack pings each socket several times in that time; its own client for Node gives up a socket
    after 30 s without. A response to our pings is waited for four times ``ping_every_s``."""

    connect_within_s: float = 30.0
    handshake_within_s: float = 8.0
    heard_within_s: float = 45.0
    ping_every_s: float = 5.0
    """Also how soon the SDK notices a lost connection."""
    close_within_s: float = 2.0
    pause_first_s: float = 0.5
    pause_max_s: float = 30.0
    refused_pause_s: float = 3.0
    """After an address was refused as if by the token."""


class SocketMode:
    """One connection. ``handle`` returns what the acknowledgement of an envelope says; if it raises, there is none.
    ``on_token_ended`` is called when Slack no longer accepts the token."""

    def __init__(
        self,
        handle: HandleDelivery,
        client: AsyncWebClient,
        app_token: str,
        on_token_ended: TokenEnded,
        times: SocketTimes | None = None,
    ) -> None:
        self._handle = handle
        self._web = client
        self._on_token_ended = on_token_ended
        self._app_token = app_token
        self._times = times or SocketTimes()
        self._client = SocketModeClient(
            app_token, logging.getLogger(SDK), client, ping_interval=self._times.ping_every_s
        )
        self._client.socket_mode_request_listeners.append(self._on_envelope)
        self._envelopes = Envelopes(self._client.run_message_listeners)  # type: ignore[arg-type]  # it reads what it gets
        self._client.enqueue_message = self._envelopes.received  # type: ignore[assignment]  # in the SDK's place
        self._client.issue_new_wss_url = self._next_address  # type: ignore[method-assign]  # the SDK's only seam
        self._session = _Session(self._client, self._times)
        self._client.aiohttp_client_session = self._session  # type: ignore[assignment]  # likewise
        self._watch: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Connects. Raises ``StartFailed`` if Slack refuses the token or stays unreachable."""
        self._client.wss_uri = (await call_with_retries(self._open, TOKEN_NAME))["url"]
        try:
            async with asyncio.timeout(self._times.connect_within_s):
                await self._client.connect()  # type: ignore[no-untyped-call]  # the SDK's
        except TimeoutError:
            raise StartFailed(
                "SLACK_API_URL: Slack gives an address for Socket Mode but accepts no connection there"
            ) from None
        self._watch = asyncio.create_task(self._replace_what_is_silent())
        log.info("socket.connected")

    async def close(self) -> None:
        client = self._client
        if self._watch is not None:
            self._watch.cancel()
        background = [client.message_processor, client.current_session_monitor, client.message_receiver, self._watch]
        await client.close()  # type: ignore[no-untyped-call]  # the SDK's
        await self._envelopes.close()
        await asyncio.gather(*(task for task in background if task is not None), return_exceptions=True)

    async def _on_envelope(self, client: AsyncBaseSocketModeClient, envelope: SocketModeRequest) -> None:
        said = await self._handle(envelope.payload)
        await client.send_socket_mode_response(SocketModeResponse(envelope.envelope_id, said or None))

    def hears(self) -> bool:
        """Whether Slack has said anything lately; if not even a new socket helps, no question can come in."""
        return _now_s() - self._session.heard_s < DEAF_AFTER * self._times.heard_within_s

    async def _replace_what_is_silent(self) -> None:
        """Replaces a silent socket at once by a new one, which says hello first: what Slack delivers meanwhile would
        otherwise come again only a minute later."""
        within_s = self._times.heard_within_s
        while True:
            socket = self._client.current_session
            silent_s = 0.0  # while the SDK is connecting
            if isinstance(socket, _Socket) and not socket.closed:
                silent_s = _now_s() - max(socket.opened_s, socket.heard_s)
            if silent_s < within_s:
                await asyncio.sleep(max(within_s / 100, within_s - silent_s))
                continue
            log.warning("socket.silent", silent_s=round(silent_s, 1))
            await self._client.connect_to_new_endpoint(force=True)

    async def _next_address(self) -> str:
        """The SDK calls this whenever it must reconnect. Waits as long as Slack says, else longer each time."""
        pause_s, refusals = self._times.pause_first_s, 0
        while True:
            try:
                return str((await self._open())["url"])
            except SlackTokenInvalid as error:
                refusals += 1
                if refusals == REFUSALS_MAX:
                    self._on_token_ended(TOKEN_NAME, error.code)
                    raise
                log.warning("socket.refused", code=error.code, wait_s=self._times.refused_pause_s)
                await asyncio.sleep(self._times.refused_pause_s)
            except (SlackError, StartFailed) as error:
                refusals = 0
                # Also what would be final at a start: a bot that answers keeps trying, and its health says so.
                wait_s = getattr(error, "retry_after_s", None) or pause_s
                log.warning("socket.waits", code=getattr(error, "code", str(error)), wait_s=wait_s)
                await asyncio.sleep(wait_s)
                pause_s = min(2 * pause_s, self._times.pause_max_s)

    async def _open(self) -> dict[str, Any]:
        return await _opened(self._web, self._app_token)


async def address_for(client: AsyncWebClient, app_token: str) -> str:
    """The address for a new connection, which the caller makes. Raises ``StartFailed``."""
    return str((await call_with_retries(partial(_opened, client, app_token), TOKEN_NAME, ADDRESS_WITHIN_S))["url"])


async def _opened(client: AsyncWebClient, app_token: str) -> dict[str, Any]:
    try:
        response = await client.apps_connections_open(app_token=app_token)
    except Exception as error:
        failure = slack_error(OPEN_METHOD, error)
        if failure is None:
            raise
        raise failure from error
    opened = response.data if isinstance(response.data, dict) else {}
    address = addresses.split(str(opened.get("url", "")))
    if address is None or not (address.scheme == "wss" or addresses.is_loopback(address.hostname)):
        raise StartFailed("SLACK_API_URL: the address that it gives for Socket Mode does not begin with wss://")
    return opened


class _Socket(aiohttp.ClientWebSocketResponse):
    """Knows when Slack last said something: an envelope, or a ping of its own. Our pings may be answered by a proxy."""

    def __init__(self, *arguments: Any, **options: Any) -> None:  # noqa: ANN401 - aiohttp's
        super().__init__(*arguments, **options)
        self.opened_s = _now_s()
        self.heard_s = -inf

    async def receive(self, timeout: float | None = None) -> aiohttp.WSMessage:  # noqa: ASYNC109 - aiohttp's
        message = await super().receive(timeout)
        if message.type in {aiohttp.WSMsgType.TEXT, aiohttp.WSMsgType.PING}:
            self.heard_s = _now_s()
        return message


class _Session:
    """The session that the SDK connects with. It forgets an address that failed once: Slack's addresses are good for
    one connection and a short time, and the SDK would retry for ever."""

    def __init__(self, client: SocketModeClient, times: SocketTimes) -> None:
        self._client = client
        self._times = times
        self._unused = client.aiohttp_client_session
        self._session = aiohttp.ClientSession(ws_response_class=_Socket)
        self._socket: _Socket | None = None
        self._heard_s = _now_s()

    @property
    def heard_s(self) -> float:
        """When Slack was last heard, over any socket."""
        return self._heard_s if self._socket is None else max(self._heard_s, self._socket.heard_s)

    @property
    def closed(self) -> bool:
        return self._session.closed

    async def close(self) -> None:
        await self._unused.close()
        await self._session.close()

    async def ws_connect(self, url: str, **options: Any) -> Any:  # noqa: ANN401 - the SDK's
        """The SDK does its own pings, and waits longer for a response than aiohttp would: Slack's may take seconds."""
        options |= {"heartbeat": None, "max_msg_size": TEXT_BYTES_MAX}
        options |= {"timeout": aiohttp.ClientWSTimeout(ws_close=self._times.close_within_s)}
        self._heard_s, self._socket = self.heard_s, None
        try:
            async with asyncio.timeout(self._times.handshake_within_s):
                socket = await self._session.ws_connect(url, **options)
        except Exception as error:
            self._client.wss_uri = None
            log.warning("socket.not_connected", error=type(error).__name__)
            raise
        self._client.last_ping_pong_time = None  # else the SDK takes a new socket for as stale as the old one
        if isinstance(socket, _Socket):
            self._socket = socket
        return socket


def _now_s() -> float:
    return asyncio.get_running_loop().time()
