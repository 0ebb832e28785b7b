"""Slack's signed requests come in over HTTP; the Bolt app answers them. I/O: a listening socket.

``/slack/events`` takes events, commands and interactions, ``/healthz`` says whether the bot lives. Bolt checks the
signature; what it would stumble over (headers that are no number or no ASCII) is turned away before.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable

from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.async_app import AsyncApp

from bot.errors import StartFailed
from bot.logs import get_logger

log = get_logger(__name__)

TIMESTAMP = re.compile(r"[0-9]{1,12}")
EVENTS_PATH = "/slack/events"
HEALTH_PATH = "/healthz"
BODY_BYTES_MAX = 4 * 1024 * 1024
"""An event with many files is large, and Slack's requests stay far below this."""


class HttpEvents:
    def __init__(self, bolt: AsyncApp, host: str, port: int, is_alive: Callable[[], bool]) -> None:
        self._bolt = bolt
        self._host = host
        self._port = port
        self._is_alive = is_alive
        self._runner: web.AppRunner | None = None

    async def start(self) -> None:
        """Raises ``StartFailed`` where the port cannot be had."""
        app = web.Application(middlewares=[_refuse_malformed], client_max_size=BODY_BYTES_MAX)
        app.router.add_post(EVENTS_PATH, self._on_request)
        app.router.add_get(HEALTH_PATH, self._on_health)
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        try:
            await web.TCPSite(self._runner, self._host, self._port).start()
        except OSError as error:
            await self._runner.cleanup()
            raise StartFailed(
                f"BOT_HTTP_PORT: cannot listen on {self._host}:{self._port} ({error.strerror})"
            ) from error
        host, port = self._runner.addresses[0][:2]
        log.info("http.listening", host=host, port=port, path=EVENTS_PATH)

    async def _on_request(self, request: web.Request) -> web.Response:
        try:
            return await to_aiohttp_response(await self._bolt.async_dispatch(await to_bolt_request(request)))
        except (AttributeError, TypeError, ValueError):  # Bolt's words for a body that is no object in JSON or a form
            return web.json_response({"error": "invalid request"}, status=400)

    async def _on_health(self, _request: web.Request) -> web.Response:
        alive = self._is_alive()
        return web.json_response({"ok": alive}, status=200 if alive else 503)

    async def close(self) -> None:
        if self._runner is not None:
            await self._runner.cleanup()


@web.middleware
async def _refuse_malformed(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    if request.path == EVENTS_PATH:
        if await _is_certificate_check(request):
            return web.Response()
        timestamp = request.headers.get("X-Slack-Request-Timestamp", "")
        signature = request.headers.get("X-Slack-Signature", "")
        if not (TIMESTAMP.fullmatch(timestamp) and signature.isascii() and signature):
            return web.json_response({"error": "invalid request"}, status=401)
    return await handler(request)


async def _is_certificate_check(request: web.Request) -> bool:
    """Slack asks now and then, unsigned, whether the address has a valid certificate. There is nothing to do for it.
    Source: slack:interactivity/implementing-slash-commands."""
    if request.method != "POST" or request.content_type != "application/x-www-form-urlencoded":
        return False
    try:
        return (await request.post()).get("ssl_check") == "1"
    except (ValueError, LookupError):  # a body that is no form
        return False
