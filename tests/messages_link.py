"""What tests of the link to the Messages API share: a client set to a practice model, and short conversations."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

from bot.conversation import Conversation, Message, Role
from bot.llm.client import MessagesClient
from bot.llm.patience import Patience
from bot.messages import FileBytes, PdfBlock, TextBlock
from bot.stream_events import Finished, StreamEvent, TextDelta
from playground.practice_model.server import PracticeModel

KEY = "practice-key"
MODEL = "claude-sonnet-5-5"


class Waits:
    """Stands where a client sleeps: notes how long it would have waited."""

    def __init__(self) -> None:
        self.seconds: list[float] = []

    async def __call__(self, seconds: float) -> None:
        self.seconds.append(seconds)


def most(_low: float, high: float) -> float:
    return high


@asynccontextmanager
async def linked(server: PracticeModel, /, **settings: Any) -> AsyncIterator[MessagesClient]:
    given: dict[str, Any] = {"api_url": server.url, "api_key": KEY, "model": MODEL, "max_tokens": 8_000} | settings
    async with MessagesClient(**given) as client:
        yield client


Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def served_by(handler: Handler) -> AsyncIterator[str]:
    """A server of one's own that speaks no HTTP but what ``handler`` writes, one call a connection; gives its address.

    At the end connections are closed, and handlers that still run are waited for.
    """
    running: set[asyncio.Task[None]] = set()

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        running.add(task)
        try:
            with suppress(ConnectionError, asyncio.IncompleteReadError):
                await handler(reader, writer)
        finally:
            writer.close()
            running.discard(task)

    async with await asyncio.start_server(handle, "127.0.0.1", 0, limit=1 << 17) as server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"
    await asyncio.wait_for(asyncio.gather(*running), 10)


def once() -> Patience:
    return Patience(retries_max=0)


def asking(text: str = "What is this?") -> Conversation:
    return Conversation("Be brief.", (Message(Role.USER, (TextBlock(text),)),))


def asking_about(file: Path) -> Conversation:
    pdf = PdfBlock(file.name, FileBytes(file, file.stat().st_size), pages=1)
    return Conversation("", (Message(Role.USER, (pdf, TextBlock("What is this?"))),))


def text_of(events: list[StreamEvent]) -> str:
    return "".join(event.text for event in events if isinstance(event, TextDelta))


def ending_of(events: list[StreamEvent]) -> Finished:
    ending = events[-1]
    assert isinstance(ending, Finished)
    assert sum(isinstance(event, Finished) for event in events) == 1
    return ending
