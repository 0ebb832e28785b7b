"""The connection that Slack's envelopes come in by: it is opened, opened again, and given up when that is useless."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest
from aiohttp import web
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.errors import StartFailed
from bot.slack.receive.socket_mode import SocketMode
from tests.loopback import serving


@dataclass
class Gatekeeper:
    """Gives out addresses that are good for one try; ``refuses`` of them are good for none."""

    refuses: int = 0
    error: str = ""
    given: int = 0
    tries: list[str] = field(default_factory=list)
    sockets: list[web.WebSocketResponse] = field(default_factory=list)
    changed: asyncio.Condition = field(default_factory=asyncio.Condition)
    stopped: asyncio.Future[tuple[str, str]] = field(default_factory=lambda: asyncio.get_running_loop().create_future())

    def stop(self, token_name: str, code: str) -> None:
        if not self.stopped.done():
            self.stopped.set_result((token_name, code))

    async def open(self, request: web.Request) -> web.Response:
        if self.error:
            async with self.changed:
                self.changed.notify_all()
            return web.json_response({"ok": False, "error": self.error})
        self.given += 1
        return web.json_response({"ok": True, "url": f"ws://{request.host}/link?ticket={self.given}"})

    async def link(self, request: web.Request) -> web.StreamResponse:
        ticket = request.query["ticket"]
        self.tries.append(ticket)
        if ticket in self.tries[:-1] or int(ticket) <= self.refuses:
            return web.Response(status=403)
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        async with self.changed:
            self.sockets.append(socket)
            self.changed.notify_all()
        await socket.send_json({"type": "hello", "num_connections": 1})
        async for _ in socket:
            pass
        return socket


@asynccontextmanager
async def connecting(gatekeeper: Gatekeeper) -> AsyncIterator[SocketMode]:
    app = web.Application()
    app.router.add_post("/api/apps.connections.open", gatekeeper.open)
    app.router.add_get("/link", gatekeeper.link)
    async with serving(app) as origin:
        client = AsyncWebClient(token="xoxb-1", base_url=f"{origin}/api/", retry_handlers=[])
        link = SocketMode(
            AsyncApp(client=client, request_verification_enabled=False), client, "xapp-1", gatekeeper.stop
        )
        try:
            yield link
        finally:
            await link.close()


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
async def test_an_address_that_was_refused_is_not_tried_again() -> None:
    gatekeeper = Gatekeeper(refuses=1)
    async with connecting(gatekeeper) as link:
        await link.start()
        assert gatekeeper.tries == ["1", "2"]


async def test_a_connection_that_slack_renews_is_opened_at_a_new_address() -> None:
    gatekeeper = Gatekeeper()
    async with connecting(gatekeeper) as link:
        await link.start()
        await gatekeeper.sockets[0].send_json({"type": "disconnect", "reason": "refresh_requested"})
        async with asyncio.timeout(10), gatekeeper.changed:
            await gatekeeper.changed.wait_for(lambda: len(gatekeeper.sockets) == 2)
        assert gatekeeper.tries == ["1", "2"]


async def test_a_token_that_slack_refuses_ends_the_start() -> None:
    async with connecting(Gatekeeper(error="invalid_auth")) as link:
        with pytest.raises(StartFailed, match=r"SLACK_APP_TOKEN: Slack does not take it \(invalid_auth\)"):
            await link.start()


async def test_a_token_that_is_revoked_later_ends_the_run() -> None:
    gatekeeper = Gatekeeper()
    async with connecting(gatekeeper) as link:
        await link.start()
        gatekeeper.error = "token_revoked"
        await gatekeeper.sockets[0].send_json({"type": "disconnect", "reason": "link_disabled"})
        async with asyncio.timeout(10):
            assert await gatekeeper.stopped == ("SLACK_APP_TOKEN", "token_revoked")
