"""Servers and ports on 127.0.0.1, for as long as a test needs them. I/O: sockets."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager

from aiohttp import web

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@asynccontextmanager
async def serving(app: web.Application) -> AsyncIterator[str]:
    """The origin, ``http://127.0.0.1:port``, under which the app is reached; its requests are cut at the end."""
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        host, port = runner.addresses[0][:2]
        yield f"http://{host}:{port}"
    finally:
        await runner.cleanup()


@asynccontextmanager
async def answering(handler: Handler) -> AsyncIterator[str]:
    """The origin of a server where ``handler`` answers every method and path."""
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", handler)
    async with serving(app) as origin:
        yield origin


@contextmanager
def nobody_listening() -> Iterator[str]:
    """An origin where every connection is refused; nobody else can begin to listen there meanwhile."""
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{silent.getsockname()[1]}"


def free_port() -> int:
    """For who must be given a number. Nobody listens there now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
