"""Makes Slack's file objects of names and bytes, and serves the bytes to whoever shows the token.

I/O: HTTP on loopback. Sources: slack:reference/objects/file-object; docs/slack.md §5 (url_private of a PDF redirects
to a page, a wrong token gets a 200 with a login page, stubs of Slack Connect, tombstones).
"""

from __future__ import annotations

import asyncio
import mimetypes
from dataclasses import dataclass, field
from pathlib import PurePath
from urllib.parse import quote

from aiohttp import web

from playground.workspace.arguments import Arguments
from playground.workspace.errors import Refused
from playground.workspace.faults import Fault, FaultKind, Faults
from playground.workspace.image_size import image_size
from playground.workspace.records import Json
from playground.workspace.renderings import OFFICE, pdf_of_office
from playground.workspace.state import State
from playground.workspace.web_api import Method, Tokens, drop

SNIPPET_BYTES_MAX = 1_000_000
PREVIEW_CHARS = 200
PROCESSING: Json = {"transcription": {"status": "processing"}}
LOGIN_PAGE = "<!DOCTYPE html><html><head><title>Sign in to Playground</title></head><body>Sign in</body></html>"
PRETTY = {
    "csv": "CSV",
    "docx": "Word Document",
    "gif": "GIF",
    "heic": "HEIC",
    "jpg": "JPEG",
    "pdf": "PDF",
    "png": "PNG",
    "pptx": "PowerPoint Presentation",
    "python": "Python",
    "text": "Plain Text",
    "webp": "WEBP",
    "xlsx": "Excel Spreadsheet",
    "zip": "Zip",
}
FILETYPE_OF_SUFFIX = {"jpeg": "jpg", "md": "markdown", "py": "python", "txt": "text", "": "binary", "log": "text"}
SNIPPET_FILETYPES = frozenset({"csv", "json", "markdown", "python", "text", "xml", "yaml", "yml", "js", "ts", "sql"})
MIMETYPE_OF_SUFFIX = {"md": "text/markdown", "heic": "image/heic", "webp": "image/webp", "log": "text/plain"}


@dataclass(slots=True)
class StoredFile:
    """``shown`` is the file object that messages carry, ``info`` the one that files.info returns."""

    shown: Json
    info: Json
    content: bytes
    beside: dict[str, bytes] = field(default_factory=dict)
    """What Slack made of the file, by name: a PDF, a transcript."""
    serve_as: str = ""
    """The content type of the download where it is not ``mimetype``."""
    looks: int = 0
    """How often files.info says that a clip is still being transcribed."""


