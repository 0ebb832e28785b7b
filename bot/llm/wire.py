"""A conversation comes in, the request's JSON goes out; the API's events and refusals come in, our values go out.

Pure. The only module that spells the Messages API's keys (version 2023-06-01). Only fields that every host of the
format takes are sent: no sampling parameters, no ``thinking``, no betas.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from email.utils import parsedate_to_datetime
from typing import Any

from bot.errors import (
    AnswerCut,
    ModelBalanceEmpty,
    ModelError,
    ModelKeyInvalid,
    ModelNotFound,
    ModelOverloaded,
    ModelRateLimited,
    ModelRequestInvalid,
    ModelRequestTooLarge,
    ModelUnavailable,
)
from bot.messages import (
    ContentBlock,
    Conversation,
    FileBytes,
    Finished,
    ImageBlock,
    Message,
    PdfBlock,
    StopReason,
    StreamEvent,
    TextBlock,
    TextDelta,
    Usage,
)

API_VERSION = "2023-06-01"
TITLE_CHARS_MAX = 500
"""``title`` of a document block, as the API's schema has it."""

# --- the request ---------------------------------------------------------------------------------------------------

Chunk = bytes | FileBytes
"""A piece of the request's JSON; ``FileBytes`` stands for the base64 of its bytes."""


def request_headers(api_key: str, vendor: str) -> dict[str, str]:
    """``vendor`` pins the router to one provider; empty sends no such header. ``identity``: no one holds back bytes."""
    headers = {
        "authorization": f"Bearer {api_key}",
        "anthropic-version": API_VERSION,
        "content-type": "application/json",
        "accept": "text/event-stream",
        "accept-encoding": "identity",
    }
    return headers | {"vendor": vendor} if vendor else headers


def request_chunks(conversation: Conversation, *, model: str, max_tokens: int) -> tuple[Chunk, ...]:
    """The JSON of a streaming request, in order; no two ``bytes`` follow each other."""
    head: dict[str, Any] = {"model": model, "max_tokens": max_tokens, "stream": True}
    if conversation.system.strip():
        head["system"] = conversation.system
    return tuple(_joined(_pieces(_json(head), conversation.messages)))


def _pieces(head: bytes, messages: tuple[Message, ...]) -> Iterator[Chunk]:
    yield head[:-1] + b',"messages":['
    for number, message in enumerate(messages):
        yield b"," * (number > 0) + b'{"role":' + _json(message.role.value) + b',"content":['
        for position, block in enumerate(message.content):
            yield b"," * (position > 0)
            yield from _block(block)
        yield b"]}"
    yield b"]}"


def _block(block: ContentBlock) -> Iterator[Chunk]:
    match block:
        case TextBlock(text=text):
            yield _json({"type": "text", "text": text})
        case ImageBlock(media_type=media_type, data=data):
            yield from _around(data, {"type": "image", "source": _source(media_type)})
        case PdfBlock(title=title, data=data):
            named = {"title": title[:TITLE_CHARS_MAX]} if title.strip() else {}
            yield from _around(data, {"type": "document", **named, "source": _source("application/pdf")})


def _source(media_type: str) -> dict[str, str]:
    return {"type": "base64", "media_type": media_type, "data": ""}


