"""Checks with one small request whether the Messages API answers with an address, a key and a model, and if not, why.

I/O: one ``POST {api_url}/messages`` for a few tokens, closed at the first event, which also stops the model; if the
model is unknown, ``GET {api_url}/models``, which may suggest one.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any

import httpx
from httpx_aiohttp import HttpxAiohttpClient

from bot.conversation import Conversation, Message, Role
from bot.errors import ModelBalanceEmpty, ModelError, ModelKeyInvalid, ModelNotFound
from bot.llm import error_responses
from bot.llm.answer_reader import AnswerReader
from bot.llm.client import ERROR_BODY_BYTES_MAX, LINK_ERRORS
from bot.llm.link_faults import link_fault
from bot.llm.request_json import request_chunks, request_headers
from bot.llm.sse import ObjectReader
from bot.loop_share import LoopRound
from bot.messages import TextBlock
from bot.telemetry.logs import get_logger

log = get_logger(__name__)

TIMEOUT_S = 30.0
ANSWER_TOKENS_MAX = 16
"""Some hosts refuse to answer with fewer."""
QUESTION = Conversation("", (Message(Role.USER, (TextBlock("Say OK."),)),), max_tokens=ANSWER_TOKENS_MAX)


@dataclass(frozen=True, slots=True)
class Answered:
    """``streams``: the answer arrives while it is written. ``date``: the server's clock, in its own format."""

    streams: bool
    date: str = field(repr=False)


class Refused(Exception):
    """The API refuses, and will do so until the settings change. ``str`` is the line for an operator."""


class Away(Exception):
    """Nobody answered, or not now, or it is unclear what is wrong. ``str`` is for the log."""


@dataclass(frozen=True, slots=True)
class Probe:
    """Each call makes one try. ``key_name``: the setting that holds the key."""

    api_url: str = field(repr=False)
    api_key: str = field(repr=False)
    vendor: str = field(repr=False)
    auth: str = field(repr=False)
    model: str
    key_name: str = field(default="YOUROUTER_API_KEY", repr=False)

    @property
    def host(self) -> str:
        return httpx.URL(self.api_url).netloc.decode("ascii", "replace")

    async def run(self) -> Answered:
        """Raises ``Refused`` or ``Away``."""
        headers = request_headers(self.api_key, self.vendor, self.auth)
        body = b"".join(
            chunk
            for chunk in request_chunks(QUESTION, model=self.model, max_tokens=ANSWER_TOKENS_MAX)
            if isinstance(chunk, bytes)
        )
        try:
            async with asyncio.timeout(TIMEOUT_S), HttpxAiohttpClient(timeout=httpx.Timeout(TIMEOUT_S)) as http:
                url = f"{self.api_url.rstrip('/')}/messages"
                async with http.stream("POST", url, headers=headers, content=body) as response:
                    return await self._judged(http, response)
        except LINK_ERRORS as error:
            raise Away(link_fault(error)) from error

    async def _judged(self, http: HttpxAiohttpClient, response: httpx.Response) -> Answered:
        if response.is_success:
            return await self._answered(response)
        body = await _head(response)
        if 300 <= response.status_code < 400 or response.status_code == 405 or _is_no_api(response.status_code, body):
            raise Refused(self._no_api(str(response.status_code)))
        error = error_responses.error_from_response(response.status_code, response.headers, body)
        raise await self._refusal(http, error, body)

    async def _answered(self, response: httpx.Response) -> Answered:
        answer = AnswerReader()
        async with aclosing(_objects_of(response)) as objects:
            async for event in objects:
                try:
                    answer.read(event)
                except ModelError as error:
                    raise await self._refusal(None, error, b"") from error
                if answer.understood:
                    return Answered(not answer.over, response.headers.get("date", ""))
        kind = error_responses.loggable(response.headers.get("content-type", "").partition(";")[0])
        if "html" in kind or "json" in kind:
            raise Refused(self._no_api(f"{response.status_code}, {kind}"))
        raise Away("an answer without a word")

    def _no_api(self, what: str) -> str:
        return (
            f"MESSAGES_API_URL: there is no Messages API at {self.api_url.rstrip('/')}/messages ({what}). "
            "Please check the address; it usually ends in /v1."
        )

    async def _refusal(self, http: HttpxAiohttpClient | None, error: ModelError, body: bytes) -> Exception:
        match error:
            case ModelBalanceEmpty():
                return Refused(
                    f"{self.key_name}: the balance of its account at {self.host} is used up ({error}). "
                    "Please top it up there."
                )
            case ModelKeyInvalid():
                return Refused(
                    f"{self.key_name}: {self.host} does not accept this key ({error}). Please copy it again from the "
                    "account there, or make a new one. A host that wants it as x-api-key needs MESSAGES_AUTH=x-api-key."
                )
            case ModelNotFound() if _names_the_model(body, self.model) or not body:
                near = await self._nearest(http)
                return Refused(
                    f"MESSAGES_MODEL: {self.host} does not know the model {self.model} ({error})."
                    + (f" The nearest that it knows is {near}." if near else " Please check which ones it has.")
                )
            case ModelNotFound():
                return Refused(self._no_api(str(error)))
        return Away(f"{type(error).__name__} {error}")

    async def _nearest(self, http: HttpxAiohttpClient | None) -> str:
        if http is None:
            return ""
        headers = request_headers(self.api_key, self.vendor, self.auth)
        try:
            async with http.stream("GET", f"{self.api_url.rstrip('/')}/models", headers=headers) as response:
                data = json.loads(await _head(response)).get("data", []) if response.is_success else []
                known = [str(one["id"]) for one in data if isinstance(one, dict) and "id" in one]
        except (*LINK_ERRORS, ValueError, AttributeError, TypeError, RecursionError):
            return ""
        return error_responses.loggable((get_close_matches(self.model, known, 1, 0.5) or [""])[0])


async def _objects_of(response: httpx.Response) -> AsyncGenerator[dict[str, Any], None]:
    """The JSON objects of a response, as they arrive."""
    reader, loop_round = ObjectReader(), LoopRound()
    async for chunk in response.aiter_bytes():
        await loop_round.find_time()
        for data in reader.feed(chunk):
            yield data
    for data in reader.close():
        yield data


async def _head(response: httpx.Response) -> bytes:
    body = bytearray()
    async for chunk in response.aiter_bytes():
        body += chunk
        if len(body) > ERROR_BODY_BYTES_MAX:
            break
    return bytes(body)


def _is_no_api(status: int, body: bytes) -> bool:
    """Whether it is a web page rather than an API. A server that is down also sends pages, with 429 or 5xx, but that is
    temporary."""
    return 400 <= status < 500 and status not in {401, 402, 408, 429} and body.lstrip()[:1] == b"<"


def _names_the_model(body: bytes, model: str) -> bool:
    text = body.decode("utf-8", "replace").lower()
    return model.lower() in text or "model" in text or "deployment" in text
