"""Receives Slack's signed requests over HTTP; the Bolt app answers them. I/O: a listening socket.

``/slack/events`` takes events, commands and interactions; ``/healthz`` says whether the bot is alive. No request is
read as JSON or as a form before its signature has been verified over the raw bytes, except for a few bytes of the one
request that Slack does not sign.
"""

from __future__ import annotations

import asyncio
import errno
import hashlib
import hmac
import re
import time
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from math import inf
from urllib.parse import parse_qs

from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.async_app import AsyncApp

from bot.connections import LIMITS, ConnectionLimits, HttpServer, connection_of
from bot.errors import StartFailed
from bot.loop_share import LoopRound, uncollected
from bot.setup import where
from bot.slack.receive.delivery_times import DeliveryTimes, is_recent
from bot.telemetry.logs import get_logger

log = get_logger(__name__)

TIMESTAMP = "X-Slack-Request-Timestamp"
SIGNATURE = "X-Slack-Signature"
SECONDS = re.compile(r"[0-9]{1,12}")
EVENTS_PATH = "/slack/events"
HEALTH_PATH = "/healthz"
BODY_BYTES_MAX = 1024 * 1024
"""An event with many files is large, and Slack's requests stay far below this."""
UNSIGNED_BYTES_MAX = 512
LONG_BYTES = 50_000
"""A larger body waits for a moment in which few others are being read."""
HUGE_BYTES, HUGE_AT_ONCE = 300_000, 4
"""Each of these becomes tens of thousands of objects. With many of them at once, Python's garbage collector scans all
of them again and again while everybody waits. People cannot write that much."""
WARN_EVERY_S = 60.0
CUT_OFF = (ConnectionError, web.RequestPayloadError)
FORM = "application/x-www-form-urlencoded"


class HttpEvents:
    """``routes`` are for browsers."""

    def __init__(
        self,
        bolt: AsyncApp,
        host: str,
        port: int,
        is_alive: Callable[[], bool],
        signing_secret: str,
        limits: ConnectionLimits = LIMITS,
        routes: Sequence[web.RouteDef] = (),
    ) -> None:
        self._bolt = bolt
        self._host = host
        self._port = port
        self._is_alive = is_alive
        self._signing_secret = signing_secret.encode()
        self._warned_s = -inf
        self._times = DeliveryTimes()
        self.hears = self._times.agree
        self._huge = asyncio.Semaphore(HUGE_AT_ONCE)
        self._round = LoopRound()
        app = web.Application(client_max_size=BODY_BYTES_MAX)
        app.router.add_post(EVENTS_PATH, self._on_request)
        app.router.add_get(HEALTH_PATH, self._on_health)
        app.router.add_routes(routes)
        self._server = HttpServer(app, limits)

    async def start(self) -> None:
        """Raises ``StartFailed`` if it cannot listen on the port."""
        try:
            host, port = await self._server.listen(self._host, self._port)
        except OSError as error:
            await self._server.close()
            raise StartFailed(_not_listening(self._host, self._port, error)) from error
        log.info("http.listening", host=host, port=port, path=EVENTS_PATH)

    async def _on_request(self, request: web.Request) -> web.Response:
        signed_at = _signed_at(request)
        if signed_at is None:
            return web.Response() if await _is_certificate_check(request) else _refused(401)
        try:
            body = await _body(request)
        except web.HTTPRequestEntityTooLarge:
            return _refused(413)
        except CUT_OFF:
            return _refused(400)
        if not self._is_signed(request, body):
            self._warn_of_signature(request)
            return _refused(401)
        if not is_recent(signed_at):
            self._times.refused(signed_at)
            return _refused(401)
        self._times.accepted()
        connection_of(request).trusted()
        if len(body) >= LONG_BYTES:
            await self._round.find_time()
        async with self._huge if len(body) >= HUGE_BYTES else nullcontext():
            return await self._answer(request)

    async def _answer(self, request: web.Request) -> web.Response:
        try:
            with uncollected():  # returns at once: the body is already here
                read = await to_bolt_request(request)
            return await to_aiohttp_response(await self._bolt.async_dispatch(read))
        except (AttributeError, LookupError, RecursionError, TypeError, ValueError):
            return _refused(400)  # Bolt's response to a body that is neither a JSON object nor a form

    def _is_signed(self, request: web.Request, body: bytes) -> bool:
        """Source: slack:authentication/verifying-requests-from-slack."""
        base = b":".join((b"v0", request.headers[TIMESTAMP].encode(), body))
        signature = f"v0={hmac.new(self._signing_secret, base, hashlib.sha256).hexdigest()}"
        return hmac.compare_digest(signature.encode(), request.headers[SIGNATURE].encode("utf-8", "surrogateescape"))

    def _warn_of_signature(self, request: web.Request) -> None:
        """Warns, since a wrong secret would otherwise mean plain silence; but not for each of a stranger's requests."""
        if time.monotonic() - self._warned_s > WARN_EVERY_S:
            self._warned_s = time.monotonic()
            mend = f"if these are Slack's, SLACK_SIGNING_SECRET is wrong. {where.OF['SLACK_SIGNING_SECRET']}"
            log.warning("http.signature_wrong", remote=request.remote, mend=mend)

    async def _on_health(self, _request: web.Request) -> web.Response:
        alive = self._is_alive()
        return web.json_response({"ok": alive}, status=200 if alive else 503)

    async def close(self) -> None:
        await self._server.close()


def _not_listening(host: str, port: int, error: OSError) -> str:
    where = f"cannot listen on {host}:{port} ({error.strerror})"
    if error.errno == errno.EADDRINUSE:
        return f"BOT_HTTP_PORT: {where}. Another process uses that port: please stop it, or choose another port."
    if error.errno == errno.EACCES:
        return (
            f"BOT_HTTP_PORT: {where}. Ports below 1024 are for root: please choose another, with a proxy in front "
            "of it."
        )
    return f"BOT_HTTP_HOST: {where}. This machine has no such address: 0.0.0.0 stands for all its addresses."


def _refused(status: int) -> web.Response:
    return web.json_response({"error": "invalid request"}, status=status)


def _signed_at(request: web.Request) -> int | None:
    """Seconds since the epoch, as a request says that may be signed."""
    timestamp = request.headers.get(TIMESTAMP, "")
    may_be_signed = SECONDS.fullmatch(timestamp) and request.headers.get(SIGNATURE)
    return int(timestamp) if may_be_signed else None


async def _body(request: web.Request) -> bytes:
    """Reads the raw body. Raises ``HTTPRequestEntityTooLarge`` and ``CUT_OFF``."""
    if (request.content_length or 0) > BODY_BYTES_MAX:
        raise web.HTTPRequestEntityTooLarge(BODY_BYTES_MAX, request.content_length or 0)
    return await request.read()


async def _is_certificate_check(request: web.Request) -> bool:
    """Whether it is Slack's occasional, unsigned check of the certificate: ``ssl_check=1&token=…``. Nothing has to be
    done for it. Source: slack:interactivity/implementing-slash-commands."""
    if request.content_type != FORM or not 0 < (request.content_length or 0) <= UNSIGNED_BYTES_MAX:
        return False
    try:
        return parse_qs((await request.read()).decode("ascii", "replace")).get("ssl_check") == ["1"]
    except (*CUT_OFF, ValueError):
        return False
