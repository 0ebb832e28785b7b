"""Sends payloads as Socket Mode envelopes over one of the app's WebSockets, and receives the acks.

I/O: WebSockets. Source: slack:apis/events-api/using-socket-mode (hello, disconnect, envelopes, acks, at most 10
connections, any one of them gets a payload); docs/slack.md §10. An ack counts on the connection that got
the envelope, in time.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import secrets
from contextlib import suppress
from dataclasses import dataclass, field

from aiohttp import WSMsgType, web

from playground.workspace import defaults
from playground.workspace.delivery import Delivery, Outcome, Sort
from playground.workspace.records import Json
from playground.workspace.state import State

CONNECTIONS_MAX = 10
PING_EVERY_S = 10.0
HANDSHAKE_HELD_S = 600.0
CLOSE_WITHIN_S = 1.0


@dataclass(slots=True, eq=False)
class Connection:
    """One open WebSocket and the envelopes on it that wait for an ack."""

    socket: web.WebSocketResponse
    transport: asyncio.Transport | None
    number: int
    waiting: dict[str, asyncio.Future[Json | None]] = field(default_factory=dict)
    leaving: bool = False

    def settle(self, text: str) -> None:
        """Reads an ack ``{"envelope_id": …, "payload": …}``; one for an unknown or late envelope is not one."""
        try:
            ack = json.loads(text)
        except ValueError:
            return
        future = self.waiting.get(str(ack.get("envelope_id"))) if isinstance(ack, dict) else None
        if future is not None and not future.done():
            payload = ack.get("payload")
            future.set_result(payload if isinstance(payload, dict) else None)

    def lost(self) -> None:
        for future in self.waiting.values():
            if not future.done():
                future.set_exception(ConnectionResetError())


class SocketMode:
    """The server's end of every connection of the app."""

    def __init__(self, state: State, *, ack_within_s: float) -> None:
        self.state = state
        self.ack_within_s = ack_within_s
        self.connections: list[Connection] = []
        self.ping_every_s = PING_EVERY_S
        self.answers_handshakes = True
        self.speaks = True
        """Without: a socket that is open, and that nothing comes over; its library still answers pings."""
        self._tickets: set[str] = set()
        self._turn = itertools.count()
        self._numbers = itertools.count(1)

    def ticket(self) -> str:
        """A single-use secret for the URL that apps.connections.open returns."""
        ticket = secrets.token_urlsafe(16)
        self._tickets.add(ticket)
        return ticket

    async def link(self, request: web.Request) -> web.StreamResponse:
        ticket = request.query.get("ticket", "")
        if ticket not in self._tickets:
            return web.Response(status=401, text="invalid ticket")
        self._tickets.discard(ticket)
        if not self.answers_handshakes:
            await asyncio.sleep(HANDSHAKE_HELD_S)
        socket = web.WebSocketResponse(timeout=CLOSE_WITHIN_S)
        await socket.prepare(request)
        if len(self.connections) >= CONNECTIONS_MAX:
            await socket.send_json(self._disconnect("too_many_websockets"))
            await socket.close()
            return socket
        connection = Connection(socket, request.transport, next(self._numbers))
        self.connections.append(connection)
        pings = asyncio.create_task(self._ping(socket))
        try:
            if self.speaks:
                await socket.send_json(self._hello())
            self.state.changes.note()
            async for message in socket:
                if message.type is WSMsgType.TEXT:
                    connection.settle(message.data)
        except ConnectionError:
            pass  # the app went away in mid-hello: the same as a close
        finally:
            pings.cancel()
            self._forget(connection)
        return socket

    async def _ping(self, socket: web.WebSocketResponse) -> None:
        """Whatever the app says meanwhile: that is how an app knows that it is still heard."""
        with suppress(ConnectionError):
            while True:
                await asyncio.sleep(self.ping_every_s)
                if self.speaks:
                    await socket.ping()
                    self.state.changes.note()

    async def send(self, delivery: Delivery, retry_num: int, retry_reason: str) -> Outcome:
        open_now = [connection for connection in self.connections if not connection.leaving]
        if not open_now:
            return Outcome(acknowledged=False, reason="no_connection")
        connection = open_now[next(self._turn) % len(open_now)]
        envelope_id = self.state.new_id("envelope-")
        envelope: Json = {"envelope_id": envelope_id, "payload": delivery.payload, "type": delivery.sort.value}
        envelope["accepts_response_payload"] = delivery.sort is not Sort.EVENT
        if delivery.sort is Sort.EVENT:
            envelope |= {"retry_attempt": retry_num, "retry_reason": retry_reason}
        acked: asyncio.Future[Json | None] = asyncio.get_running_loop().create_future()
        connection.waiting[envelope_id] = acked
        try:
            async with asyncio.timeout(self.ack_within_s):
                if self.speaks:
                    await connection.socket.send_json(envelope)
                return Outcome(acknowledged=True, answer=await acked)
        except TimeoutError:
            return Outcome(acknowledged=False, reason="timeout")
        except ConnectionError:
            return Outcome(acknowledged=False, reason="connection_closed")
        finally:
            del connection.waiting[envelope_id]

    async def disconnect(self, reason: str) -> None:
        """Tells every connection to go, and closes it unless it is a ``warning`` (else: refresh_requested …)."""
        for connection in list(self.connections):
            connection.leaving = reason != "warning"
            await connection.socket.send_json(self._disconnect(reason))
            if reason != "warning":
                await connection.socket.close()
                self._forget(connection)

    def abort(self) -> None:
        """Every connection breaks without a word."""
        for connection in list(self.connections):
            if connection.transport is not None:
                connection.transport.abort()
            self._forget(connection)

    async def close(self) -> None:
        for connection in list(self.connections):
            await connection.socket.close()

    def _forget(self, connection: Connection) -> None:
        if connection in self.connections:
            self.connections.remove(connection)
        connection.lost()
        self.state.changes.note()

    def _hello(self) -> Json:
        return {
            "type": "hello",
            "num_connections": len(self.connections),
            "debug_info": {"host": "playground", "build_number": 1, "approximate_connection_time": 18_060},
            "connection_info": {"app_id": defaults.APP_ID},
        }

    def _disconnect(self, reason: str) -> Json:
        return {"type": "disconnect", "reason": reason, "debug_info": {"host": "playground"}}
