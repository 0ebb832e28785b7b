"""Works out what an error response means, whatever its shape.

Pure. Judged in this order, since wordings change and differ between servers: first names with only one meaning,
wherever they are (``error.details.error_code``, ``error.code``, ``error.type``); then the status, if it has only one
meaning; then the other names; and words only if all of these leave it open, as 400 and 500 do. Shapes: the API's own
(claude:en/api/errors), OpenAI's, flat ones, lists, events, plain text and web pages.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from typing import Any

from bot.errors import (
    ModelBalanceEmpty,
    ModelError,
    ModelKeyInvalid,
    ModelNotFound,
    ModelRateLimited,
    ModelRequestInvalid,
    ModelRequestTooLarge,
    ModelUnavailable,
)
from bot.llm import error_words as words
from bot.llm.media_bounds import bound_in
from bot.llm.sse import ObjectReader, StreamBroken

WORDS_CHARS_MAX = 4_000
"""How much of a message is examined; more would add nothing, and patterns are tried on it."""

_BLOCK_PATH = re.compile(r"\bmessages[.\[]+(\d+)\]?\.content[.\[]+(\d+)\b")
_NO_PARAM = ("", "None")
_CLASS = re.compile(r"(?:\w+\.)*([A-Z]\w+(?:Error|Exception))\b")
_FIELD = re.compile(r"[a-z_-]+(\.[a-z_0-9]+)*(?=: )")


def error_from_response(status: int, headers: Mapping[str, str], body: bytes) -> ModelError:
    """The error for an unsuccessful response. ``headers`` has lower-case names; ``body`` may be anything."""
    reader = ObjectReader()
    try:
        objects = [*reader.feed(body), *reader.close()]
    except StreamBroken:
        objects = []
    if objects:
        return error_from(status, headers, objects[0])
    text = body.decode("utf-8", "replace")
    return error_from(status, headers, {} if text.lstrip().startswith("<") else {"message": text})


def error_from(status: int, headers: Mapping[str, str], body: Mapping[str, Any]) -> ModelError:
    """``status`` 200: an error arrived in place of an answer, so only the body tells."""
    said = _Said.of(body)
    status = _status(status, said)
    detail = _detail(status, headers, body, said)
    error = _judged(_kind(status, said), said, detail)
    error.retry_after_s = _retry_after_s(headers)
    error.about_citations = isinstance(error, ModelRequestInvalid | ModelNotFound) and said.of_citations
    error.about_effort = any(words.ABOUT_EFFORT.search(text) for text in (said.message, *said.paths))
    error.about_web = isinstance(error, ModelRequestInvalid | ModelNotFound | ModelKeyInvalid) and said.of_tools
    error.about_cache = any(words.ABOUT_CACHE.search(text) for text in (said.message, *said.paths))
    should_retry = headers.get("x-should-retry", "").lower()
    if should_retry in {"true", "false"}:  # the API's own statement, as its SDKs use it
        error.retryable = should_retry == "true"
    return error


# --- what the body says --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Said:
    """An error's body, whatever its shape, as a few fields."""

    names: tuple[str, ...] = field(repr=False)
    """Codes and types, the most exact one first, as ``_plain`` has them."""
    number: int | None
    """A status inside the body."""
    message: str = field(repr=False)
    paths: tuple[str, ...] = field(repr=False)
    """Fields of the request that are named beside the message."""
    code: object
    """The exact name for the log, beside the type."""
    body: Mapping[str, Any] = field(repr=False)
    """The object that contains the message."""

    @classmethod
    def of(cls, body: Mapping[str, Any]) -> _Said:
        inner = body.get("error")
        error: Mapping[str, Any] = inner if isinstance(inner, dict) else body
        details = error["details"] if isinstance(error.get("details"), dict) else {}
        codes = [details.get("error_code"), *(error.get(key) for key in ("code", "type", "status", "reason", "__type"))]
        codes += [body.get("code"), body.get("reason")]
        numbers = [int(str(code)) for code in (*codes, body.get("status")) if re.fullmatch(r"[45]\d\d", str(code))]
        paths = details["paths"] if isinstance(details.get("paths"), list) else []
        given = inner if isinstance(inner, str) else error.get("message") or error.get("detail") or error.get("msg")
        message = _words(given)[:WORDS_CHARS_MAX]
        if found := _CLASS.match(message):  # LiteLLM begins its messages with the class of the error
            codes.append(found[1])
        return cls(
            names=tuple(_plain(code) for code in codes if isinstance(code, str)),
            number=numbers[0] if numbers else None,
            message=message,
            paths=tuple(
                path for path in (*paths, error.get("param")) if isinstance(path, str) and path not in _NO_PARAM
            ),
            code=details.get("error_code") or error.get("code"),
            body=error,
        )

    @property
    def field(self) -> str:
        """The field of the request that the message begins with; the rest may quote what people wrote."""
        found = _FIELD.match(self.message)
        return found[0] if found else ""

    @property
    def blocks(self) -> tuple[tuple[int, int], ...]:
        found = [match for text in (*self.paths, self.message) for match in _BLOCK_PATH.finditer(text)]
        return tuple(sorted({(int(match[1]), int(match[2])) for match in found}))

    @property
    def elsewhere(self) -> bool:
        """Whether it is not about a file but about another field of the request, or what people wrote."""
        if self.blocks or words.medium(self.message):
            return False
        named = self.field or any(not path.startswith("messages") for path in self.paths)
        return bool(named or words.NOT_ABOUT_FILES.search(self.message))

    @property
    def of_citations(self) -> bool:
        """Whether it names citations, or an unknown field without saying which."""
        texts = (self.message, *self.paths)
        if any("citation" in text.lower() for text in texts):
            return True
        return bool(words.UNKNOWN_FIELD.search(self.message)) and not (self.field or self.paths)

    @property
    def of_tools(self) -> bool:
        """Whether it names the API's own tools or a beta, or an unknown field without saying which."""
        if any(words.ABOUT_TOOLS.search(text) for text in (self.message, *self.paths)):
            return True
        return bool(words.UNKNOWN_FIELD.search(self.message)) and not (self.field or self.paths)


