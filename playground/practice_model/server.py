"""Serves the practice model: answers HTTP requests of the Messages API truthfully, or as scripted.

I/O: serves on 127.0.0.1, spools request bodies to temporary files. Knows nothing of the bot.
"""

from __future__ import annotations

import asyncio
import json
import tempfile
from collections import deque
from collections.abc import Awaitable, Callable, Collection
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import count
from types import TracebackType
from typing import IO, Any, Self

from aiohttp import web

from bot import limits
from playground.practice_model import grammar
from playground.practice_model.answer import cited_answer_to
from playground.practice_model.catalogue import MODELS
from playground.practice_model.delivery import Delivery, give_bytes
from playground.practice_model.faults import BadRequest, Refused
from playground.practice_model.prompt_cache import Counted, PromptCache
from playground.practice_model.received import Received
from playground.practice_model.request_rules import VERSIONS, see_request
from playground.practice_model.said import question_of
from playground.practice_model.script import Answer, HeldAnswer, HttpError, RawAnswer, Scripted, Silence
from playground.practice_model.swallowed import let_through
from playground.practice_model.web_answer import web_answer_to
from playground.practice_model.web_tools import used

READ_BYTES = 256 * 1024
IN_MEMORY_BYTES = 1_000_000
REQUESTS_KEPT = 1_000
_REQUEST_NUMBERS = count(1)
_REQUEST_ID: ContextVar[str] = ContextVar("request_id")


@dataclass(slots=True)
class ReceivedRequest:
    """One request as it came, refused ones included. In ``body`` every file's base64 is replaced by a summary of it.

    ``arrived_s`` is the event loop's time when its headers were in. ``seen`` is ``None`` where it was refused.
    """

    path: str
    headers: dict[str, str]
    arrived_s: float
    body_bytes: int = 0
    body: dict[str, Any] = field(default_factory=dict)
    seen: Received | None = None


