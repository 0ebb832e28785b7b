"""Takes files that the app uploads, by the three steps of Slack's external uploads, and posts them.

I/O: HTTP on loopback. An address takes bytes once, as many as were announced; nobody sees a file before its upload is
completed, which happens once. Source: slack:reference/methods/files.getUploadURLExternal and
files.completeUploadExternal.
"""

from __future__ import annotations

import asyncio
import secrets
from dataclasses import dataclass

from aiohttp import web

from playground.workspace import defaults
from playground.workspace.arguments import Arguments
from playground.workspace.chat import Chat, bot_message
from playground.workspace.errors import Refused
from playground.workspace.faults import FaultKind
from playground.workspace.records import Json, Origin
from playground.workspace.uploads import Files
from playground.workspace.web_api import Method, drop, visible_channel

FILES_AT_ONCE_MAX = 20
BYTES_MAX = 100_000_000


@dataclass(slots=True)
class _Promised:
    file_id: str
    name: str
    length: int
    content: bytes | None = None
    completed: bool = False


class ExternalUploads:
    def __init__(self, files: Files, chat: Chat) -> None:
        self._files = files
        self._chat = chat
        self._by_key: dict[str, _Promised] = {}

    def methods(self) -> dict[str, Method]:
        scopes = ("files:write",)
        return {
            "files.getUploadURLExternal": Method(self._get_url, scopes),
            "files.completeUploadExternal": Method(self._complete, scopes),
        }

    def routes(self) -> list[web.RouteDef]:
        return [web.post("/upload/v1/{key}", self._take)]

    def _get_url(self, arguments: Arguments) -> Json:
        name = arguments.required("filename", missing="missing_argument")
        length = arguments.number("length", 0)
        if length <= 0:
            raise Refused("missing_argument")
        if length > BYTES_MAX:
            raise Refused("file_upload_size_restricted")
        key, file_id = secrets.token_urlsafe(24), self._files.state.new_id("F")
        self._by_key[key] = _Promised(file_id, name, length)
        return {"upload_url": f"{self._files.base_url}/upload/v1/{key}", "file_id": file_id}

    async def _take(self, request: web.Request) -> web.StreamResponse:
        fault = self._files.faults.take("upload")
        if fault is not None and fault.kind is FaultKind.HANG:
            await asyncio.sleep(fault.seconds)
        if fault is not None and fault.kind is FaultKind.STATUS:
            return web.Response(status=fault.status, text="Error")
        if fault is not None and fault.kind is FaultKind.DROP_BEFORE:
            return drop(request)
        promised = self._by_key.get(request.match_info["key"])
        content = await request.read()
        if promised is None or promised.content is not None or len(content) != promised.length:
            return web.Response(status=400, text="Bad Request")
        promised.content = content
        if fault is not None and fault.kind is FaultKind.DROP_AFTER:
            return drop(request)
        return web.Response(text=f"OK - {len(content)}")

    def _complete(self, arguments: Arguments) -> Json:
        given = arguments.structure("files", malformed="invalid_arguments")
        if not isinstance(given, list) or not 0 < len(given) <= FILES_AT_ONCE_MAX:
            raise Refused("invalid_arguments")
        promised = [self._promised(one) for one in given]
        state, channel_id = self._files.state, arguments.text("channel_id")
        channel = None
        if channel_id:
            channel = visible_channel(state, channel_id, defaults.BOT_USER_ID)
            if channel.is_archived:
                raise Refused("is_archived")
            if defaults.BOT_USER_ID not in channel.members:
                raise Refused("not_in_channel")
        titled = dict(zip((one.file_id for one in promised), given, strict=True))
        shown = []
        for one in promised:
            one.completed = True
            title = str(titled[one.file_id].get("title") or one.name)
            shown.append(
                self._files.add(defaults.BOT_USER_ID, one.name, one.content or b"", id=one.file_id, title=title)
            )
        if channel is not None:
            message = bot_message(state, arguments.text("initial_comment") or "", None)
            message |= {"files": shown, "upload": False, "display_as_bot": False}
            if (root := self._chat.root_of(channel, arguments)) is not None:
                message["thread_ts"] = root
            state.post(channel.id, message, Origin())
        return {"files": [{"id": file["id"], "title": file["title"]} for file in shown]}

    def _promised(self, given: object) -> _Promised:
        file_id = given.get("id") if isinstance(given, dict) else None
        one = next((each for each in self._by_key.values() if each.file_id == file_id), None)
        if one is None or one.content is None or one.completed:
            raise Refused("file_not_found")
        return one
