"""Answers the web page's requests about shortcuts, modals, the home tab and reactions.

I/O: HTTP on loopback.
"""

from __future__ import annotations

from dataclasses import dataclass

from aiohttp import web

from playground.workspace.people import NotPossible
from playground.workspace.surfaces import Surfaces
from playground.workspace.ui_requests import json_of


@dataclass(frozen=True, slots=True)
class UiSurfaces:
    """``me`` is the person at the page."""

    surfaces: Surfaces
    me: str

    def routes(self) -> list[web.RouteDef]:
        return [
            web.post("/ui/shortcuts", self.shortcut),
            web.post("/ui/submissions", self.submit),
            web.post("/ui/closings", self.close),
            web.post("/ui/view-actions", self.press),
            web.post("/ui/home", self.open_home),
            web.post("/ui/reactions", self.react),
        ]

    async def shortcut(self, request: web.Request) -> web.Response:
        body = await json_of(request, "channel", "ts", "callback_id")
        self.surfaces.shortcut(self.me, body["channel"], body["ts"], body["callback_id"])
        return web.json_response({})

    async def submit(self, request: web.Request) -> web.Response:
        body = await json_of(request, "view_id")
        values = body.get("values")
        if not isinstance(values, dict):
            raise NotPossible("A submission needs values by block_id.")
        self.surfaces.submit(self.me, body["view_id"], values)
        return web.json_response({})

    async def close(self, request: web.Request) -> web.Response:
        body = await json_of(request, "view_id")
        self.surfaces.close(self.me, body["view_id"])
        return web.json_response({})

    async def press(self, request: web.Request) -> web.Response:
        body = await json_of(request, "view_id", "action_id")
        self.surfaces.press(self.me, body["view_id"], body["action_id"], body.get("block_id"))
        return web.json_response({})

    async def open_home(self, request: web.Request) -> web.Response:  # noqa: ARG002 - aiohttp's signature
        self.surfaces.open_home(self.me)
        return web.json_response({})

    async def react(self, request: web.Request) -> web.Response:
        body = await json_of(request, "channel", "ts", "reaction")
        self.surfaces.people.react(self.me, body["channel"], body["ts"], body["reaction"])
        return web.json_response({})
