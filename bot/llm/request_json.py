"""Writes a conversation as the JSON of a request.

Pure. Knows the Messages API's keys (version 2023-06-01); those of the API's own tools are in ``server_tools``. Sends
only fields that every host of the format accepts: no sampling parameters.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from bot.conversation import CacheMarker, Conversation
from bot.llm import server_tools
from bot.messages import ContentBlock, FileBytes, ImageBlock, PdfBlock, TextBlock

API_VERSION = "2023-06-01"
TITLE_CHARS_MAX = 500
"""The longest ``title`` of a document block, by the API's schema."""

Chunk = bytes | FileBytes
"""A piece of the request's JSON; ``FileBytes`` stands for the base64 of its bytes."""


def request_headers(api_key: str, vendor: str, auth: str = "bearer") -> dict[str, str]:
    """``vendor`` pins the router to one provider; empty sends no such header. ``auth``: how the key is sent, "bearer"
    or "x-api-key". ``identity``: nobody may buffer by compressing."""
    headers = {
        **({"x-api-key": api_key} if auth == "x-api-key" else {"authorization": f"Bearer {api_key}"}),
        "anthropic-version": API_VERSION,
        "content-type": "application/json",
        "accept": "text/event-stream",
        "accept-encoding": "identity",
    }
    return headers | {"vendor": vendor} if vendor else headers


def request_chunks(conversation: Conversation, *, model: str, max_tokens: int) -> tuple[Chunk, ...]:
    """The JSON of a streaming request, in order, without two adjacent ``bytes``. ``model``: unless the conversation
    names one."""
    max_tokens = min(max_tokens, conversation.max_tokens or max_tokens)
    head: dict[str, Any] = {"model": conversation.model or model, "max_tokens": max_tokens, "stream": True}
    if conversation.web is not None:
        head["tools"] = server_tools.tools(conversation.web)
    if conversation.effort:
        head["output_config"] = {"effort": conversation.effort}
    marks = {marker.end: _mark(marker) for marker in conversation.cache_markers}
    if conversation.system.strip():
        block = {"type": "text", "text": conversation.system}
        head["system"] = [block | marks[None]] if None in marks else conversation.system
    return tuple(_joined(_pieces(_json(head), conversation, marks)))


def _mark(marker: CacheMarker) -> dict[str, Any]:
    return {"cache_control": {"type": "ephemeral", "ttl": marker.ttl.value}}


def _pieces(
    head: bytes, conversation: Conversation, marks: Mapping[tuple[int, int] | None, dict[str, Any]]
) -> Iterator[Chunk]:
    cited: dict[str, Any] = {"citations": {"enabled": True}} if conversation.citations else {}
    yield head[:-1] + b',"messages":['
    for number, message in enumerate(conversation.messages):
        yield b"," * (number > 0) + b'{"role":' + _json(message.role.value) + b',"content":['
        for position, block in enumerate(message.content):
            yield b"," * (position > 0)
            yield from _block(block, marks.get((number, position), {}), cited)
        yield b"]}"
    if conversation.paused:
        yield b',{"role":"assistant","content":[' + b",".join(conversation.paused) + b"]}"
    yield b"]}"


def _block(block: ContentBlock, mark: dict[str, Any], cited: dict[str, Any]) -> Iterator[Chunk]:
    match block:
        case TextBlock(text=text):
            yield _json({"type": "text", "text": text, **mark})
        case ImageBlock(media_type=media_type, data=data):
            yield from _around(data, {"type": "image", **mark, "source": _source(media_type)})
        case PdfBlock(title=title, data=data):
            named = {"title": title[:TITLE_CHARS_MAX]} if title.strip() else {}
            yield from _around(
                data, {"type": "document", **named, **cited, **mark, "source": _source("application/pdf")}
            )


def _source(media_type: str) -> dict[str, str]:
    return {"type": "base64", "media_type": media_type, "data": ""}


def _around(data: FileBytes, block: dict[str, Any]) -> Iterator[Chunk]:
    """The block's JSON with the bytes in place of its last value, the empty ``data``."""
    text = _json(block)
    cut = len(text) - len(b'"}}')
    yield text[:cut]
    yield data
    yield text[cut:]


def _joined(pieces: Iterator[Chunk]) -> Iterator[Chunk]:
    waiting: list[bytes] = []
    for piece in pieces:
        if isinstance(piece, bytes):
            waiting.append(piece)
        else:
            yield b"".join(waiting)
            waiting.clear()
            yield piece
    yield b"".join(waiting)


def _json(value: object) -> bytes:
    """Half of a surrogate pair, which UTF-8 cannot encode and the API refuses, becomes a question mark."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
