"""A host of private files on loopback that behaves as Slack's does, good days and bad."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import web

from tests.loopback import serving

LOGIN_PAGE = "<!DOCTYPE html><html><head><title>Slack</title></head><body>Sign in to your workspace</body></html>"
Answer = Callable[[], web.StreamResponse]


@dataclass
class FileHost:
    """``files`` by name. ``trouble`` answers are given first, one a request, before the file itself."""

    origin: str = ""
    token: str = "xoxb-good"
    files: dict[str, bytes] = field(default_factory=dict)
    trouble: list[Answer] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    tokens_seen: set[str] = field(default_factory=set)

    def url(self, name: str) -> str:
        return f"{self.origin}/files/{name}"

    async def handle(self, request: web.Request) -> web.StreamResponse:
        name = request.match_info["name"]
        self.asked.append(name)
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        self.tokens_seen.add(token)
        if self.trouble:
            return self.trouble.pop(0)()
        if token != self.token:
            return web.Response(text=LOGIN_PAGE, content_type="text/html")
        if name not in self.files:
            return web.Response(status=404)
        return web.Response(body=self.files[name], content_type="application/octet-stream")


@asynccontextmanager
async def file_host() -> AsyncIterator[FileHost]:
    host = FileHost()
    app = web.Application()
    app.router.add_get("/files/{name}", host.handle)
    async with serving(app) as host.origin:
        yield host
