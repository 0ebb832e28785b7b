"""One app in several workspaces, behind one address as Slack has it: installs by OAuth, calls by token.

I/O: one HTTP server on 127.0.0.1 while it is entered. Each call goes to the workspace whose token it carries, files
and response URLs to the one that made them. Sources: slack:authentication/installing-with-oauth,
slack:reference/methods/oauth.v2.access (codes are good for ten minutes, and once), slack:reference/methods/auth.test;
of tokens that rotate, ``rotation``.
"""

from __future__ import annotations

import asyncio
import secrets
import time
from base64 import b64decode
from collections.abc import Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Self
from urllib.parse import urlencode

from aiohttp import hdrs, web

from playground.workspace import defaults
from playground.workspace.arguments import Arguments, read_arguments, token_of
from playground.workspace.delivery import Sort
from playground.workspace.errors import Refused
from playground.workspace.events import envelope
from playground.workspace.records import Json
from playground.workspace.rotation import Rotation
from playground.workspace.server import Server
from playground.workspace.workspace import Workspace

CODE_LIFETIME_S = 600.0


@dataclass(slots=True)
class _Code:
    workspace: Workspace
    redirect_uri: str
    made_at_s: float


class Distribution:
    """``workspaces`` have the app's one signing secret, and are entered already."""

    def __init__(
        self, workspaces: Sequence[Workspace], *, redirect_uri: str = "", rotation: Rotation | None = None
    ) -> None:
        self.workspaces = list(workspaces)
        self.rotation = rotation
        """Where the app has token rotation switched on."""
        self.client_id, self.client_secret = "1234567890.1234567890", secrets.token_hex(16)
        self.redirect_uri = redirect_uri
        """What the app's configuration gives as its redirect URL."""
        self.keeps_apps = False
        """Trouble: no app can be removed."""
        self.exchanges = 0
        """Calls of oauth.v2.access so far."""
        self.may_answer = asyncio.Event()
        """Trouble, unless it is set: those calls have no answer yet."""
        self.may_answer.set()
        self._codes: dict[str, _Code] = {}
        self._server = Server()
        self._port = 0

    async def __aenter__(self) -> Self:
        self._port = await self._server.start(
            [
                web.get("/oauth/v2/authorize", self._authorize),
                web.post("/api/oauth.v2.access", self._access),
                web.route("*", "/api/apps.uninstall", self._uninstalled),
                web.route("*", "/api/{method}", self._call),
                web.post("/response/{id}", self._response),
                web.get("/files-pri/{file}/{name}", self._file),
                web.get("/files-pri/{file}/download/{name}", self._file),
            ],
            0,
        )
        for workspace in self.workspaces:
            workspace.files.base_url = workspace.response_urls.base_url = self.url
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._server.stop()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    @property
    def api_url(self) -> str:
        return f"{self.url}/api/"

    def uninstall(self, workspace: Workspace) -> None:
        """Its token ends, and Slack tells the app so."""
        workspace.tokens.bot = f"xoxb-{secrets.token_hex(12)}"
        workspace.tokens.rotated.clear()
        event_id, now_s = workspace.state.new_id("Ev"), int(workspace.state.wall_clock())
        told = envelope({"type": "app_uninstalled"}, workspace.team_id, event_id, now_s)
        workspace.courier.deliver(Sort.EVENT, told)

    async def _authorize(self, request: web.Request) -> web.Response:
        """The page on which somebody agrees; here everybody does. ``team`` says for which workspace."""
        query = request.query
        chosen = [one for one in self.workspaces if one.team_id == query.get("team")]
        if query.get("client_id") != self.client_id or not chosen or not query.get("scope"):
            return web.Response(status=400, text="Something went wrong when authorizing this app.")
        redirect_uri = query.get("redirect_uri") or self.redirect_uri
        code = secrets.token_hex(8)
        self._codes[code] = _Code(chosen[0], query.get("redirect_uri", ""), time.monotonic())
        back = urlencode({"code": code, "state": query.get("state", "")})
        raise web.HTTPFound(f"{redirect_uri}?{back}")

    async def _access(self, request: web.Request) -> web.Response:
        self.exchanges += 1
        await self.may_answer.wait()
        try:
            answer: Json = {"ok": True, **self._exchanged(await read_arguments(request), request)}
        except Refused as error:
            answer = {"ok": False, "error": error.code}
        return web.json_response(answer)

    def _exchanged(self, arguments: Arguments, request: web.Request) -> Json:
        given_id, given_secret = _credentials(arguments, request)
        if given_id != self.client_id:
            raise Refused("invalid_client_id")
        if given_secret != self.client_secret:
            raise Refused("bad_client_secret")
        grant = arguments.text("grant_type") or "authorization_code"
        if grant == "refresh_token":
            if self.rotation is None:
                raise Refused("token_rotation_not_enabled")
            workspace, tokens = self.rotation.renew(arguments.text("refresh_token") or "")
            if self.rotation.lost > 0:
                self.rotation.lost -= 1
                raise web.HTTPBadGateway(text="")
            return self._installed(workspace) | tokens
        if grant != "authorization_code":
            raise Refused("invalid_grant_type")
        return self._by_code(arguments)

    def _by_code(self, arguments: Arguments) -> Json:
        code = self._codes.pop(arguments.text("code") or "", None)
        if code is None or time.monotonic() - code.made_at_s > CODE_LIFETIME_S:
            raise Refused("invalid_code")
        if (arguments.text("redirect_uri") or "") != code.redirect_uri:
            raise Refused("bad_redirect_uri")
        tokens = self.rotation.begin(code.workspace) if self.rotation is not None else {}
        return self._installed(code.workspace) | tokens

    def _installed(self, workspace: Workspace) -> Json:
        return {
            "access_token": workspace.bot_token,
            "token_type": "bot",
            "scope": ",".join(sorted(workspace.state.manifest.scopes)),
            "bot_user_id": workspace.bot_user_id,
            "app_id": workspace.app_id,
            "team": {"id": workspace.team_id, "name": workspace.state.team.name},
            "enterprise": None,
            "authed_user": {"id": defaults.PEOPLE[0].id},
            "is_enterprise_install": False,
        }

    async def _uninstalled(self, request: web.Request) -> web.Response:
        """Source: slack:reference/methods/apps.uninstall."""
        arguments = await read_arguments(request)
        its = [one for one in self.workspaces if token_of(request, arguments) == one.bot_token]
        if not its or self.keeps_apps:
            return web.json_response({"ok": False, "error": "fatal_error" if its else "invalid_auth"})
        if _credentials(arguments, request) != (self.client_id, self.client_secret):
            return web.json_response({"ok": False, "error": "bad_client_secret"})
        self.uninstall(its[0])
        return web.json_response({"ok": True})

    async def _call(self, request: web.Request) -> web.StreamResponse:
        try:
            token = token_of(request, await read_arguments(request))
        except Refused:
            token = None
        its = [one for one in self.workspaces if token in (one.bot_token, one.app_token, *one.tokens.rotated)]
        return await (its or self.workspaces)[0].web_api.handle(request)

    async def _response(self, request: web.Request) -> web.StreamResponse:
        its = [one for one in self.workspaces if request.match_info["id"] in one.response_urls.invocations]
        return await (its or self.workspaces)[0].response_urls.handle(request)

    async def _file(self, request: web.Request) -> web.StreamResponse:
        """A workspace whose token it is not refuses."""
        its = [one for one in self.workspaces if request.match_info["file"].startswith(f"{one.team_id}-")]
        return await (its or self.workspaces)[0].files.serve(request)


def _credentials(arguments: Arguments, request: web.Request) -> tuple[str | None, str | None]:
    """By basic authentication, or as arguments."""
    if (header := request.headers.get(hdrs.AUTHORIZATION, "")).startswith("Basic "):
        given_id, _, given_secret = b64decode(header.removeprefix("Basic ")).decode().partition(":")
        return given_id, given_secret
    return arguments.text("client_id"), arguments.text("client_secret")