def _words(value: object, depth: int = 3) -> str:
    """The message; if a server sent an object or a list instead, the texts in that."""
    if isinstance(value, str):
        return value
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return " ".join(_words(item, depth - 1) for item in list(inner)[:20]).strip() if depth else ""


def _plain(name: str) -> str:
    """``litellm.RateLimitError``, ``com.amazon#ThrottlingException`` and ``RESOURCE_EXHAUSTED`` in one spelling."""
    bare = re.split(r"[.#/]", name[:200])[-1]
    snake = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", bare).lower().replace("-", "_").replace(" ", "_")
    return re.sub(r"_(error|exception)$", "", snake)


# --- what it means -------------------------------------------------------------------------------------------------


def _status(status: int, said: _Said) -> int:
    """A number in the body takes precedence over an ambiguous status."""
    if status in words.BY_STATUS or said.number is None:
        return status
    return said.number if status < 400 or said.number in words.BY_STATUS else status


def _kind(status: int, said: _Said) -> type[ModelError]:
    for name in said.names:
        if name in words.BY_NAME:
            return words.BY_NAME[name]
    by_type = next((words.BY_TYPE[name] for name in said.names if name in words.BY_TYPE), None)
    by_class = ModelRequestInvalid if 400 <= status < 500 else ModelUnavailable
    return _by_words(words.BY_STATUS.get(status) or by_type or by_class, said)


def _by_words(kind: type[ModelError], said: _Said) -> type[ModelError]:
    """What the words say if the rest leaves it open; and three responses that also have another meaning."""
    message = said.message
    if kind in (ModelRequestInvalid, ModelUnavailable):
        if bound_in(message):
            return ModelRequestTooLarge
        if said.blocks or words.NOT_TAKEN_AT_ALL.search(message) or words.NOT_READ.search(message):
            return ModelRequestInvalid
        return next((meant for meant, pattern in _meanings(said) if pattern.search(message)), kind)
    if kind in (ModelKeyInvalid, ModelRateLimited) and words.NO_BALANCE.search(message):
        return ModelBalanceEmpty
    if kind is ModelNotFound and words.NOT_TAKEN_AT_ALL.search(message):
        return ModelRequestInvalid
    return kind


def _meanings(said: _Said) -> Iterator[tuple[type[ModelError], re.Pattern[str]]]:
    if said.field != "max_tokens":  # then it is the requested answer that is too long
        yield ModelRequestTooLarge, words.TOO_LONG
    yield ModelBalanceEmpty, words.NO_BALANCE
    yield ModelNotFound, words.NO_MODEL
    yield ModelKeyInvalid, words.WRONG_KEY


def _judged(kind: type[ModelError], said: _Said, detail: str) -> ModelError:
    if kind is ModelRequestTooLarge:
        return ModelRequestTooLarge(detail, fits=_fits(said), media=bound_in(said.message))
    if kind is not ModelRequestInvalid:
        return kind(detail)
    return ModelRequestInvalid(
        detail,
        refused_blocks=said.blocks,
        medium=words.medium(said.message),
        medium_not_taken=bool(words.NOT_TAKEN_AT_ALL.search(said.message)),
        about_files=not said.elsewhere,
    )


def _fits(said: _Said) -> float | None:
    """The share of the request that would fit, if both figures are given: the largest and the next smaller one."""
    written = re.findall(r"(?<![\w.-])\d{3,9}(?![\w-])", re.sub(r"(?<=\d),(?=\d{3})", "", said.message))
    given = [figure for figure in (said.body.get("n_prompt_tokens"), said.body.get("n_ctx")) if type(figure) is int]
    figures = sorted({*map(int, written), *given} - {0})
    return figures[-2] / figures[-1] if len(figures) > 1 else None


# --- what is said of it --------------------------------------------------------------------------------------------


def _detail(status: int, headers: Mapping[str, str], body: Mapping[str, Any], said: _Said) -> str:
    """For the log. Never includes the message, which may quote what people wrote."""
    content_type = "" if said.names or said.number else headers.get("content-type", "").partition(";")[0]
    request_id = body.get("request_id") or headers.get("request-id") or headers.get("x-request-id")
    named = said.body.get("type"), said.code
    return " ".join(loggable(word) for word in (status, *named, content_type, said.field, request_id) if word)


def loggable(value: object) -> str:
    """Makes anything that a server sent safe to log: short, one line, plain characters. Several words are not a
    code."""
    if len(str(value).split()) > 1:
        return "(words)"
    return re.sub(r"[^\w./:-]+", "_", str(value), flags=re.ASCII)[:80]


def _retry_after_s(headers: Mapping[str, str]) -> float | None:
    """Seconds, or a date relative to the server's own; the API's milliseconds take precedence."""
    for name, unit_s in (("retry-after-ms", 0.001), ("retry-after", 1.0)):
        if re.fullmatch(r"\d{1,9}(\.\d{1,9})?", value := headers.get(name, "")):
            return float(value) * unit_s
    try:
        wait = parsedate_to_datetime(headers.get("retry-after", "")) - parsedate_to_datetime(headers.get("date", ""))
    except (ValueError, TypeError):
        return None
    return max(0.0, wait.total_seconds())
