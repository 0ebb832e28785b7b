"""Writes an answer's events to a connection, at the answer's own pace.

I/O: writes to the connection of one HTTP request.
"""

from __future__ import annotations

import asyncio
import codecs
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from aiohttp import web

from playground.practice_model import grammar, web_tools
from playground.practice_model.faults import error_object
from playground.practice_model.grammar import Event, Quirk, Quirks
from playground.practice_model.script import Answer, HeldAnswer, HttpError, RawAnswer, Silence, Step, tool_id
from playground.practice_model.web_tools import Tool

CHARS_PER_TOKEN = 4
DEMO_TOOL_S = 1.5
"""What a search takes where answers are paced for people."""
CUT_AFTER_S = 0.02
"""News of a broken connection may overtake the last bytes sent over it; a cut answer is about what did arrive."""


@dataclass(slots=True)
class _Blocks:
    """The numbers of an answer's blocks, and which is open."""

    index: int = grammar.TEXT_INDEX - 1
    _is_open: bool = False
    _uses: int = 0

    @property
    def open_index(self) -> int | None:
        return self.index if self._is_open else None

    def text(self) -> Iterator[Event]:
        """The beginning of a block of text, where none is open."""
        if not self._is_open:
            self.index, self._is_open = self.index + 1, True
            yield grammar.block_start(self.index)

    def cited(self, citations: Sequence[Event]) -> Iterator[Event]:
        yield from self.text()
        self._is_open = False
        yield from grammar.cited_end(citations, self.index)

    def asking(self, tool: Tool) -> Iterator[Event]:
        if self._is_open:
            self._is_open = False
            yield {"type": "content_block_stop", "index": self.index}
        self.index, self._uses = self.index + 1, self._uses + 1
        yield from web_tools.asking_events(tool, tool_id(self._uses), self.index)

    def finding(self, tool: Tool) -> Iterator[Event]:
        self.index += 1
        yield from web_tools.finding_events(tool, tool_id(self._uses), self.index)


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
    """Bytes as they are; with ``open`` after the head of a response that ends where the connection ends."""

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
        blocks = _Blocks()
        if not answer.tools:
            await self._send(outlet, blocks.text(), answer.quirks)
        for number, piece in enumerate(answer.pieces):
            if number == answer.cut_after:
                return await outlet.cut()
            if number == answer.error_after:
                return await self._fail(outlet, answer.error_type, answer.quirks)
            await self._look_up(outlet, answer, blocks, number)
            await asyncio.sleep(answer.chunk_delay_s + self._time_for(piece))
            await self._send(outlet, [*blocks.text(), grammar.delta(piece, blocks.index)], answer.quirks)
            if cites := answer.cites.get(number):
                await self._send(outlet, blocks.cited([cite.json for cite in cites]), answer.quirks)
        if answer.cut_after is not None:
            return await outlet.cut()
        if answer.error_after is not None:
            return await self._fail(outlet, answer.error_type, answer.quirks)
        await self._look_up(outlet, answer, blocks, len(answer.pieces))
        written = grammar.tokens_of("".join(answer.pieces))
        counted = self.started["usage"] | {"output_tokens": written} | web_tools.used(answer.every_tool)
        ending = grammar.closing(answer.stop_reason, answer.stop_details, counted, blocks.open_index)
        await self._send(outlet, ending, answer.quirks)
        return await outlet.end()

    async def _look_up(self, outlet: Outlet, answer: Answer, blocks: _Blocks, number: int) -> None:
        """What comes before piece ``number``."""
        for tool in answer.tools.get(number, ()):
            await self._send(outlet, blocks.asking(tool), answer.quirks)
            await asyncio.sleep(answer.tool_delay_s + (DEMO_TOOL_S if self.token_rate_per_s else 0.0))
            if not (answer.unfinished_tool and tool is answer.every_tool[-1]):
                await self._send(outlet, blocks.finding(tool), answer.quirks)

    async def hold(self, held: HeldAnswer) -> web.StreamResponse:
        outlet = await self._open(held.quirks)
        await self._send(outlet, grammar.opening(self.started), held.quirks)
        held.asked.set()
        written, blocks = 0, _Blocks()
        try:
            while True:
                step = await held.next_step()
                response: web.StreamResponse | None = None
                match step.kind:
                    case "finish":
                        counted = self.started["usage"] | {"output_tokens": written} | web_tools.used(held.tools)
                        ending = grammar.closing(step.value, None, counted, blocks.open_index)
                        await self._send(outlet, ending, held.quirks)
                        response = await outlet.end()
                    case "error":
                        response = await self._fail(outlet, step.value, held.quirks)
                    case "cut":
                        response = await outlet.cut()
                    case _:
                        written += grammar.tokens_of(step.value) if step.kind == "text" else 0
                        await self._send(outlet, _events(step, held, blocks), held.quirks)
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


def _events(step: Step, held: HeldAnswer, blocks: _Blocks) -> Iterator[Event]:
    match step.kind:
        case "text":
            yield from blocks.text()
            yield grammar.delta(step.value, blocks.index)
        case "cite":
            yield from blocks.cited(json.loads(step.value))
        case "search":
            yield from blocks.asking(held.tools[-1])
        case "find":
            yield from blocks.finding(held.tools[-1])
        case _:
            yield json.loads(step.value)


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
