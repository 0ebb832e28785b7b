"""Answers that a test or a bench decides beforehand, or step by step while they are being given.

Pure, but for ``HeldAnswer``, which waits for its holder.
"""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field
from typing import Any, Self

from playground.practice_model.faults import error_object
from playground.practice_model.grammar import Quirk, Quirks, bursts
from playground.practice_model.web_tools import Fetch, Found, Search, Tool, WebCite, asking, finding


@dataclass(frozen=True, slots=True)
class Cite:
    """Pages of the request's document number ``document``, counted from 0; a single one unless ``final_page`` is given.

    Source: claude:en/build-with-claude/citations.
    """

    document: int
    page: int
    final_page: int | None = None
    title: str | None = None
    cited_text: str = "…"

    @property
    def json(self) -> dict[str, Any]:
        return {
            "type": "page_location",
            "cited_text": self.cited_text,
            "document_index": self.document,
            "document_title": self.title,
            "start_page_number": self.page,
            "end_page_number": (self.final_page or self.page) + 1,
            "file_id": None,
        }


@dataclass(frozen=True, slots=True)
class Answer:
    """A text, streamed in the given pieces, or in bursts where there is only a text.

    ``cut_after`` and ``error_after`` end the stream after so many pieces: by a broken connection, or by an error frame.
    ``chunk_delay_s`` is waited before every piece. ``whole``: one JSON message instead, though a stream was
    asked for.
    """

    text: str = ""
    chunks: tuple[str, ...] = ()
    stop_reason: str | None = "end_turn"
    stop_details: dict[str, Any] | None = None
    first_token_delay_s: float = 0.0
    chunk_delay_s: float = 0.0
    cut_after: int | None = None
    error_after: int | None = None
    error_type: str = "overloaded_error"
    quirks: Quirks = frozenset()
    whole: bool = False
    cites: dict[int, tuple[Cite | WebCite, ...]] = field(default_factory=dict)
    """What the text block that ends with that piece rests on."""
    tools: dict[int, tuple[Tool, ...]] = field(default_factory=dict)
    """What is looked up before that piece; before the one after the final one: at the end."""
    tool_delay_s: float = 0.0
    """So long each takes."""
    unfinished_tool: bool = False
    """The final one has no result: an answer that pauses may end so."""

    @classmethod
    def citing(cls, *parts: str | Cite | WebCite | Tool, **more: Any) -> Self:  # noqa: ANN401 (a field's own type)
        """``Answer.citing("It ends in May", Cite(0, 12), ", I think.")``: a citation is about the text before it."""
        chunks: list[str] = []
        cites: dict[int, tuple[Cite | WebCite, ...]] = {}
        tools: dict[int, tuple[Tool, ...]] = {}
        for part in parts:
            if isinstance(part, str):
                chunks += bursts(part)
            elif isinstance(part, Search | Fetch):
                tools[len(chunks)] = (*tools.get(len(chunks), ()), part)
            else:
                cites[len(chunks) - 1] = (*cites.get(len(chunks) - 1, ()), part)
        return cls(chunks=tuple(chunks), cites=cites, tools=tools, **more)

    @property
    def every_tool(self) -> list[Tool]:
        return [tool for number in sorted(self.tools) for tool in self.tools[number]]

    @property
    def content(self) -> list[dict[str, Any]]:
        """The blocks that it consists of, texts each with what they rest on."""
        blocks: list[dict[str, Any]] = []
        text, uses = "", 0
        for number, piece in enumerate((*self.pieces, "")):
            if text and self.tools.get(number):
                blocks.append({"type": "text", "text": text})
                text = ""
            for tool in self.tools.get(number, ()):
                uses += 1
                blocks += [asking(tool, tool_id(uses)), finding(tool, tool_id(uses))]
            text += piece
            if cites := self.cites.get(number, ()):
                blocks.append({"type": "text", "text": text, "citations": [cite.json for cite in cites]})
                text = ""
        return [*blocks, {"type": "text", "text": text}] if text or not blocks else blocks

    @property
    def pieces(self) -> tuple[str, ...]:
        return self.chunks or tuple(bursts(self.text))


def tool_id(number: int) -> str:
    return f"srvtoolu_{number:08}"


