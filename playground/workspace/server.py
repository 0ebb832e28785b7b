"""Serves routes over HTTP on 127.0.0.1, and keeps other sites' pages out.

I/O: listens on loopback.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from urllib.parse import urlsplit

from aiohttp import web

from playground.workspace.people import NotPossible

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
REQUEST_BYTES_MAX = 1 << 30
"""People may attach a gigabyte (docs/slack.md §5)."""
SHUTDOWN_S = 1.0
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Server:
    """Started once, stopped once."""

    def __init__(self) -> None:
        self._runner: web.AppRunner | None = None

    async def start(self, routes: Iterable[web.RouteDef], port: int) -> int:
        """Returns the port, which is a free one for 0."""
        app = web.Application(client_max_size=REQUEST_BYTES_MAX, middlewares=[only_from_here, sentences])
        app.add_routes(routes)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=SHUTDOWN_S)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", port).start()
        return int(self._runner.addresses[0][1])

    async def stop(self) -> None:
        if self._runner is not None:
            await self._runner.cleanup()


@web.middleware
async def only_from_here(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Keeps other sites' pages out: the Host must be loopback, the Origin (where there is one) this very address."""
    host = urlsplit(f"//{request.host}").hostname or ""
    origin = request.headers.get("Origin")
    if host not in LOOPBACK or (origin is not None and urlsplit(origin).netloc != request.host):
        return web.json_response({"error": "Only pages from this machine may do that."}, status=403)
    return await handler(request)


@web.middleware
async def sentences(request: web.Request, handler: Handler) -> web.StreamResponse:
    """What a person cannot do becomes a 400 with the sentence."""
    try:
        return await handler(request)
    except NotPossible as error:
        return web.json_response({"error": str(error)}, status=400)
