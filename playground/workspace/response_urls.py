"""Takes JSON posts to a response_url, and shows, changes or removes ephemeral or public messages.

I/O: HTTP on loopback. Source: slack:interactivity/handling-user-interaction#message_responses: five uses in thirty
minutes, works where the app is no member, replace_original and delete_original reach the answer given before (never the
command).
"""

from __future__ import annotations

import asyncio
import json
import secrets
from dataclasses import dataclass

from aiohttp import web

from bot import limits
from playground.workspace.arguments import Arguments
from playground.workspace.chat import bot_message
from playground.workspace.content import Content, Dialect, read_content
from playground.workspace.errors import Refused
from playground.workspace.faults import FaultKind, Faults
from playground.workspace.records import Call, Json, Origin
from playground.workspace.state import State
from playground.workspace.web_api import drop


@dataclass(slots=True)
class Invocation:
    """A command or a button press, its response_url and the answer it shows now."""

    id: str
    user_id: str
    channel_id: str
    opened_at: float
    uses: int = 0
    thread_ts: str | None = None
    pressed: bool = False
    """Whether it is a press, whose original is the message with the button whatever was posted since."""
    original: tuple[str, bool] | None = None
    """ts of the message that replace_original and delete_original reach, and whether it is ephemeral."""


@dataclass(slots=True)
class ResponseUrls:
    state: State
    dialect: Dialect
    faults: Faults
    invocations: dict[str, Invocation]
    base_url: str = ""

    def open(self, user_id: str, channel_id: str, *, thread_ts: str | None = None) -> Invocation:
        invocation = Invocation(secrets.token_hex(8), user_id, channel_id, self.state.clock(), thread_ts=thread_ts)
        self.invocations[invocation.id] = invocation
        return invocation

    def url(self, invocation: Invocation) -> str:
        return f"{self.base_url}/response/{invocation.id}"

    async def handle(self, request: web.Request) -> web.Response:
        """``ok``, or 404 for a URL that is unknown, used up or too old; what was refused is not shown."""
        fault = self.faults.take("response_url")
        if fault is not None and fault.kind is FaultKind.HANG:
            await asyncio.sleep(fault.seconds)
        if self.faults.outage or (fault is not None and fault.kind is FaultKind.STATUS):
            return web.Response(status=fault.status if fault else 503, text="<html>Error</html>")
        if fault is not None and fault.kind is FaultKind.RATE_LIMIT:
            return web.Response(status=429, headers={"Retry-After": str(int(fault.seconds))})
        if fault is not None and fault.kind is FaultKind.DROP_BEFORE:
            return drop(request)
        payload = await self._payload(request)
        refused = fault is not None and fault.kind is FaultKind.REFUSE
        status, error = (400, fault.code) if fault and refused else self._use(request.match_info["id"], payload)
        self.state.calls.append(Call("response_url", payload, self.state.clock(), error is None, error, status))
        self.state.changes.note()
        if fault is not None and fault.kind is FaultKind.DROP_AFTER:
            return drop(request)
        return (
            web.Response(text="ok")
            if error is None
            else web.json_response({"ok": False, "error": error}, status=status)
        )

    async def _payload(self, request: web.Request) -> Json:
        try:
            payload = json.loads(await request.read())
        except ValueError:
            return {}
        return payload if isinstance(payload, dict) else {}

    def _use(self, invocation_id: str, payload: Json) -> tuple[int, str | None]:
        invocation = self.invocations.get(invocation_id)
        if invocation is None:
            return 404, "invalid_url"
        if self.state.clock() - invocation.opened_at >= limits.RESPONSE_URL_LIFETIME_S:
            return 404, "expired_url"
        if invocation.uses >= limits.RESPONSE_URL_USES_MAX:
            return 404, "used_url"
        invocation.uses += 1
        try:
            self.respond(invocation, payload)
        except Refused as error:
            return 400, error.code
        return 200, None

    def respond(self, invocation: Invocation, payload: Json) -> None:
        """Shows an answer: the body of a response_url call, or what came with the ack of a command."""
        if payload.get("delete_original"):
            self._delete(invocation)
            return
        content = read_content(Arguments(payload), self.state.new_id, self.dialect)
        if payload.get("replace_original") and invocation.original is not None:
            self._replace(invocation, invocation.original, content)
        else:
            self._post(invocation, content, payload)

    def _post(self, invocation: Invocation, content: Content, payload: Json) -> None:
        message = bot_message(self.state, content.text or "", content.blocks)
        in_channel = payload.get("response_type") == "in_channel"
        thread_ts = payload.get("thread_ts") if in_channel else invocation.thread_ts
        if thread_ts in self.state.messages[invocation.channel_id]:
            message["thread_ts"] = thread_ts
        if in_channel:
            message = self.state.post(invocation.channel_id, message, Origin(content.source))
        else:
            message = self.state.post_ephemeral(invocation.channel_id, invocation.user_id, message, content.source)
        if not invocation.pressed:
            invocation.original = (message["ts"], not in_channel)

    def _replace(self, invocation: Invocation, original: tuple[str, bool], content: Content) -> None:
        ts, ephemeral = original
        change: Json = {"text": content.text or ""}
        if content.blocks:
            change["blocks"] = content.blocks
        if not ephemeral:
            if ts not in self.state.messages[invocation.channel_id]:
                raise Refused("message_not_found")
            drop_keys = () if content.blocks else ("blocks",)
            self.state.edit(invocation.channel_id, ts, change, drop_keys, source=content.source)
            return
        message = self._ephemeral(ts)
        message.update(change)
        if not content.blocks:
            message.pop("blocks", None)
        self.state.show_ephemeral(message, "edit", content.source)

    def _delete(self, invocation: Invocation) -> None:
        if invocation.original is None:
            raise Refused("message_not_found")
        ts, ephemeral = invocation.original
        invocation.original = None
        if ephemeral:
            self.state.delete_ephemeral(self._ephemeral(ts))
        elif ts in self.state.messages[invocation.channel_id]:
            self.state.delete(invocation.channel_id, ts)

    def _ephemeral(self, ts: str) -> Json:
        for message in self.state.ephemerals:
            if message["ts"] == ts:
                return message
        raise Refused("message_not_found")
