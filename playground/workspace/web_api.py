"""Answers HTTP requests to /api/<method> with Slack's JSON, and logs every call.

I/O: HTTP on loopback. In Slack's order: token, rate limit, method's own checks, work. Errors are HTTP 200 with
``{"ok": false, "error": code}``; 429 carries Retry-After. Source: slack:apis/web-api, slack:apis/web-api/rate-limits.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from aiohttp import web

from playground.workspace.arguments import Arguments, read_arguments, token_of
from playground.workspace.errors import RateLimited, Refused
from playground.workspace.faults import Fault, FaultKind, Faults
from playground.workspace.rate_limits import RateLimits
from playground.workspace.records import Call, Channel, Json
from playground.workspace.state import State


@dataclass(slots=True)
class Tokens:
    bot: str
    app: str
    app_scopes: frozenset[str] = frozenset({"connections:write"})
    """What the app-level token may do."""
    rotated: dict[str, float] = field(default_factory=dict)
    """Bot tokens that expire, with when they do, or did, since the epoch; ``bot`` is the newest of them."""

    def is_bot(self, token: str | None, now_s: float) -> bool:
        """Raises ``token_expired``."""
        if token in self.rotated and self.rotated[token] <= now_s:
            raise Refused("token_expired")
        return token == self.bot or token in self.rotated


class Caller(StrEnum):
    """Whose token a method takes."""

    BOT = "bot"
    APP = "app"
    ANY = "any"


class Moment(StrEnum):
    """Of a call: it has arrived and nothing was done, or it was done and nobody was told."""

    ARRIVED = "arrived"
    DONE = "done"


Watch = Callable[[Moment, str, web.Request], bool]
"""Is told of each call's moments; ``True`` breaks the connection there and then."""


@dataclass(frozen=True, slots=True)
class Method:
    """One Web API method: ``run`` gets the arguments and returns what stands beside ``"ok": true``.

    ``scopes`` are all needed; a method whose scope hangs on the kind of channel asks ``WebApi.need`` itself.
    """

    run: Callable[[Arguments], Json]
    scopes: tuple[str, ...] = ()
    caller: Caller = Caller.BOT