class PracticeModel:
    """``async with PracticeModel() as model``: serves at ``model.url`` until left.

    ``token_rate_per_s`` paces truthful answers (``None``: as fast as they can be written), after
    ``first_token_delay_s``. ``strict_turns`` refuses turns that do not alternate, as some routers do and the real API
    does not. ``refuses`` is asked about each request that is sound; what it returns is how the model refuses it, as one
    that takes no images does. ``answers`` is asked where nothing is scripted; ``None``: truthfully. Scripted answers
    pace themselves. ``cache`` counts what prompt caching saves.
    """

    def __init__(
        self,
        *,
        port: int = 0,
        api_key: str = "practice-key",
        token_rate_per_s: float | None = 80.0,
        first_token_delay_s: float = 0.3,
        strict_turns: bool = True,
        refuses: Callable[[Received], HttpError | None] = lambda _: None,
        answers: Callable[[Received], Scripted | None] = lambda _: None,
        cache: PromptCache | None = None,
    ) -> None:
        self.api_key = api_key
        self.refuses = refuses
        self.answers = answers
        self.cache = cache or PromptCache()
        self.swallows: Collection[str] = ()
        """Fields and blocks that a router before it drops without a word."""
        self.counted: deque[Counted] = deque(maxlen=REQUESTS_KEPT)
        """The input tokens of each request that was answered."""
        self.requests: deque[ReceivedRequest] = deque(maxlen=REQUESTS_KEPT)
        self._port = port
        self._token_rate_per_s = token_rate_per_s
        self._first_token_delay_s = first_token_delay_s
        self._strict_turns = strict_turns
        self._script: deque[Scripted] = deque()
        self._count = 0
        self._arrived = asyncio.Condition()
        # One large request at a time is held in memory while its files are looked at.
        self._reading = asyncio.Lock()
        self._runner: web.AppRunner | None = None

    @property
    def url(self) -> str:
        """What MESSAGES_API_URL is set to."""
        return f"http://127.0.0.1:{self._port}/v1"

    def script(self, *answers: Scripted) -> None:
        """Queues what the next requests to ``/messages`` are answered with, one each; then truthful answers again."""
        self._script.extend(answers)

    async def wait_for_requests(self, number: int) -> None:
        """Until so many requests have been received whole since the start."""
        async with self._arrived:
            await self._arrived.wait_for(lambda: self._count >= number)

    async def __aenter__(self) -> Self:
        app = web.Application(middlewares=[_in_the_apis_shape])
        app.router.add_post("/v1/messages", self._messages)
        app.router.add_post("/v1/messages/count_tokens", self._count_tokens)
        app.router.add_get("/v1/models", self._models)
        app.router.add_get("/v1/models/{id}", self._model)
        self._runner = web.AppRunner(app, access_log=None, handler_cancellation=True, shutdown_timeout=0.5)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self._port)
        await site.start()
        self._port = self._runner.addresses[0][1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._runner is not None:
            await self._runner.cleanup()

    # --- endpoints -------------------------------------------------------------------------------------------------

    async def _messages(self, request: web.Request) -> web.StreamResponse:
        scripted = self._script.popleft() if self._script else None
        if isinstance(scripted, RawAnswer) and not scripted.read_body:
            await self._keep(_record(request))
            return await give_bytes(request, scripted)
        received = await self._take_in(request, counting=False)
        if refusal := self.refuses(received):
            if scripted is not None:
                self._script.appendleft(scripted)
            return await give_bytes(request, refusal)
        scripted = scripted or self.answers(received)
        if isinstance(scripted, HttpError | RawAnswer | Silence):
            return await give_bytes(request, scripted)
        counted = self.cache.count(received.model, received.segments, received.tokens)
        self.counted.append(counted)
        started = grammar.message(f"msg_{self._count:08}", received.model, grammar.usage(counted, 1))
        if isinstance(scripted, HeldAnswer):
            return await Delivery(request, _REQUEST_ID.get(), started).hold(scripted)
        delay_s = self._first_token_delay_s
        answer = scripted or web_answer_to(received, question_of(received))
        answer = answer or Answer.citing(*cited_answer_to(received), first_token_delay_s=delay_s)
        rate = None if scripted else self._token_rate_per_s
        if received.stream and not answer.whole:
            return await Delivery(request, _REQUEST_ID.get(), started, rate).give(_limited(answer, received))
        return web.json_response(_whole(started, _limited(answer, received)))

    async def _count_tokens(self, request: web.Request) -> web.StreamResponse:
        received = await self._take_in(request, counting=True)
        return web.json_response({"input_tokens": received.tokens})

    async def _models(self, request: web.Request) -> web.StreamResponse:
        self._authenticate(request)
        data = [model.info() for model in MODELS.values()]
        return web.json_response(
            {"data": data, "has_more": False, "first_id": data[0]["id"], "last_id": data[-1]["id"]}
        )

    async def _model(self, request: web.Request) -> web.StreamResponse:
        self._authenticate(request)
        name = request.match_info["id"]
        if name not in MODELS:
            raise Refused(404, "not_found_error", f"model: {name}")
        return web.json_response(MODELS[name].info())

    # --- taking in -------------------------------------------------------------------------------------------------

    def _authenticate(self, request: web.Request) -> str:
        """The API version asked for."""
        bearer = request.headers.get("authorization", "").removeprefix("Bearer ")
        given = request.headers.get("x-api-key") or bearer
        if given != self.api_key:
            raise Refused(401, "authentication_error", "invalid x-api-key")
        version = request.headers.get("anthropic-version")
        if version is None:
            raise BadRequest("anthropic-version: header is required")
        if version not in VERSIONS:
            raise BadRequest(f'anthropic-version: "{version}" is not a valid version')
        return version

    async def _take_in(self, request: web.Request, *, counting: bool) -> Received:
        record = _record(request)
        try:
            version = self._authenticate(request)
            if (request.content_length or 0) > limits.REQUEST_BYTES_MAX:
                raise _too_large()
            with tempfile.SpooledTemporaryFile(max_size=IN_MEMORY_BYTES) as spool:
                await self._spool(request, record, spool)
                betas = request.headers.get("anthropic-beta", "")
                shape = partial(see_request, version=version, strict_turns=self._strict_turns, betas=betas)
                see = partial(shape, counting=counting)
                async with self._reading:
                    record.body, seen = await asyncio.to_thread(_looked_at, spool, see, self.swallows)
            if isinstance(seen, Refused):
                raise seen
            record.seen = seen
            return seen
        finally:
            await self._keep(record)

    async def _keep(self, record: ReceivedRequest) -> None:
        async with self._arrived:
            self._count += 1
            self.requests.append(record)
            self._arrived.notify_all()

    async def _spool(self, request: web.Request, record: ReceivedRequest, spool: IO[bytes]) -> None:
        async for chunk in request.content.iter_chunked(READ_BYTES):
            record.body_bytes += len(chunk)
            if record.body_bytes > limits.REQUEST_BYTES_MAX:
                raise _too_large()
            spool.write(chunk)
        spool.seek(0)


def _looked_at(
    spool: IO[bytes], see: Callable[[object], Received], swallows: Collection[str]
) -> tuple[dict[str, Any], Received | Refused]:
    try:
        body = let_through(json.load(spool), swallows) if swallows else json.load(spool)
    except ValueError as error:
        return {}, BadRequest(f"The request body is not valid JSON: {error}")
    try:
        seen: Received | Refused = see(body)
    except Refused as refused:
        seen = refused
    return body if isinstance(body, dict) else {}, seen


def _limited(answer: Answer, received: Received) -> Answer:
    """Cut at ``max_tokens`` where the answer is longer."""
    chars_max = received.max_tokens * 4
    text = "".join(answer.pieces)
    if len(text) <= chars_max:
        return answer
    return replace(answer, text=text[:chars_max], chunks=(), cites={}, stop_reason="max_tokens")


def _whole(started: dict[str, Any], answer: Answer) -> dict[str, Any]:
    text = "".join(answer.pieces)
    return started | {
        "content": answer.content,
        "stop_reason": answer.stop_reason,
        "stop_details": answer.stop_details,
        "usage": started["usage"] | {"output_tokens": grammar.tokens_of(text)} | used(answer.every_tool),
    }


def _record(request: web.Request) -> ReceivedRequest:
    return ReceivedRequest(request.path, dict(request.headers), asyncio.get_running_loop().time())


def _too_large() -> Refused:
    return Refused(413, "request_too_large", "Request exceeds the maximum size")


@web.middleware
async def _in_the_apis_shape(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    request_id = f"req_{next(_REQUEST_NUMBERS):08}"
    _REQUEST_ID.set(request_id)
    try:
        return await handler(request)
    except web.HTTPException as error:
        refused = Refused(error.status, "not_found_error", f"{request.method} {request.path}: {error.reason}")
    except Refused as error:
        refused = error
    except ConnectionError:  # who asked has gone, in the moment before the handler would have been cancelled
        return web.Response(status=499)
    return web.json_response(refused.body(request_id), status=refused.status, headers={"request-id": request_id})
