"""The connection that brings Slack's envelopes is opened, opened again, and given up when that is useless."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from slack_sdk.web.async_client import AsyncWebClient

from bot.errors import StartFailed
from bot.operations import health
from bot.slack.receive.socket_mode import SocketMode, SocketTimes
from bot.slack.shapes import Json
from playground.workspace.workspace import Workspace
from tests.logged import logged
from tests.loopback import serving
from tests.repository import MANIFEST
from tests.slack_client import web_client


async def nothing(_body: Json) -> dict[str, Any]:
    return {}


@dataclass
class Gatekeeper:
    """Gives out addresses that are good for one try; ``refuses`` of them are good for none. ``error`` is said in place
    of an address, ``errors`` times, or (0) for as long as it is set."""

    refuses: int = 0
    error: str = ""
    errors: int = 0
    refused: int = 0
    given: int = 0
    tries: list[str] = field(default_factory=list)
    acknowledged: list[str] = field(default_factory=list)
    sockets: list[web.WebSocketResponse] = field(default_factory=list)
    changed: asyncio.Condition = field(default_factory=asyncio.Condition)
    stopped: asyncio.Future[tuple[str, str]] = field(default_factory=lambda: asyncio.get_running_loop().create_future())

    def stop(self, token_name: str, code: str) -> None:
        if not self.stopped.done():
            self.stopped.set_result((token_name, code))

    async def open(self, request: web.Request) -> web.Response:
        if error := self.error:
            async with self.changed:
                self.refused += 1
                self.changed.notify_all()
            if self.refused == self.errors:
                self.error = ""
            return web.json_response({"ok": False, "error": error})
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
        async for message in socket:
            if message.type is aiohttp.WSMsgType.TEXT:
                async with self.changed:
                    self.acknowledged.append(message.json()["envelope_id"])
                    self.changed.notify_all()
        return socket


@asynccontextmanager
async def connecting(gatekeeper: Gatekeeper, times: SocketTimes | None = None) -> AsyncIterator[SocketMode]:
    app = web.Application()
    app.router.add_post("/api/apps.connections.open", gatekeeper.open)
    app.router.add_get("/link", gatekeeper.link)
    async with serving(app) as origin:
        client = AsyncWebClient(token="xoxb-1", base_url=f"{origin}/api/", retry_handlers=[])
        link = SocketMode(nothing, client, "xapp-1", gatekeeper.stop, times)
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


async def test_a_silent_connection_is_replaced_though_slack_refused_that_at_first_for_a_reason_of_its_own() -> None:
    gatekeeper = Gatekeeper()
    async with connecting(gatekeeper, SocketTimes(heard_within_s=0.2, pause_first_s=0.01)) as link:
        await link.start()
        gatekeeper.error = "something_new"
        async with asyncio.timeout(20), gatekeeper.changed:
            await gatekeeper.changed.wait_for(lambda: gatekeeper.refused > 1)
            gatekeeper.error = ""
            await gatekeeper.changed.wait_for(lambda: len(gatekeeper.sockets) > 1)


async def test_a_token_that_slack_refuses_ends_the_start() -> None:
    async with connecting(Gatekeeper(error="invalid_auth")) as link:
        with pytest.raises(StartFailed, match=r"SLACK_APP_TOKEN: Slack does not accept it \(invalid_auth\)"):
            await link.start()


async def test_a_token_that_is_revoked_later_ends_the_run() -> None:
    gatekeeper = Gatekeeper()
    async with connecting(gatekeeper, SocketTimes(refused_pause_s=0.01)) as link:
        await link.start()
        gatekeeper.error = "token_revoked"
        await gatekeeper.sockets[0].send_json({"type": "disconnect", "reason": "link_disabled"})
        async with asyncio.timeout(10):
            assert await gatekeeper.stopped == ("SLACK_APP_TOKEN", "token_revoked")


async def test_a_token_that_slack_refused_once_goes_on_being_used() -> None:
    gatekeeper = Gatekeeper()
    async with connecting(gatekeeper, SocketTimes(refused_pause_s=0.01)) as link:
        await link.start()
        gatekeeper.error, gatekeeper.errors = "invalid_auth", 1
        await gatekeeper.sockets[0].send_json({"type": "disconnect", "reason": "refresh_requested"})
        async with asyncio.timeout(20), gatekeeper.changed:
            await gatekeeper.changed.wait_for(lambda: len(gatekeeper.sockets) > 1)
        assert gatekeeper.refused == 1
        assert not gatekeeper.stopped.done()


async def test_a_text_of_five_megabytes_loses_nobody_the_connection() -> None:
    """It is everybody's, and what comes over it meanwhile would be lost with it."""
    gatekeeper = Gatekeeper()
    async with connecting(gatekeeper) as link:
        await link.start()
        socket = gatekeeper.sockets[0]
        with logged() as lines:
            await socket.send_json({"envelope_id": "huge", "payload": {"text": "x" * 5_000_000}})
            await lines.until("socket.too_much", 1)
        await socket.send_json({"envelope_id": "next", "type": "events_api", "payload": {}})
        async with asyncio.timeout(30), gatekeeper.changed:
            await gatekeeper.changed.wait_for(lambda: gatekeeper.acknowledged)
    assert gatekeeper.acknowledged == ["next"]
    assert gatekeeper.given == 1


