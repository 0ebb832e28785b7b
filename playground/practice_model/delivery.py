"""An answer and a connection come in; the answer's events are written to the connection at the answer's own pace.

I/O: writes to the connection of one HTTP request.
"""

from __future__ import annotations

import asyncio
import codecs
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from aiohttp import web

from playground.practice_model import grammar
from playground.practice_model.faults import error_object
from playground.practice_model.grammar import Event, Quirk, Quirks
from playground.practice_model.script import Answer, HeldAnswer, HttpError, RawAnswer, Silence

CHARS_PER_TOKEN = 4
CUT_AFTER_S = 0.02
"""News of a broken connection may overtake the last bytes sent over it; a cut answer is about what did arrive."""


class Outlet(Protocol):
    """One response under way. ``end`` ends it as HTTP has it, ``cut`` in the middle."""

    async def write(self, data: bytes) -> None: ...
    async def end(self) -> web.StreamResponse: ...
    async def cut(self) -> web.StreamResponse: ...


class ChunkedOutlet:
    def __init__(self, request: web.Request, response: web.StreamResponse) -> None:
        self._request = request
        self._response = response

    @classmethod
    async def open(cls, request: web.Request, request_id: str, content_type: str | None) -> ChunkedOutlet:
        response = web.StreamResponse(headers={"cache-control": "no-cache", "request-id": request_id})
        # aiohttp names a type of its own where it is given none; a header without a value says as little as none.
        response.headers["content-type"] = content_type or ""
        await response.prepare(request)
        return cls(request, response)

    async def write(self, data: bytes) -> None:
        await self._response.write(data)

    async def end(self) -> web.StreamResponse:
        await self._response.write_eof()
        return self._response

    async def cut(self) -> web.StreamResponse:
        await asyncio.sleep(CUT_AFTER_S)
        hang_up(self._request)
        return self._response


class BareOutlet:
    """Bytes as they are; with ``open`` behind the head of a response that ends where the connection ends."""

    def __init__(self, request: web.Request) -> None:
        self._request = request

    @classmethod
    async def open(cls, request: web.Request, request_id: str, content_type: str | None) -> BareOutlet:
        outlet = cls(request)
        label = f"content-type: {content_type}\r\n" if content_type else ""
        head = f"HTTP/1.1 200 OK\r\n{label}request-id: {request_id}\r\nconnection: close"
        await outlet.write(f"{head}\r\n\r\n".encode())
        return outlet

    async def write(self, data: bytes) -> None:
        if self._request.transport is None or self._request.transport.is_closing():
            raise ConnectionResetError("the asking side has gone")
        self._request.transport.write(data)
        await asyncio.sleep(0)

    async def end(self) -> web.StreamResponse:
        return hang_up(self._request)

    async def cut(self) -> web.StreamResponse:
        return hang_up(self._request)


def hang_up(request: web.Request) -> web.StreamResponse:
    """Closes the connection once what was written is out. What it returns satisfies aiohttp and reaches nobody."""
    if request.transport is not None:
        request.transport.close()
    return web.Response()


