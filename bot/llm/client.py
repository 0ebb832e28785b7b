"""A conversation comes in, and the model's answer goes out as it is written.

I/O: one request to ``POST {api_url}/messages`` for each try. Implements ``ports.Model``.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing, suppress
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

import aiohttp
import httpx
from httpx_aiohttp import HttpxAiohttpClient

from bot.errors import AnswerCut, ModelError, ModelRequestInvalid, ModelUnavailable
from bot.llm import wire
from bot.llm.body import StreamedBody
from bot.llm.sse import StreamBroken, data_objects, is_event_stream
from bot.messages import Conversation, Finished, StreamEvent

BACKOFF_FIRST_S = 0.5
BACKOFF_MAX_S = 8.0
ERROR_BODY_BYTES_MAX = 64 * 1024
RESEND_BYTES_MAX = 1_000_000
"""A server may refuse a large body before it has read it, which shows only as a broken connection: sending it again
would break again. 1 MB is the smallest limit that proxies come with."""
CONNECTIONS_MAX = 1_000
"""How many answers may be under way is the inbox's decision; connections only have to be enough."""

LINK_ERRORS = (
    httpx.HTTPError,
    httpx.StreamError,
    httpx.InvalidURL,
    httpx.CookieConflict,
    # The transport lets pass what it has no httpx name for, such as a reply that is not HTTP.
    aiohttp.ClientError,
    StreamBroken,
    TimeoutError,
)
"""Everything that the libraries below raise when the link does not work."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to wait for the API, and how often to ask again.

    ``first_event_timeout_s`` bounds each silence until text begins (models think before they write), counted from the
    last byte of the request; ``idle_timeout_s`` bounds each silence after. At most ``retries_max`` further tries are
    made, only before the first text and only for errors that are ``retryable``; a ``retry-after`` longer than
    ``retry_after_max_s`` is left to people.
    """

    connect_timeout_s: float = 10.0
    first_event_timeout_s: float = 120.0
    idle_timeout_s: float = 60.0
    retries_max: int = 2
    retry_after_max_s: float = 30.0


class MessagesClient:
    """The link to the Messages API; usable for many streams at a time, within one event loop.

    ``vendor`` pins the router to one provider; empty leaves the choice to it. ``sleep`` and ``uniform`` are where
    waiting and chance come from.
    """

    def __init__(
        self,
        *,
        api_url: str,
        api_key: str,
        model: str,
        max_tokens: int,
        vendor: str = "anthropic",
        patience: Patience | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        uniform: Callable[[float, float], float] = random.uniform,
    ) -> None:
        self._url = f"{api_url.rstrip('/')}/messages"
        self._headers = wire.request_headers(api_key, vendor)
        self._model = model
        self._max_tokens = max_tokens
        self._patience = patience or Patience()
        self._sleep = sleep
        self._uniform = uniform
        # Silences are timed here, by events: the transport would count bytes, and from before the upload is done.
        self._http = HttpxAiohttpClient(
            timeout=httpx.Timeout(None, connect=self._patience.connect_timeout_s),
            limits=httpx.Limits(max_connections=CONNECTIONS_MAX),
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        await self._http.aclose()

    async def stream(self, conversation: Conversation) -> AsyncGenerator[StreamEvent, None]:
        """``TextDelta`` any number of times, then ``Finished``. Raises ``ModelError``.

        Closing or cancelling closes the connection at once, which also stops the model.
        """
        chunks = wire.request_chunks(conversation, model=self._model, max_tokens=self._max_tokens)
        for retries in range(self._patience.retries_max + 1):
            begun = False
            try:
                async with aclosing(self._try(chunks)) as events:
                    async for event in events:
                        begun = True
                        yield event
            except ModelError as error:
                wait_s = self._wait_s(error, retries)
                if begun or wait_s is None:
                    raise
            else:
                return
            await self._sleep(wait_s)

    def _wait_s(self, error: ModelError, retries: int) -> float | None:
        """Seconds until the next try, after so many; ``None`` where another is not allowed or of no use."""
        if not error.retryable or retries == self._patience.retries_max:
            return None
        if error.retry_after_s is not None:
            return error.retry_after_s if error.retry_after_s <= self._patience.retry_after_max_s else None
        return self._uniform(0, min(BACKOFF_MAX_S, BACKOFF_FIRST_S * 2.0**retries))

    async def _try(self, chunks: tuple[wire.Chunk, ...]) -> AsyncGenerator[StreamEvent, None]:
        body = StreamedBody(chunks)
        response: httpx.Response | None = None
        begun = False
        try:
            response = await self._send(body)
            if not is_event_stream(response):
                raise await self._refusal(response)
            answer = wire.AnswerReader()
            async with aclosing(data_objects(response)) as objects:
                while (data := await self._next(objects, begun)) is not None:
                    if (event := answer.read(data)) is None:
                        continue
                    begun = True
                    yield event
                    if isinstance(event, Finished):
                        return
            raise AnswerCut("stream ended before message_stop")
        except LINK_ERRORS as error:
            raise broken_link(error, body, begun=begun) from error
        finally:
            if response is not None:
                with suppress(*LINK_ERRORS):
                    await response.aclose()

    async def _send(self, body: StreamedBody) -> httpx.Response:
        headers = self._headers | {"content-length": str(body.length)}
        request = self._http.build_request("POST", self._url, headers=headers, content=body)
        now = asyncio.get_running_loop().time
        async with asyncio.timeout(self._patience.first_event_timeout_s) as deadline:
            body.on_chunk = lambda: deadline.reschedule(now() + self._patience.first_event_timeout_s)
            try:
                return await self._http.send(request, stream=True)
            finally:
                body.on_chunk = None

    async def _next(self, objects: AsyncGenerator[dict[str, Any], None], begun: bool) -> dict[str, Any] | None:
        async with asyncio.timeout(self._patience.idle_timeout_s if begun else self._patience.first_event_timeout_s):
            return await anext(objects, None)

    async def _refusal(self, response: httpx.Response) -> ModelError:
        body = bytearray()
        with suppress(*LINK_ERRORS):  # the status alone says most
            async with asyncio.timeout(self._patience.idle_timeout_s):
                async for chunk in response.aiter_bytes():
                    body += chunk
                    if len(body) > ERROR_BODY_BYTES_MAX:
                        break
        return wire.error_from_response(response.status_code, response.headers, bytes(body))


def broken_link(error: BaseException, body: StreamedBody, *, begun: bool) -> ModelError:
    """What a broken link means, by how far the exchange had come."""
    name = type(error).__name__
    if body.fault is not None:
        return ModelRequestInvalid(f"a file to send changed on disk: {body.fault}")
    if begun:
        return AnswerCut(name)
    unavailable = ModelUnavailable(f"{name} after {body.sent} of {body.length} bytes sent")
    unavailable.retryable = body.sent == body.length or body.length <= RESEND_BYTES_MAX
    return unavailable
