"""Opens a Socket Mode connection and sees which of the bot's own messages arrive over it.

I/O: a separate WebSocket, beside those of running bots or in their place. Only what the bot itself posted is
acknowledged: Slack gives each envelope to any one of an app's connections, and gives unacknowledged ones to another a
moment later. So a running bot loses nothing that people write.
"""

from __future__ import annotations

import asyncio
import json
from contextlib import suppress
from types import TracebackType
from typing import Self

import aiohttp

from bot.slack.receive.kinds import kind_of
from bot.slack.shapes import Json, number_of, object_of, text_of
from bot.slack.web_api.identity import Identity

HELLO_WITHIN_S = 10.0
CLOSING = aiohttp.ClientWSTimeout(ws_close=2.0)


class OneSocket:
    """Connects on entering. Raises ``OSError``, ``TimeoutError`` and ``aiohttp.ClientError``."""

    def __init__(self, address: str, identity: Identity) -> None:
        self._address = address
        self._identity = identity
        self._session = aiohttp.ClientSession()
        self._socket: aiohttp.ClientWebSocketResponse | None = None
        self._reading: asyncio.Task[None] | None = None
        self._greeted = asyncio.Event()
        self._arrived: dict[str, asyncio.Event] = {}
        self.connections = 0
        """The number of connections that the app has, including this one, as Slack reports it."""

    async def __aenter__(self) -> Self:
        try:
            async with asyncio.timeout(HELLO_WITHIN_S):
                self._socket = await self._session.ws_connect(self._address, timeout=CLOSING)
                self._reading = asyncio.create_task(self._read(self._socket))
                await self._greeted.wait()
        except BaseException:
            await self._close()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._close()

    async def arrived(self, kind: str, since_s: float, within_s: float) -> bool:  # noqa: ARG002 - of another kind of ear
        """Whether an event of that kind, caused by the bot itself, arrives in time."""
        with suppress(TimeoutError):
            async with asyncio.timeout(within_s):
                await self._event(kind).wait()
        return self._event(kind).is_set()

    async def _read(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        async for message in socket:
            if message.type is not aiohttp.WSMsgType.TEXT:
                continue
            try:
                envelope = object_of(json.loads(message.data))
            except (ValueError, RecursionError):
                continue
            if envelope.get("type") == "hello":
                self.connections = number_of(envelope.get("num_connections"))
                self._greeted.set()
            elif self._is_own(object_of(envelope.get("payload"))):
                await socket.send_json({"envelope_id": text_of(envelope.get("envelope_id"))})
                self._event(kind_of(object_of(envelope.get("payload")))).set()

    def _is_own(self, payload: Json) -> bool:
        event = object_of(payload.get("event"))
        authors = [event, *(object_of(event.get(key)) for key in ("message", "previous_message"))]
        own = {self._identity.bot_user_id, self._identity.bot_id}
        return any({text_of(one.get("user")), text_of(one.get("bot_id"))} & own for one in authors)

    def _event(self, kind: str) -> asyncio.Event:
        return self._arrived.setdefault(kind, asyncio.Event())

    async def _close(self) -> None:
        if self._reading is not None:
            self._reading.cancel()
            await asyncio.wait({self._reading})
        if self._socket is not None:
            await self._socket.close()
        await self._session.close()