QUICK = SocketTimes(
    handshake_within_s=0.2, heard_within_s=0.3, ping_every_s=0.1, close_within_s=0.1, pause_first_s=0.01
)


class TestWorkspace:
    """What the socket of a workspace does that is open and says nothing, or never opens."""

    @pytest.fixture
    async def workspace(self) -> AsyncIterator[Workspace]:
        async with Workspace(MANIFEST) as workspace:
            workspace.sockets.ping_every_s = 0.05
            yield workspace

    async def test_a_handshake_that_is_never_answered_is_given_up_for_another_address(
        self, workspace: Workspace
    ) -> None:
        workspace.sockets.answers_handshakes = False
        async with linked(workspace) as link:
            with logged() as lines:
                starting = asyncio.create_task(link.start())
                await lines.until("socket.not_connected", 1)
                workspace.sockets.answers_handshakes = True
                await asyncio.wait_for(starting, 5)
            assert workspace.connections == 1
            assert opened(workspace) >= 2

    async def test_a_renewal_whose_handshake_is_never_answered_does_not_make_the_bot_deaf(
        self, workspace: Workspace
    ) -> None:
        async with linked(workspace) as link:
            await link.start()
            workspace.sockets.answers_handshakes = False
            with logged() as lines:
                await workspace.disconnect_sockets()
                await lines.until("socket.not_connected", 2)
            workspace.sockets.answers_handshakes = True
            await workspace.until(lambda ws: ws.connections, timeout_s=5)

    async def test_a_socket_over_which_slack_says_nothing_is_replaced_and_shown_in_health(
        self, workspace: Workspace, tmp_path: Path
    ) -> None:
        pulse = health.Pulse(tmp_path)
        async with linked(workspace) as link:
            pulse.hears = link.hears
            await link.start()
            workspace.sockets.speaks = False
            with logged() as lines:
                await lines.until("socket.silent", 3)
            assert not link.hears(), "not even over new sockets"
            (tmp_path / health.FILE).unlink()
            pulse.beat()
            assert not health.is_alive(tmp_path)
            workspace.sockets.speaks = True
            await workspace.until(lambda _: link.hears(), timeout_s=5)
            pulse.beat()
            assert health.is_alive(tmp_path)

    async def test_a_quiet_socket_that_slack_pings_stays(self, workspace: Workspace) -> None:
        async with linked(workspace) as link:
            await link.start()
            await asyncio.sleep(4 * QUICK.heard_within_s)
            assert opened(workspace) == 1
            assert link.hears()

    async def test_an_address_is_asked_for_again_when_slack_said_so(self, workspace: Workspace) -> None:
        async with linked(workspace) as link:
            await link.start()
            workspace.faults.rate_limit("apps.connections.open", retry_after_s=1, times=2)
            with logged() as lines:
                await workspace.disconnect_sockets()
                await workspace.until(lambda ws: ws.connections, timeout_s=10)
        asked_s = [call.at for call in workspace.calls if call.method == "apps.connections.open"][1:4]
        assert [round(after - before) for before, after in pairwise(asked_s)] == [1, 1]
        assert [line["wait_s"] for line in lines.lines if line["event"] == "socket.waits"][:2] == [1.0, 1.0]


@asynccontextmanager
async def linked(workspace: Workspace) -> AsyncIterator[SocketMode]:
    async with aiohttp.ClientSession() as session:
        client = web_client(workspace, session)
        link = SocketMode(nothing, client, workspace.app_token, lambda *_: None, QUICK)
        try:
            yield link
        finally:
            await link.close()


def opened(workspace: Workspace) -> int:
    """How many addresses were asked for."""
    return sum(call.method == "apps.connections.open" for call in workspace.calls)