@dataclass(slots=True)
class WebApi:
    """The dispatcher. ``latency_s`` is split between the way there and the way back. ``watch`` may be set later."""

    state: State
    tokens: Tokens
    faults: Faults
    limits: RateLimits | None
    methods: dict[str, Method]
    latency_s: float = 0.0
    watch: Watch = lambda *_: False

    async def handle(self, request: web.Request) -> web.StreamResponse:
        name = request.match_info["method"]
        arguments, unreadable = await _read(request)
        await asyncio.sleep(self.latency_s / 2)
        fault = self.faults.take(name)
        if fault is not None and fault.kind is FaultKind.HANG:
            await asyncio.sleep(fault.seconds)
        if self.faults.outage or (fault is not None and fault.kind is FaultKind.STATUS):
            status = 503 if fault is None or self.faults.outage else fault.status
            self._log(name, arguments, {}, status)
            return web.Response(status=status, text="<html>Server Error</html>", content_type="text/html")
        broken = self.watch(Moment.ARRIVED, name, request)
        if broken or (fault is not None and fault.kind is FaultKind.DROP_BEFORE):
            self._log(name, arguments, {}, 0)
            return drop(request)
        answer = self._answer(name, token_of(request, arguments), arguments, unreadable, fault)
        broken = self.watch(Moment.DONE, name, request)
        await asyncio.sleep(self.latency_s / 2)
        if broken or (fault is not None and fault.kind is FaultKind.DROP_AFTER):
            return drop(request)
        if fault is not None and fault.kind is FaultKind.HANG_AFTER:
            await asyncio.sleep(fault.seconds)
        if fault is not None and fault.kind is FaultKind.STATUS_AFTER:
            return web.Response(status=fault.status, text="<html>Bad Gateway</html>", content_type="text/html")
        if fault is not None and fault.kind is FaultKind.REFUSE_AFTER:
            return web.json_response({"ok": False, "error": fault.code})
        return answer

    def _answer(
        self, name: str, token: str | None, arguments: Arguments, unreadable: Refused | None, fault: Fault | None
    ) -> web.Response:
        try:
            if unreadable is not None:
                raise unreadable
            method = self._method(name, token)
            self._limit(name, arguments, fault)
            body: Json = {"ok": True, **method.run(arguments)}
        except Refused as error:
            body = {"ok": False, "error": error.code, **error.beside}
        except RateLimited as error:
            body = {"ok": False, "error": "ratelimited"}
            self._log(name, arguments, body, 429)
            return web.json_response(body, status=429, headers={"Retry-After": str(error.retry_after_s)})
        self._log(name, arguments, body, 200)
        return web.json_response(body, headers={"X-OAuth-Scopes": ",".join(sorted(self.state.manifest.scopes))})

    def need(self, *scopes: str) -> None:
        """Raises ``missing_scope`` with what is needed and what the manifest asks for."""
        self._need(scopes, self.state.manifest.scopes)

    def _need(self, scopes: Sequence[str], provided: frozenset[str]) -> None:
        missing = [scope for scope in scopes if scope not in provided]
        if missing:
            raise Refused("missing_scope", needed=",".join(missing), provided=",".join(sorted(provided)))

    def _method(self, name: str, token: str | None) -> Method:
        method = self.methods.get(name)
        if method is None:
            raise Refused("unknown_method", req_method=name)
        if token is None:
            raise Refused("not_authed")
        by_bot = self.tokens.is_bot(token, self.state.wall_clock())
        if not by_bot and token != self.tokens.app:
            raise Refused("invalid_auth")
        caller = Caller.BOT if by_bot else Caller.APP
        if method.caller not in (caller, Caller.ANY):
            raise Refused("not_allowed_token_type")
        if caller is Caller.APP:
            self._need(method.scopes, self.tokens.app_scopes)
        else:
            self.need(*method.scopes)
        return method

    def _limit(self, name: str, arguments: Arguments, fault: Fault | None) -> None:
        if fault is not None and fault.kind is FaultKind.RATE_LIMIT:
            raise RateLimited(int(fault.seconds))
        if fault is not None and fault.kind is FaultKind.REFUSE:
            raise Refused(fault.code)
        if self.limits is None:
            return
        channel: Any = arguments.values.get("channel")
        wait_s = self.limits.retry_after_s(name, channel if isinstance(channel, str) else None, self.state.clock())
        if wait_s is not None:
            raise RateLimited(wait_s)

    def _log(self, name: str, arguments: Arguments, body: Json, status: int) -> None:
        call = Call(
            method=name,
            args=arguments.values,
            at=self.state.clock(),
            ok=bool(body.get("ok")),
            error=body.get("error") or (None if body.get("ok") else f"http_{status}"),
            status=status,
            warning=body.get("warning"),
        )
        self.state.calls.append(call)
        self.state.changes.note()


async def _read(request: web.Request) -> tuple[Arguments, Refused | None]:
    """The arguments, or none and why: a call that cannot be read is logged and answered like any other."""
    try:
        return await read_arguments(request), None
    except Refused as error:
        return Arguments({}), error


def drop(request: web.Request) -> web.Response:
    """Breaks the connection; the response is never written."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response(status=500)


def warned(body: Json, warning: str | None) -> Json:
    """Slack puts a warning in two places."""
    return body | {"warning": warning, "response_metadata": {"warnings": [warning]}} if warning else body


def visible_channel(state: State, channel_id: str, bot_user_id: str) -> Channel:
    """``channel_not_found`` also for a private channel without the bot in it: Slack does not say that it exists."""
    channel = state.channels.get(channel_id)
    if channel is None or (channel.kind.value in ("private", "im", "mpim") and bot_user_id not in channel.members):
        raise Refused("channel_not_found")
    return channel