@dataclass(frozen=True, slots=True)
class HttpError:
    """An HTTP answer that is no stream. A ``dict`` is sent as JSON, a ``str`` as HTML or what ``label`` says."""

    status: int
    body: dict[str, Any] | str = ""
    headers: dict[str, str] = field(default_factory=dict)
    label: str = ""

    @classmethod
    def api(cls, status: int, error_type: str, message: str = "", **headers: str) -> HttpError:
        """In the API's own shape; ``retry_after="5"`` becomes the header ``retry-after``."""
        body = {"type": "error", "error": error_object(error_type, message or error_type), "request_id": "req_scripted"}
        return cls(status, body, {name.replace("_", "-"): value for name, value in headers.items()})

    @classmethod
    def in_openais_shape(
        cls, status: int, message: str, *, error_type: str | None = None, code: str | int | None = None
    ) -> HttpError:
        """As routers and local servers word their own errors."""
        return cls(status, {"error": {"message": message, "type": error_type, "param": None, "code": code}})

    @property
    def content_type(self) -> str:
        return self.label or ("text/html" if isinstance(self.body, str) else "application/json")

    @property
    def content(self) -> bytes:
        return (self.body if isinstance(self.body, str) else json.dumps(self.body)).encode()


@dataclass(frozen=True, slots=True)
class RawAnswer:
    """Bytes put on the connection as they are, HTTP head included, one packet after the other; then it is closed.

    Without ``read_body`` they are sent as soon as the request's headers are in, and what follows is never read.
    """

    packets: tuple[bytes, ...]
    read_body: bool = True


def too_large_before_reading() -> RawAnswer:
    """What a proxy does with a body over its limit."""
    page = b"<html><head><title>413 Request Entity Too Large</title></head></html>"
    head = b"HTTP/1.1 413 Request Entity Too Large\r\nContent-Type: text/html\r\nConnection: close\r\n"
    return RawAnswer((head + b"Content-Length: %d\r\n\r\n" % len(page) + page,), read_body=False)


@dataclass(frozen=True, slots=True)
class Step:
    kind: str
    value: str
    done: asyncio.Future[None]


class HeldAnswer:
    """An answer whose every piece is written when its holder says so; each call returns once the bytes are out."""

    def __init__(self, quirks: Quirks = frozenset()) -> None:
        self.quirks = quirks
        self.asked = asyncio.Event()
        """Set when the request has come and the answer has begun, without a text so far."""
        self.hung_up = asyncio.Event()
        """Set when the asking side has gone away before the end."""
        self._steps: asyncio.Queue[Step] = asyncio.Queue()
        self.tools: list[Tool] = []

    async def write(self, text: str) -> None:
        await self._do("text", text)

    async def search(self, tool: Tool) -> None:
        """Ends the text block; the model asks, and waits for what is found."""
        self.tools.append(tool)
        await self._do("search", "")

    async def find(self) -> None:
        """What was asked for comes."""
        await self._do("find", "")

    async def cite(self, *cites: Cite | WebCite) -> None:
        """Ends the text block, which rests on them; what is written next is a new one."""
        await self._do("cite", json.dumps([cite.json for cite in cites]))

    async def finish(self, stop_reason: str = "end_turn") -> None:
        await self._do("finish", stop_reason)

    async def send(self, event: dict[str, Any]) -> None:
        """An event as it is; the answer goes on after it."""
        await self._do("event", json.dumps(event))

    async def error(self, error_type: str = "overloaded_error") -> None:
        await self._do("error", error_type)

    async def cut(self) -> None:
        await self._do("cut", "")

    async def _do(self, kind: str, value: str) -> None:
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._steps.put_nowait(Step(kind, value, done))
        await done

    async def next_step(self) -> Step:
        return await self._steps.get()


class Silence:
    """No answer at all: the request is read, and then not a byte comes until the asking side goes away."""

    def __init__(self) -> None:
        self.asked = asyncio.Event()
        self.hung_up = asyncio.Event()


Scripted = Answer | HeldAnswer | HttpError | RawAnswer | Silence

__all__ = [
    "Answer", "Cite", "Fetch", "Found", "HeldAnswer", "HttpError", "Quirk", "RawAnswer", "Scripted", "Search",
    "Silence", "WebCite", "too_large_before_reading",
]  # fmt: skip
