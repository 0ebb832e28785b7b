"""Serves health, readiness and metrics to operators, on a port of their own.

I/O: a listening socket, by default bound to this machine alone.

- ``/healthz``: whether the loop runs and the heartbeat beats. If not, the process should be restarted.
- ``/readyz``: the state of each part, with status 503 if one is not ready. It is served from the first moment of the
  start until the end of the process, so a deploy can watch it start and drain.
- ``/metrics``: what ``metrics`` has counted, with the queue as it is now.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable, Mapping

from aiohttp import web

from bot import addresses
from bot.connections import ConnectionLimits, Handler, HttpServer
from bot.errors import BotError, StartFailed
from bot.telemetry import metrics
from bot.telemetry.logs import get_logger

log = get_logger(__name__)

CHECK_WITHIN_S = 2.0
"""A Kubernetes probe waits a second or a few; a part that takes longer to answer is not ready."""
READY, STARTING, STOPPING, SILENT = "ready", "starting", "stopping", "no answer"
LIMITS = ConnectionLimits(connections_max=64)
Check = Callable[[], Awaitable[str]]
"""``ready``, else what is wrong with a part. If it raises one of our errors, or takes long, the part is not ready."""


class Ops:
    """``is_alive``: whether the heartbeat beats."""

    def __init__(self, is_alive: Callable[[], bool]) -> None:
        self._is_alive = is_alive
        self._state = STARTING
        self._checks: Mapping[str, Check] = {}
        app = web.Application(middlewares=[self._only_here])
        app.router.add_get("/healthz", self._on_health)
        app.router.add_get("/readyz", self._on_ready)
        app.router.add_get("/metrics", self._on_metrics)
        self._own_names_only = True
        self._server = HttpServer(app, LIMITS)

    async def listen(self, host: str, port: int) -> None:
        """Raises ``StartFailed`` if it cannot listen on the port."""
        self._own_names_only = addresses.is_loopback(host)
        try:
            _, own_port = await self._server.listen(host, port)
        except OSError as error:
            await self._server.close()
            raise StartFailed(f"BOT_OPS_PORT: cannot listen on {host}:{port} ({_reason(error)})") from error
        log.info("ops.listening", host=host, port=own_port)

    def ready(self, checks: Mapping[str, Check]) -> None:
        """The bot has started: from now on it is as ready as its parts. A check may set metrics, too."""
        self._state, self._checks = READY, checks

    def stopping(self) -> None:
        self._state = STOPPING

    async def close(self) -> None:
        await self._server.close()

    @web.middleware
    async def _only_here(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """A stranger's page may point its own host name at this machine, so that a browser here lets it read the
        response. So a port that is bound to this machine only answers requests to its address, or ``localhost``."""
        asked = addresses.split(f"http://{request.headers.get('Host', '')}")
        if self._own_names_only and (asked is None or not addresses.is_loopback(asked.hostname)):
            return web.json_response({"error": "not a name of this machine"}, status=421)
        return await handler(request)

    async def _on_health(self, _request: web.Request) -> web.Response:
        alive = self._is_alive()
        return web.json_response({"alive": alive}, status=200 if alive else 503)

    async def _on_ready(self, _request: web.Request) -> web.Response:
        parts = await self._parts()
        ready = all(state == READY for state in parts.values())
        return web.json_response({"ready": ready, "parts": parts}, status=200 if ready else 503)

    async def _on_metrics(self, _request: web.Request) -> web.Response:
        for part, state in (await self._parts()).items():
            metrics.PART_READY.labels(part).set(state == READY)
        body = await asyncio.to_thread(metrics.text)
        return web.Response(body=body, headers={"Content-Type": metrics.CONTENT_TYPE})

    async def _parts(self) -> dict[str, str]:
        states = await asyncio.gather(*map(_asked, self._checks.values()))
        return {"process": self._state, **dict(zip(self._checks, states, strict=True))}


def _reason(error: OSError) -> str:
    """The system's own message: asyncio replaces it by its own."""
    return os.strerror(error.errno) if error.errno and error.errno > 0 else str(error.strerror)


async def _asked(check: Check) -> str:
    try:
        async with asyncio.timeout(CHECK_WITHIN_S):
            return await check()
    except (BotError, TimeoutError):
        return SILENT
