"""What the bot logs while a test runs."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from bot.telemetry import logs


class Lines(logging.Handler):
    """The lines of the bot's log, in order."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[dict[str, Any]] = []

    def emit(self, record: logging.LogRecord) -> None:
        if isinstance(record.msg, dict):
            self.lines.append(record.msg)

    async def until(self, event: str, count: int = 1) -> None:
        async with asyncio.timeout(20):
            while self.count(event) < count:  # noqa: ASYNC110 - a log tells nobody
                await asyncio.sleep(0.005)

    def count(self, event: str) -> int:
        return sum(line["event"] == event for line in self.lines)


@contextmanager
def logged() -> Iterator[Lines]:
    logs.set_up("INFO", "json")
    lines = Lines()
    logging.getLogger("bot").addHandler(lines)
    try:
        yield lines
    finally:
        logging.getLogger("bot").removeHandler(lines)
