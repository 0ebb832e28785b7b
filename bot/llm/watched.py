"""Wraps the link to the Messages API and remembers what it learns about the host.

I/O: the link's. Implements ``ports.Model``. It learns how many tokens the host counts for each estimated one, whether
it accepts prompt-cache markers and caches what they mark, and, once at the start and in the background, what the
endpoint says about the model.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import replace

from bot.conversation import Conversation
from bot.errors import ModelError
from bot.llm.client import MessagesClient
from bot.prompt.cache_watch import CacheWatch
from bot.prompt.window import Windows
from bot.stream_events import Finished, Lookup, StreamEvent, Usage
from bot.telemetry.logs import get_logger

log = get_logger(__name__)


class WatchedModel:
    def __init__(self, link: MessagesClient, windows: Windows, now_s: Callable[[], float]) -> None:
        self._link = link
        self._windows = windows
        self._now_s = now_s
        self._watch = CacheWatch()
        self._asking: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Asks the endpoint about the model; until it has answered, the table in ``limits`` is used."""
        self._asking = asyncio.create_task(self._ask())

    async def aclose(self) -> None:
        if self._asking is not None:
            self._asking.cancel()
            await asyncio.wait([self._asking])

    async def stream(
        self,
        conversation: Conversation,
        on_usage: Callable[[Usage], None] = lambda _: None,
        on_thinking: Callable[[bool], None] = lambda _: None,
    ) -> AsyncGenerator[StreamEvent, None]:
        """As in ``ports.Model``. If a host refuses markers, the request is repeated at once without them."""
        model = conversation.model or self._windows.model
        if not self._watch.is_on(model):
            conversation = replace(conversation, cache_markers=())
        begun = False
        while True:  # twice at most
            asked_s, looked_up = self._now_s(), bool(conversation.paused)
            try:
                async with aclosing(self._link.stream(conversation, on_usage, on_thinking)) as events:
                    async for event in events:
                        begun = True
                        looked_up = looked_up or isinstance(event, Lookup)
                        if isinstance(event, Finished) and not looked_up:  # else the API also counts what was found
                            self._learn(conversation, model, asked_s, event.usage)
                        yield event
            except ModelError as error:
                if begun or not conversation.cache_markers or not error.about_cache:
                    raise
                self._watch.refused(model)
                log.warning("cache.refused", model=model, detail=str(error))
            else:
                return
            conversation = replace(conversation, cache_markers=())

    def _learn(self, asked: Conversation, model: str, asked_s: float, usage: Usage) -> None:
        self._windows.counted(model, asked.tokens, usage.input + usage.cache_read + usage.cache_write)
        if asked.cache_markers and self._watch.counted(model, asked, asked_s, usage):
            log.warning("cache.not_kept", model=model)

    async def _ask(self) -> None:
        model = self._windows.model
        told = await self._link.describe(model)
        if told is None:
            log.info("model.not_described", model=model)
            return
        self._windows.described(told)
        log.info("model.described", model=model, window=told.window_tokens, answer=told.answer_tokens_max)
