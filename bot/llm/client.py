"""Sends a conversation to the Messages API, and yields the model's answer as it is written.

I/O: one request to ``POST {api_url}/messages`` for each try; ``GET {api_url}/models/{id}``. Implements ``ports.Model``.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing, suppress
from dataclasses import replace
from types import TracebackType
from typing import Self, cast
from urllib.parse import quote

import aiohttp
import aiohttp.http_exceptions
import httpx
from httpx_aiohttp import HttpxAiohttpClient

from bot.conversation import Conversation, Web
from bot.errors import AnswerCut, ModelError, ModelRequestInvalid, ModelSilent, ModelUnavailable
from bot.limits import answer_tokens_max
from bot.llm import error_responses, server_tools
from bot.llm.answer_reader import AnswerReader
from bot.llm.body import StreamedBody
from bot.llm.efforts import Efforts
from bot.llm.link_faults import link_fault
from bot.llm.model_info import model_limits
from bot.llm.patience import Deadline, Patience
from bot.llm.request_json import Chunk, request_chunks, request_headers
from bot.llm.response import Callbacks, ResponseReader
from bot.llm.sse import StreamBroken
from bot.llm.waits import Waits
from bot.loop_share import LoopRound
from bot.prompt.window import ModelLimits
from bot.stream_events import AnswerDelta, StreamEvent, Usage
from bot.telemetry.logs import get_logger

log = get_logger(__name__)

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
    # The transport lets through what httpx has no name for, such as a reply that is not HTTP.
    aiohttp.ClientError,
    aiohttp.http_exceptions.HttpProcessingError,
    OSError,  # of the socket; a time-out of ours is one, too
    StreamBroken,
)
"""Everything that the libraries below raise when the link does not work."""


class MessagesClient:
    """The link to the Messages API; usable for many streams at a time, within one event loop.

    ``vendor`` pins the router to one provider; empty leaves the choice to it. ``auth``: how the key is sent.
    ``sleep`` and ``uniform`` are where waiting and chance come from.
    """

    def __init__(  # noqa: PLR0913 - each a knob of its own, named by its caller
        self,
        *,
        api_url: str,
        api_key: str,
        model: str,
        max_tokens: int,
        vendor: str = "anthropic",
        auth: str = "bearer",
        patience: Patience | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        uniform: Callable[[float, float], float] = random.uniform,
    ) -> None:
        self._url = f"{api_url.rstrip('/')}/messages"
        self._models_url = f"{api_url.rstrip('/')}/models"
        self._headers = request_headers(api_key, vendor, auth)
        self._get_headers = {
            name: value for name, value in self._headers.items() if name not in ("content-type", "accept")
        }
        self._model = model
        self._max_tokens = max_tokens
        self._answer_tokens_max: dict[str, int] = {}
        """As the endpoint says, by model."""
        self._patience = patience or Patience()
        self._efforts = Efforts()
        self._sleep = sleep
        self._round = LoopRound()
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

    def stream(
        self,
        conversation: Conversation,
        on_usage: Callable[[Usage], None] = lambda _: None,
        on_thinking: Callable[[bool], None] = lambda _: None,
    ) -> AsyncGenerator[StreamEvent, None]:
        """``TextDelta`` any number of times, then ``Finished``. Raises ``ModelError``. ``on_…`` as in ``ports``.

        Closing or cancelling closes the connection at once, which also stops the model.
        """
        callbacks = Callbacks(on_usage, on_thinking)
        effort = self._efforts.wanted(conversation.model or self._model, conversation.effort)
        conversation = replace(conversation, effort=effort)
        return self._with_effort(conversation, callbacks) if effort else self._tries(conversation, callbacks)

    async def _with_effort(self, conversation: Conversation, callbacks: Callbacks) -> AsyncGenerator[StreamEvent, None]:
        """An effort that the host refuses is not asked for: the request is sent again without."""
        model, effort, begun = conversation.model or self._model, conversation.effort, False
        try:
            async with aclosing(self._tries(conversation, callbacks)) as events:
                async for event in events:
                    begun = True
                    yield event
        except ModelError as error:
            if begun or not self._efforts.suspected(model, effort, error):
                raise
            refused = str(error)
        else:
            self._efforts.learned(model, taken=True)
            return
        async with aclosing(self._tries(replace(conversation, effort=""), callbacks)) as events:
            async for event in events:
                if refused:
                    log.warning("model.effort_refused", model=model, effort=effort, detail=refused)
                    self._efforts.learned(model, taken=False)
                    refused = ""
                yield event

    async def _tries(self, conversation: Conversation, callbacks: Callbacks) -> AsyncGenerator[StreamEvent, None]:
        chunks = request_chunks(conversation, model=self._model, max_tokens=self._max_tokens_for(conversation))
        web = conversation.web
        deadline = Deadline(self._patience, _now_s())
        earlier: ModelError | None = None
        for retries in range(self._patience.retries_max + 1):
            begun = False
            try:
                async with aclosing(self._try(chunks, web, deadline, callbacks)) as events:
                    async for event in events:
                        begun = begun or isinstance(event, AnswerDelta)
                        yield event
            except ModelError as error:
                if earlier is not None and isinstance(error, ModelSilent):  # cut short, the last try says nothing
                    raise earlier from error
                earlier, pause_s = error, self._patience.pause_s(error, retries, self._uniform)
                if begun or pause_s is None or _now_s() + pause_s >= deadline.ends_s:
                    raise
                log.info("model.tried_again", error=type(error).__name__, detail=str(error), pause_s=round(pause_s, 1))
            else:
                return
            await self._sleep(pause_s)

    def _max_tokens_for(self, conversation: Conversation) -> int:
        """What is set, and no more than the model gives: the API refuses that."""
        model = conversation.model or self._model
        return min(self._max_tokens, self._answer_tokens_max.get(model) or answer_tokens_max(model))

    async def describe(self, model: str) -> ModelLimits | None:
        """What the endpoint says of a model; ``None`` where it says nothing that can be understood. Never raises."""
        try:
            async with asyncio.timeout(self._patience.idle_timeout_s):
                request = self._http.build_request(
                    "GET", f"{self._models_url}/{quote(model)}", headers=self._get_headers
                )
                async with aclosing(await self._http.send(request, stream=True)) as response:
                    if not response.is_success:
                        return None
                    body = bytearray()
                    async for chunk in response.aiter_bytes():
                        body += chunk
                        if len(body) > ERROR_BODY_BYTES_MAX:
                            return None
        except LINK_ERRORS:
            return None
        told = model_limits(bytes(body))
        if told and told.answer_tokens_max:
            self._answer_tokens_max[model] = told.answer_tokens_max
        return told

    async def _try(
        self, chunks: tuple[Chunk, ...], web: Web | None, deadline: Deadline, callbacks: Callbacks
    ) -> AsyncGenerator[StreamEvent, None]:
        body, answer = StreamedBody(chunks), AnswerReader(server_tools.WebReader(keeps=web is not None))
        reader, waits = ResponseReader(answer, deadline, callbacks), Waits(deadline)
        response: httpx.Response | None = None
        headers: httpx.Headers = httpx.Headers()
        try:
            response = await self._send(body, server_tools.headers(web), deadline)
            headers = response.headers
            if not response.is_success:
                raise await self._error_of(response)
            async with aclosing(_bytes_of(response)) as came:
                more = True
                while more and not answer.over:
                    chunk = await waits.for_(anext(came, b""))
                    await self._round.find_time()
                    for event in reader.read(chunk, _now_s()):
                        yield event
                    more = bool(chunk)
        except LINK_ERRORS as error:
            if not answer.ended:
                raise broken_link(error, body, begun=reader.begun) from error
        finally:
            waits.close()
            body.release()
            if response is not None:
                with suppress(*LINK_ERRORS):
                    await response.aclose()
        if not answer.ended:
            raise answer.unfinished(headers)
        yield answer.finished()

    async def _send(self, body: StreamedBody, betas: dict[str, str], deadline: Deadline) -> httpx.Response:
        headers = self._headers | betas | {"content-length": str(body.length)}
        request = self._http.build_request("POST", self._url, headers=headers, content=body)
        deadline.sending(_now_s())
        async with asyncio.timeout_at(deadline.ends_s) as timeout:

            def goes_on() -> None:
                deadline.sent(_now_s())
                prolong(timeout, deadline.ends_s)

            body.on_chunk = goes_on
            try:
                return await self._http.send(request, stream=True)
            finally:
                body.on_chunk = None

    async def _error_of(self, response: httpx.Response) -> ModelError:
        body = bytearray()
        with suppress(*LINK_ERRORS):  # the status alone says most
            async with asyncio.timeout(self._patience.idle_timeout_s):
                async for chunk in response.aiter_bytes():
                    body += chunk
                    if len(body) > ERROR_BODY_BYTES_MAX:
                        break
        return error_responses.error_from_response(response.status_code, response.headers, bytes(body))


def _bytes_of(response: httpx.Response) -> AsyncGenerator[bytes, None]:
    """As they come. httpx decompresses what a server compressed although nobody asked it to."""
    plain = "content-encoding" not in response.headers
    return cast("AsyncGenerator[bytes, None]", response.aiter_raw() if plain else response.aiter_bytes())


def prolong(timeout: asyncio.Timeout, ends_s: float) -> None:
    """Unless it has expired: the connection asks for more from a task of its own, even while ours gives up."""
    if not timeout.expired():
        timeout.reschedule(ends_s)


def _now_s() -> float:
    return asyncio.get_running_loop().time()


def broken_link(error: BaseException, body: StreamedBody, *, begun: bool) -> ModelError:
    """What a broken link means, by how far the exchange had come. A bare ``TimeoutError`` is the end of our patience:
    the libraries have names of their own for theirs."""
    name = link_fault(error)
    if body.fault is not None:
        return ModelRequestInvalid(f"a file to send changed on disk: {body.fault}", about_files=False)
    if begun:
        return AnswerCut(name)
    detail = f"{name} after {body.sent} of {body.length} bytes sent"
    if type(error) is TimeoutError:
        return ModelSilent(detail)
    unavailable = ModelUnavailable(detail)
    unavailable.retryable = body.sent == body.length or body.length <= RESEND_BYTES_MAX
    return unavailable
