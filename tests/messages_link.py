"""What tests of the link to the Messages API share: a client set to a practice model, and short conversations."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from bot.llm.client import MessagesClient
from bot.llm.patience import Patience
from bot.messages import Conversation, FileBytes, Finished, Message, PdfBlock, Role, StreamEvent, TextBlock, TextDelta
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
