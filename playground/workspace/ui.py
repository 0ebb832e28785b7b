"""Answers the web page's requests: the workspace as JSON, a push of every change, and what the person does.

I/O: HTTP and a WebSocket on loopback; ``server`` keeps other sites' pages out.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from pathlib import Path

from aiohttp import BodyPartReader, WSMsgType, web

from playground.workspace import defaults
from playground.workspace.people import NotPossible, People
from playground.workspace.records import Channel, Json, Kind, User
from playground.workspace.state import State
from playground.workspace.surfaces import Surfaces
from playground.workspace.ui_agents import UiAgents
from playground.workspace.ui_requests import json_of
from playground.workspace.ui_surfaces import UiSurfaces

PING_INTERVAL_S = 30.0
CLOSE_WITHIN_S = 1.0
PAGE = Path(__file__).parent.parent / "page"
SAMPLES = Path(__file__).parent.parent / "samples"


@dataclass(slots=True)
class Ui:
    """The page's side of the workspace; the person at the page is the first of the people."""

    state: State
    people: People
    surfaces: Surfaces
    _pages: set[web.WebSocketResponse] = field(default_factory=set)

    async def close(self) -> None:
        for page in list(self._pages):
            await page.close()

    @property
    def me(self) -> str:
        return defaults.PEOPLE[0].id

    @property
    def agents(self) -> UiAgents:
        return UiAgents(self.state, self.me)

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/", self.index),
            web.get("/page/{name}", self.page),
            web.get("/ui/state", self.show_state),
            web.get("/ui/events", self.push),
            web.get("/ui/files/{id}", self.file),
            web.get("/ui/samples/{name}", self.sample),
            web.post("/ui/messages", self.say),
            web.post("/ui/commands", self.command),
            web.post("/ui/actions", self.action),
            web.post("/ui/edits", self.edit),
            web.post("/ui/deletions", self.delete),
            *UiSurfaces(self.surfaces, self.me).routes(),
            *self.agents.routes(),
        ]

    async def index(self, request: web.Request) -> web.StreamResponse:  # noqa: ARG002 - aiohttp's signature
        return _static("index.html")

    async def page(self, request: web.Request) -> web.StreamResponse:
        return _static(request.match_info["name"])

    async def show_state(self, request: web.Request) -> web.Response:  # noqa: ARG002 - aiohttp's signature
        state = self.state
        mine = [channel for channel in state.channels.values() if self.me in channel.members]
        messages = [
            {**state.rendered(channel.id, ts), "channel": channel.id}
            for channel in mine
            for ts in state.messages[channel.id]
        ]
        messages += [
            {**message, "ephemeral": True} for message in state.ephemerals if message["ephemeral_for"] == self.me
        ]
        bot = state.users[defaults.BOT_USER_ID]
        return web.json_response(
            {
                "team": {"id": state.team.id, "name": state.team.name},
                "me": {"id": self.me, "name": state.users[self.me].name},
                "bot": {"id": bot.id, "name": bot.name},
                "users": [_shown(user) for user in state.users.values()],
                "groups": [{"id": group.id, "handle": group.handle} for group in state.groups.values()],
                "channels": [
                    {
                        "id": channel.id,
                        "name": self._name(channel, bot),
                        "kind": channel.kind.value,
                        "is_member": defaults.BOT_USER_ID in channel.members,
                    }
                    for channel in mine
                ],
                "messages": messages,
                "shortcuts": [{"id": id_, "name": name} for id_, name in state.manifest.shortcuts.items()],
                "has_home": state.manifest.home_tab,
                **self.agents.shown({channel.id for channel in mine}),
                "invitation": state.invitation,
                **self.people.views.shown_to(self.me),
                "statuses": [
                    {"channel": s.channel, "thread_ts": s.thread_ts, "status": s.status}
                    for s in state.statuses.values()
                ],
            }
        )

    def _name(self, channel: Channel, bot: User) -> str:
        """Direct messages, of a group too, are named after the other sides, people first."""
        if channel.kind not in (Kind.DIRECT, Kind.GROUP):
            return channel.name
        others = [self.state.users[member] for member in channel.members - {self.me}]
        return ", ".join(user.name for user in sorted(others, key=lambda user: (user.id == bot.id, user.name)))

    async def push(self, request: web.Request) -> web.StreamResponse:
        """Every change as one JSON message, in order, until the page goes away."""
        socket = web.WebSocketResponse(heartbeat=PING_INTERVAL_S, timeout=CLOSE_WITHIN_S)
        await socket.prepare(request)
        self._pages.add(socket)
        queue: asyncio.Queue[Json] = asyncio.Queue()
        self.state.changes.pages.add(queue)
        writer = asyncio.create_task(self._write(socket, queue))
        try:
            async for message in socket:
                if message.type is WSMsgType.ERROR:
                    break
        finally:
            self._pages.discard(socket)
            self.state.changes.pages.discard(queue)
            writer.cancel()
        return socket

    async def _write(self, socket: web.WebSocketResponse, queue: asyncio.Queue[Json]) -> None:
        while not socket.closed:
            change = await queue.get()
            if self._concerns_me(change):
                await socket.send_json(change)

    def _concerns_me(self, change: Json) -> bool:
        if change["type"] == "views":
            return bool(change["user"] == self.me)
        channel_id = change.get("channel") or change["message"]["channel"]
        addressee = change.get("message", {}).get("ephemeral_for", self.me)
        return addressee == self.me and self.me in self.state.channels[channel_id].members

    async def file(self, request: web.Request) -> web.Response:
        stored = self.people.files.stored.get(request.match_info["id"])
        if stored is None or not stored.content:
            return web.json_response({"error": "There is no such file."}, status=404)
        headers = {"X-Content-Type-Options": "nosniff", "Content-Security-Policy": "sandbox; default-src 'none'"}
        return web.Response(body=stored.content, content_type=str(stored.info["mimetype"]), headers=headers)

    async def sample(self, request: web.Request) -> web.StreamResponse:
        """A file that goes with a suggested question."""
        return _static(request.match_info["name"], SAMPLES)

    async def say(self, request: web.Request) -> web.Response:
        if request.content_type != "multipart/form-data":
            raise NotPossible("The request must be a multipart form.")
        fields: dict[str, str] = {}
        files: list[tuple[str, bytes]] = []
        async for part in await request.multipart():
            if not isinstance(part, BodyPartReader):
                continue
            if part.name == "files":
                content = bytes(await part.read())
                if part.filename:
                    # Browsers escape quotation marks in names, and nothing else that matters here.
                    files.append((part.filename.replace("%22", '"'), content))
            else:
                fields[part.name or ""] = await part.text()
        text = fields.get("text", "")
        if not text.strip() and not files:
            raise NotPossible("There is nothing to send.")
        ts = self.people.say(self.me, fields.get("channel", ""), text, fields.get("thread_ts") or None, files, {})
        return web.json_response({"ts": ts})

    async def command(self, request: web.Request) -> web.Response:
        body = await json_of(request, "channel", "command")
        invocation = self.people.command(self.me, body["channel"], body["command"], body.get("text") or "")
        return web.json_response({"id": invocation})

    async def action(self, request: web.Request) -> web.Response:
        body = await json_of(request, "channel", "ts", "action_id")
        return web.json_response({"id": self.people.press(self.me, body["channel"], body["ts"], body)})

    async def edit(self, request: web.Request) -> web.Response:
        body = await json_of(request, "channel", "ts", "text")
        self.people.edit(body["channel"], body["ts"], body["text"])
        return web.json_response({"ts": body["ts"]})

    async def delete(self, request: web.Request) -> web.Response:
        body = await json_of(request, "channel", "ts")
        self.people.delete(body["channel"], body["ts"])
        return web.json_response({"ts": body["ts"]})


def _shown(user: User) -> Json:
    shown: Json = {"id": user.id, "name": user.name, "is_bot": user.is_bot}
    if user.standing:
        shown["standing"] = user.standing
    return shown | ({"email": user.email} if user.email else {})


def _static(name: str, folder: Path = PAGE) -> web.StreamResponse:
    path = folder / name
    if path.parent != folder or not path.is_file():
        return web.Response(status=404, text="The page is not installed here.")
    return web.FileResponse(path)
