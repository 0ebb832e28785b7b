"""An HTTP server with deadlines for its connections. I/O: a listening socket.

aiohttp waits as long as it takes for headers and for a body. Here a stranger's connection has deadlines for both, and
the number of connections is limited: if all are in use, the one that has waited longest without showing that it is
Slack's makes room. Responses do not say which software sends them, and let a browser do nothing with them but show
them.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import cast

from aiohttp import web

from bot.telemetry.logs import get_logger

log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class ConnectionLimits:
    """Slack sends a request within milliseconds; a proxy keeps connections open for the next one."""

    connections_max: int = 256
    headers_within_s: float = 10.0
    body_within_s: float = 10.0
    idle_s: float = 75.0
    """Between two requests; proxies usually keep connections for a minute."""
    lingering_s: float = 2.0
    """How long the rest of a refused request is read and discarded, so that its sender can read the refusal."""


LIMITS = ConnectionLimits()
LINES_MAX = 1_000
"""Lines that arrive at once. A megabyte in chunks of one byte costs as much as twenty of larger ones, all before its
signature can be checked; Slack and proxies send a few."""
FOR_BROWSERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
"""No page can be framed, so a click means what the person sees, nor read by others; it runs no script, and its address,
which may contain the code of an installation, is neither passed on nor stored."""
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Connection(web.RequestHandler):
    """One connection, which is cut at its deadline."""

    def __init__(self, server: HttpServer, manager: web.Server) -> None:
        self._server = server
        self._deadline: asyncio.TimerHandle | None = None
        self._idle = False
        super().__init__(
            manager,
            loop=asyncio.get_running_loop(),
            access_log=None,  # type: ignore[arg-type]  # aiohttp's own runner gives it, too
            keepalive_timeout=server.limits.idle_s,
            lingering_time=server.limits.lingering_s,
            auto_decompress=False,
        )

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        if self._server.admit(self):
            self._within(self._server.limits.headers_within_s)
        else:
            self.cut("full")

    def data_received(self, data: bytes) -> None:
        if self._idle:
            self._idle = False
            self._within(self._server.limits.headers_within_s)
        if data.count(b"\r\n") > LINES_MAX:
            self.cut("too many lines")
        else:
            super().data_received(data)

    def connection_lost(self, exc: BaseException | None) -> None:
        self._within(None)
        self._server.forget(self)
        super().connection_lost(exc)

    def handle_error(
        self,
        request: web.BaseRequest,  # noqa: ARG002 - aiohttp's signature
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,  # noqa: ARG002 - it quotes what came
    ) -> web.StreamResponse:
        """The response to something that is not HTTP, or to a fault of ours: no detail of either goes out."""
        if status >= 500:
            log.error("http.crashed", error=type(exc).__name__)
        response = web.Response(status=status, headers={"Server": "-"})
        response.force_close()
        return response

    def begun(self) -> None:
        """The headers have arrived."""
        self._idle = False
        self._within(self._server.limits.body_within_s)

    def trusted(self) -> None:
        """The request is Slack's: it gets all the time that its response takes."""
        self._within(None)
        self._server.forget(self, open_still=True)

    def ended(self) -> None:
        """The request is answered."""
        self._idle = True
        if self.transport is not None:
            self._server.waits_again(self)
            self._within(self._server.limits.idle_s)

    def cut(self, reason: str) -> None:
        log.debug("http.cut", reason=reason)
        transport = self.transport
        if isinstance(transport, asyncio.Transport):
            transport.abort()

    def _within(self, seconds: float | None) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None
        if seconds is not None:
            self._deadline = asyncio.get_running_loop().call_later(seconds, self.cut, "too slow")


class HttpServer:
    """Listens for ``app``."""

    def __init__(self, app: web.Application, limits: ConnectionLimits) -> None:
        self.limits = limits
        app.middlewares.append(_watched)
        app.on_response_prepare.append(_finish_headers)
        self._runner = web.AppRunner(app, access_log=None)
        self._server: asyncio.Server | None = None
        self._open: set[Connection] = set()
        self._strangers: dict[Connection, None] = {}
        """Connections that have not shown that they are Slack's, the longest waiting first."""

    async def listen(self, host: str, port: int) -> tuple[str, int]:
        """Where it listens. Raises ``OSError``."""
        await self._runner.setup()
        manager = cast("web.Server", self._runner.server)  # there since ``setup``
        self._server = await asyncio.get_running_loop().create_server(lambda: Connection(self, manager), host, port)
        own_host, own_port = self._server.sockets[0].getsockname()[:2]
        return own_host, own_port

    async def close(self) -> None:
        if self._server is not None:
            self._server.close()
        await self._runner.cleanup()

    def admit(self, connection: Connection) -> bool:
        """Makes space for it where it can."""
        while len(self._open) >= self.limits.connections_max and self._strangers:
            oldest = next(iter(self._strangers))
            self.forget(oldest)
            oldest.cut("full")
        if len(self._open) >= self.limits.connections_max:
            return False
        self._open.add(connection)
        self._strangers[connection] = None
        return True

    def forget(self, connection: Connection, *, open_still: bool = False) -> None:
        self._strangers.pop(connection, None)
        if not open_still:
            self._open.discard(connection)

    def waits_again(self, connection: Connection) -> None:
        if connection in self._open:
            self._strangers.pop(connection, None)
            self._strangers[connection] = None


def connection_of(request: web.Request) -> Connection:
    return cast("Connection", request.protocol)


@web.middleware
async def _watched(request: web.Request, handler: Handler) -> web.StreamResponse:
    connection = connection_of(request)
    connection.begun()
    try:
        return await handler(request)
    finally:
        connection.ended()


async def _finish_headers(_request: web.Request, response: web.StreamResponse) -> None:
    response.headers.pop("Server", None)
    response.headers.update(FOR_BROWSERS)