class Files:
    """Every file of the workspace. ``base_url`` is set once the server listens."""

    def __init__(self, state: State, tokens: Tokens, faults: Faults) -> None:
        self.state = state
        self.tokens = tokens
        self.faults = faults
        self.base_url = ""
        self.stored: dict[str, StoredFile] = {}
        self.authorizations_seen: list[str | None] = []

    def add(
        self,
        user_id: str,
        name: str,
        content: bytes,
        *,
        mode: str | None = None,
        **overrides: object,
    ) -> Json:
        """Stores a file and returns what a message carries of it.

        ``mode`` file_access gives a Slack Connect stub that files.info completes, tombstone and hidden_by_limit files
        without content, external one whose bytes are elsewhere. ``overrides`` replace fields, so that a client can lie.
        Of an office file Slack makes a PDF, which its message does not know of yet, and files.info does.
        """
        file_id = str(overrides.get("id") or self.state.new_id("F"))
        whole = self._file_object(file_id, user_id, name, content) | overrides
        beside: dict[str, bytes] = {}
        shown = whole
        if whole["filetype"] in OFFICE and (rendered := pdf_of_office(content)) is not None:
            beside["converted.pdf"] = rendered
            whole = whole | {"converted_pdf": self._beside_url(file_id, "converted.pdf")}
        if mode == "file_access":
            shown = {"id": file_id, "mode": mode, "file_access": "check_file_info", "created": 0, "timestamp": 0}
            whole |= {"file_access": "visible"}
        elif mode in ("tombstone", "hidden_by_limit"):
            shown = whole = {"id": file_id, "mode": mode}
        elif mode == "external":
            link = str(overrides.get("url_private") or f"https://example.com/{quote(name)}")
            shown = whole = whole | {"mode": mode, "is_external": True, "external_type": "gdrive", "url_private": link}
            whole.pop("url_private_download", None)
        elif mode is not None:
            shown = whole = whole | {"mode": mode}
        self.stored[file_id] = StoredFile(shown, whole, content, beside)
        return shown

    def transcribe(self, file: Json, transcription: Json, vtt: bytes, looks: int) -> Json:
        """The file object of a clip; files.info says ``looks`` times that Slack is still at it, and so does this."""
        stored = self.stored[file["id"]]
        stored.beside["file.vtt"] = vtt
        made = {"vtt": self._beside_url(file["id"], "file.vtt"), "transcription": transcription}
        stored.info, stored.looks = stored.info | made, looks
        stored.shown = stored.info | (PROCESSING if looks else {})
        return stored.shown

    def _beside_url(self, file_id: str, name: str) -> str:
        return f"{self.base_url}/files-tmb/{self.state.team.id}-{file_id}-0/{name}"

    def delete(self, file_id: str) -> None:
        """The file becomes a tombstone, in every message that carries it too."""
        grave: Json = {"id": file_id, "mode": "tombstone"}
        self.stored[file_id] = StoredFile(grave, grave, b"")
        for messages in self.state.messages.values():
            for message in messages.values():
                if any(file["id"] == file_id for file in message.get("files") or []):
                    message["files"] = [grave if file["id"] == file_id else file for file in message["files"]]
        self.state.changes.note()

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/files-pri/{file}/{name}", self.serve),
            web.get("/files-pri/{file}/download/{name}", self.serve),
            web.get("/files-tmb/{file}-0/{beside}", self.serve),
            web.get("/files-viewer/{file}", self.viewer),
        ]

    def methods(self) -> dict[str, Method]:
        return {"files.info": Method(self._info, ("files:read",))}

    def _info(self, arguments: Arguments) -> Json:
        stored = self.stored.get(arguments.required("file", missing="file_not_found"))
        if stored is None:
            raise Refused("file_not_found")
        if stored.info["mode"] == "tombstone":
            raise Refused("file_deleted")
        info = stored.info
        if stored.looks:
            stored.looks -= 1
            info = info | PROCESSING
        return {"file": info, "comments": [], "response_metadata": {"next_cursor": ""}}

    def _file_object(self, file_id: str, user_id: str, name: str, content: bytes) -> Json:
        suffix = PurePath(name).suffix.lower().lstrip(".")
        filetype = FILETYPE_OF_SUFFIX.get(suffix, suffix)
        mimetype = MIMETYPE_OF_SUFFIX.get(suffix) or mimetypes.guess_type(name)[0] or "application/octet-stream"
        root = f"{self.base_url}/files-pri/{self.state.team.id}-{file_id}"
        is_snippet = filetype in SNIPPET_FILETYPES and len(content) <= SNIPPET_BYTES_MAX
        now = int(self.state.wall_clock())
        made: Json = {
            "id": file_id,
            "created": now,
            "timestamp": now,
            "name": name,
            "title": name,
            "mimetype": mimetype,
            "filetype": filetype,
            "pretty_type": PRETTY.get(filetype, filetype.upper()),
            "user": user_id,
            "user_team": self.state.team.id,
            "editable": is_snippet,
            "size": len(content),
            "mode": "snippet" if is_snippet else "hosted",
            "is_external": False,
            "external_type": "",
            "is_public": True,
            "public_url_shared": False,
            "display_as_bot": False,
            "username": "",
            "url_private": f"{root}/{quote(name, safe='')}",
            "url_private_download": f"{root}/download/{quote(name, safe='')}",
            "permalink": f"{self.base_url}/files/{user_id}/{file_id}/{quote(name)}",
            "is_starred": False,
            "has_rich_preview": False,
            "file_access": "visible",
        }
        if size := image_size(content):
            made |= {"original_w": size[0], "original_h": size[1]}
        if is_snippet:
            text = content.decode("utf-8", "replace")
            made |= {"preview": text[:PREVIEW_CHARS], "lines": text.count("\n") + 1}
        return made

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """``/files-pri/<team>-<file>/[download/]<name>``, and what Slack made of a file:
        ``/files-tmb/<team>-<file>-0/<name>``. Without the token: 200 and a login page."""
        self.authorizations_seen.append(request.headers.get("Authorization"))
        fault = self.faults.take("files")
        if self.faults.outage:
            return web.Response(status=503, text="Service Unavailable")
        if fault is not None and fault.kind is FaultKind.HANG:
            await asyncio.sleep(fault.seconds)
        if fault is not None and (answer := _spoiled(fault, request)) is not None:
            return answer
        stored = self.stored.get(request.match_info["file"].rpartition("-")[2])
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if not self._may_read(token):
            return web.Response(text=LOGIN_PAGE, content_type="text/html")
        if stored is None or "url_private" not in stored.info:
            return web.Response(status=404, text="File not found")
        if (made := request.match_info.get("beside")) is not None:
            return _made(stored, made)
        is_download = "/download/" in request.path
        if stored.info["mimetype"] == "application/pdf" and not is_download:
            raise web.HTTPFound(f"{self.base_url}/files-viewer/{stored.info['id']}")
        return await self._send(request, stored, fault)

    def _may_read(self, token: str) -> bool:
        try:
            return self.tokens.is_bot(token, self.state.wall_clock()) and "files:read" in self.state.manifest.scopes
        except Refused:
            return False

    async def _send(self, request: web.Request, stored: StoredFile, fault: Fault | None) -> web.StreamResponse:
        content = stored.content
        content_type = stored.serve_as or str(stored.info["mimetype"])
        headers = {"Content-Length": str(len(content)), "Content-Type": content_type}
        response = web.StreamResponse(headers=headers)
        await response.prepare(request)
        if fault is not None and fault.kind is FaultKind.CUT:
            await response.write(content[: len(content) // 2])
            return drop(request)
        step = fault.bytes_per_s // 10 if fault is not None and fault.kind is FaultKind.SLOW else 1 << 16
        for start in range(0, len(content), step):
            await response.write(content[start : start + step])
            if fault is not None and fault.kind is FaultKind.SLOW:
                await asyncio.sleep(0.1)
        await response.write_eof()
        return response

    async def viewer(self, request: web.Request) -> web.Response:
        """Where url_private of a PDF leads: a page for people, not the file."""
        return web.Response(
            text=f"<!DOCTYPE html><title>{request.match_info['file']}</title>", content_type="text/html"
        )


def _made(stored: StoredFile, name: str) -> web.Response:
    content = stored.beside.get(name)
    if content is None:
        return web.Response(status=404, text="File not found")
    return web.Response(body=content, content_type="application/pdf" if name.endswith(".pdf") else "text/vtt")


def _spoiled(fault: Fault, request: web.Request) -> web.Response | None:
    """The answer of a fault that leaves nothing of the file."""
    match fault.kind:
        case FaultKind.STATUS:
            return web.Response(status=fault.status, text="<html>Error</html>", content_type="text/html")
        case FaultKind.RATE_LIMIT:
            return web.Response(status=429, headers={"Retry-After": str(int(fault.seconds))})
        case FaultKind.REDIRECT:
            return web.Response(status=fault.status, headers={"Location": fault.location})
        case FaultKind.DROP_BEFORE | FaultKind.DROP_AFTER:
            return drop(request)
        case _:
            return None