@dataclass(frozen=True, slots=True)
class Delivery:
    """One streamed answer: who is answered (``message``), by which rate, to where."""

    request: web.Request
    request_id: str
    started: Event
    token_rate_per_s: float | None = None

    async def give(self, answer: Answer) -> web.StreamResponse:
        outlet = await self._open(answer.quirks)
        await self._send(outlet, grammar.opening(self.started), answer.quirks)
        await asyncio.sleep(answer.first_token_delay_s)
        index, is_open = grammar.TEXT_INDEX, True
        for number, piece in enumerate(answer.pieces):
            if number == answer.cut_after:
                return await outlet.cut()
            if number == answer.error_after:
                return await self._fail(outlet, answer.error_type, answer.quirks)
            await asyncio.sleep(answer.chunk_delay_s + self._time_for(piece))
            if not is_open:
                index, is_open = index + 1, True
                await self._send(outlet, [grammar.block_start(index)], answer.quirks)
            await self._send(outlet, [grammar.delta(piece, index)], answer.quirks)
            if cites := answer.cites.get(number):
                is_open = False
                await self._send(outlet, grammar.cited_end([cite.json for cite in cites], index), answer.quirks)
        if answer.cut_after is not None:
            return await outlet.cut()
        if answer.error_after is not None:
            return await self._fail(outlet, answer.error_type, answer.quirks)
        written = grammar.tokens_of("".join(answer.pieces))
        counted = self.started["usage"] | {"output_tokens": written}
        ending = grammar.closing(answer.stop_reason, answer.stop_details, counted, index if is_open else None)
        await self._send(outlet, ending, answer.quirks)
        return await outlet.end()

    async def hold(self, held: HeldAnswer) -> web.StreamResponse:
        outlet = await self._open(held.quirks)
        await self._send(outlet, grammar.opening(self.started), held.quirks)
        held.asked.set()
        written, index = 0, grammar.TEXT_INDEX
        try:
            while True:
                step = await held.next_step()
                response: web.StreamResponse | None = None
                match step.kind:
                    case "text":
                        written += grammar.tokens_of(step.value)
                        await self._send(outlet, [grammar.delta(step.value, index)], held.quirks)
                    case "cite":
                        await self._send(outlet, grammar.cited_end(json.loads(step.value), index), held.quirks)
                        index += 1
                        await self._send(outlet, [grammar.block_start(index)], held.quirks)
                    case "event":
                        await self._send(outlet, [json.loads(step.value)], held.quirks)
                    case "finish":
                        counted = self.started["usage"] | {"output_tokens": written}
                        await self._send(outlet, grammar.closing(step.value, None, counted, index), held.quirks)
                        response = await outlet.end()
                    case "error":
                        response = await self._fail(outlet, step.value, held.quirks)
                    case _:
                        response = await outlet.cut()
                step.done.set_result(None)
                if response is not None:
                    return response
        except (ConnectionError, asyncio.CancelledError):
            held.hung_up.set()
            raise

    async def _open(self, quirks: Quirks) -> Outlet:
        kind = BareOutlet if Quirk.CLOSE_DELIMITED in quirks else ChunkedOutlet
        outlet = await kind.open(self.request, self.request_id, grammar.content_type(quirks))
        if Quirk.BYTE_ORDER_MARK in quirks:
            await outlet.write(codecs.BOM_UTF8)
        return outlet

    async def _send(self, outlet: Outlet, events: Iterable[Event], quirks: Quirks) -> None:
        data = b"".join(grammar.encoded(event, quirks) for event in events)
        if Quirk.BYTE_BY_BYTE not in quirks:
            return await outlet.write(data)
        for byte in data:
            await outlet.write(bytes([byte]))
        return None

    async def _fail(self, outlet: Outlet, error_type: str, quirks: Quirks) -> web.StreamResponse:
        await self._send(outlet, [{"type": "error", "error": error_object(error_type, error_type)}], quirks)
        return await outlet.end()

    def _time_for(self, piece: str) -> float:
        return len(piece) / CHARS_PER_TOKEN / self.token_rate_per_s if self.token_rate_per_s else 0.0


async def give_bytes(request: web.Request, answer: HttpError | RawAnswer | Silence) -> web.StreamResponse:
    """What is no answer of the model: an error, bytes as they are, or nothing while the asking side listens."""
    match answer:
        case HttpError():
            headers = answer.headers | {"content-type": answer.content_type}
            return web.Response(status=answer.status, body=answer.content, headers=headers)
        case RawAnswer():
            outlet = BareOutlet(request)
            for packet in answer.packets:
                await outlet.write(packet)
            return await outlet.end()
        case Silence():
            answer.asked.set()
            try:
                await asyncio.Event().wait()
            finally:
                answer.hung_up.set()
    return hang_up(request)