def _around(data: FileBytes, block: dict[str, Any]) -> Iterator[Chunk]:
    """The block's JSON with the bytes in place of its last value, which is the empty ``data``."""
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
    """Half of a surrogate pair, which UTF-8 cannot hold and the API refuses, becomes a question mark."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


# --- the stream ----------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class AnswerReader:
    """The data objects of one stream, in order, become the answer. What it does not know, it passes over.

    Hosts of this format repeat ``message_start``, leave gaps in ``index``, omit ``usage`` and add events: none of that
    matters here. Source: claude:en/build-with-claude/streaming; deviations seen at several routers.
    """

    usage: Usage = field(default_factory=Usage)
    stop_reason: str | None = None

    def read(self, event: Mapping[str, Any]) -> StreamEvent | None:
        """Raises ``ModelError`` for an error frame, and ``AnswerCut`` for an end without a reason to stop."""
        match event:
            case {"type": "content_block_delta", "delta": {"type": "text_delta", "text": str(text)}} if text:
                return TextDelta(text)
            case {"type": "content_block_start", "content_block": {"type": "text", "text": str(text)}} if text:
                return TextDelta(text)
            case {"type": "message_start", "message": {"usage": dict(usage)}}:
                self._count(usage)
            case {"type": "message_delta"}:
                self._end(event)
            case {"type": "message_stop"}:
                return self._finished()
            case {"type": "error"} | {"error": {}}:
                raise error_from(200, {}, event)
        return None

    def _end(self, event: Mapping[str, Any]) -> None:
        match event:
            case {"delta": {"stop_reason": str(reason)}}:
                self.stop_reason = reason
        match event:
            case {"usage": dict(usage)}:
                self._count(usage)

    def _count(self, usage: Mapping[str, Any]) -> None:
        """Figures are cumulative; the last one that is there counts."""
        for name, key in _USAGE_KEYS.items():
            if isinstance(count := usage.get(key), int):
                self.usage = replace(self.usage, **{name: count})

    def _finished(self) -> Finished:
        if self.stop_reason not in set(StopReason):
            raise AnswerCut(f"stop_reason {_word(self.stop_reason)}")
        return Finished(StopReason(self.stop_reason), self.usage)


_USAGE_KEYS = {
    "input": "input_tokens",
    "output": "output_tokens",
    "cache_read": "cache_read_input_tokens",
    "cache_write": "cache_creation_input_tokens",
}

# --- refusals ------------------------------------------------------------------------------------------------------

_BY_STATUS: dict[int, type[ModelError]] = {
    401: ModelKeyInvalid,
    402: ModelBalanceEmpty,
    403: ModelKeyInvalid,
    404: ModelNotFound,
    408: ModelUnavailable,
    409: ModelUnavailable,
    413: ModelRequestTooLarge,
    429: ModelRateLimited,
    529: ModelOverloaded,
}
_BY_TYPE: dict[str, type[ModelError]] = {
    "authentication_error": ModelKeyInvalid,
    "permission_error": ModelKeyInvalid,
    "billing_error": ModelBalanceEmpty,
    "not_found_error": ModelNotFound,
    "request_too_large": ModelRequestTooLarge,
    "invalid_request_error": ModelRequestInvalid,
    "rate_limit_error": ModelRateLimited,
    "overloaded_error": ModelOverloaded,
    "api_error": ModelUnavailable,
    "timeout_error": ModelUnavailable,
}
_TOO_LONG_CODES = {"prompt_too_long", "context_length_exceeded", "request_too_large"}
_TOO_LONG = re.compile(r"prompt is too long|exceed\w* (the )?(maximum )?context|context window", re.IGNORECASE)
_BLOCK_PATH = re.compile(r"\bmessages\.(\d+)\.content\.(\d+)\b")


def error_from_response(status: int, headers: Mapping[str, str], body: bytes) -> ModelError:
    """The error for an answer that is no stream. ``headers`` has lower-case names; ``body`` may be anything."""
    try:
        parsed = json.loads(body)
    except (ValueError, RecursionError):
        parsed = None
    return error_from(status, headers, parsed if isinstance(parsed, dict) else {})


def error_from(status: int, headers: Mapping[str, str], body: Mapping[str, Any]) -> ModelError:
    """Decided by status, then ``error.type``; OpenAI's shape and routers' numeric ``code`` are understood too."""
    error = body.get("error")
    error = error if isinstance(error, dict) else {"message": error}
    details = error["details"] if isinstance(error.get("details"), dict) else {}
    if status == 200 and isinstance(error.get("code"), int):
        status = error["code"]
    code = details.get("error_code") or error.get("code")
    message = error.get("message") if isinstance(error.get("message"), str) else ""
    request_id = body.get("request_id") or headers.get("request-id") or headers.get("x-request-id")
    content_type = "" if body else headers.get("content-type", "").partition(";")[0]
    words = (str(status), error.get("type"), code, content_type, _named_part(str(message)), request_id)
    detail = " ".join(_word(word) for word in words if word)
    kind = _kind(status, error.get("type"))
    if kind is ModelRequestInvalid and (code in _TOO_LONG_CODES or _TOO_LONG.search(str(message))):
        # The API gives an over-long prompt the same status and type as any other bad request.
        kind = ModelRequestTooLarge
    if kind is ModelRequestInvalid:
        return ModelRequestInvalid(detail, refused_blocks=_refused_blocks(str(message), details.get("paths")))
    return kind(detail, retry_after_s=_retry_after_s(headers))


def _kind(status: int, error_type: object) -> type[ModelError]:
    if status in _BY_STATUS:
        return _BY_STATUS[status]
    if isinstance(error_type, str) and error_type in _BY_TYPE:
        return _BY_TYPE[error_type]
    return ModelRequestInvalid if 400 <= status < 500 else ModelUnavailable


def _refused_blocks(message: str, paths: object) -> tuple[tuple[int, int], ...]:
    named = [path for path in paths if isinstance(path, str)] if isinstance(paths, list) else []
    found = [match for text in (*named, message) for match in _BLOCK_PATH.finditer(text)]
    return tuple(sorted({(int(match[1]), int(match[2])) for match in found}))


def _named_part(message: str) -> str:
    """Which field an API message is about; the rest of the message may quote what people wrote."""
    field = re.match(r"[a-z_]+(\.[a-z_0-9]+)*(?=: )", message)
    return field[0] if field else ""


def _word(value: object) -> str:
    """Safe to log whatever a server put there: short, one line, plain characters."""
    return re.sub(r"[^\w./:-]+", "_", str(value), flags=re.ASCII)[:80]


def _retry_after_s(headers: Mapping[str, str]) -> float | None:
    """Seconds, or a date counted from the server's own."""
    value = headers.get("retry-after", "")
    if re.fullmatch(r"\d{1,9}(\.\d{1,9})?", value):
        return float(value)
    try:
        wait = parsedate_to_datetime(value) - parsedate_to_datetime(headers.get("date", ""))
    except (ValueError, TypeError):
        return None
    return max(0.0, wait.total_seconds())
