"""Shows an answer's words as they arrive, over all of its requests.

Pure but for what the reply does and the clock.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from bot import web_access
from bot.answering.waiting import Waiting
from bot.citing.citations import Citing
from bot.costs.meter import Meter
from bot.costs.prices import Price
from bot.errors import ModelError
from bot.loop_share import LoopShare
from bot.messages import PdfBlock, Source
from bot.ports import Reply
from bot.stream_events import (
    Citation,
    Finished,
    LookedUp,
    Lookup,
    StreamEvent,
    TextDelta,
    Usage,
    WebCitation,
)

CHARS_AT_ONCE = 10_000
PARAGRAPH = "\n\n"


@dataclass(frozen=True, slots=True)
class Streamed:
    """The result of one request: as much of an answer as was shown, and its end or what broke it off."""

    chars: int = 0
    blank: bool = True
    first_text_at_s: float | None = None
    """By the clock of ``time.monotonic``."""
    finished: Finished | None = None
    error: ModelError | None = None
    sources: tuple[Source, ...] = ()
    """What the answer cites."""


@dataclass(frozen=True, slots=True)
class Recipients:
    """Who hears of an answer: the ``reply`` that shows it, ``on_words`` when it begins, and ``book`` of its usage at
    ``price``. ``in_parts``: PDFs for which the request holds notes instead."""

    reply: Reply
    on_words: Callable[[], None]
    in_parts: Sequence[PdfBlock]
    book: Callable[[Usage], None]
    price: Price | None


@dataclass(slots=True)
class Arriving:
    """What has arrived of an answer so far."""

    recipients: Recipients
    citing: Citing
    waiting: Waiting
    chars: int = 0
    blank: bool = True
    lookups: int = 0
    first_text_at_s: float | None = None
    finished: Finished | None = None
    failure: ModelError | None = None
    _looked_up: bool = False
    """Whether anything was looked up since the newest words."""
    _tail: str = field(default="", repr=False)
    _share: LoopShare = field(default_factory=LoopShare)
    """An answer may come in one event, or in many at once."""

    async def add(self, event: StreamEvent, meter: Meter) -> None:
        match event:
            case TextDelta():
                words = self._words(event.text, meter)
                for start in range(0, len(words), CHARS_AT_ONCE):
                    await self._share.give_way()
                    self.recipients.reply.write(self.citing.text(words[start : start + CHARS_AT_ONCE]))
            case Citation() | WebCitation():
                self.citing.cite(event)
            case Lookup():
                self.lookups, self._looked_up = self.lookups + 1, True
                self.waiting.looks_up(web_access.status(event))
            case LookedUp(page=page):
                self._looked_up = True
                self.waiting.looks_up("")
                if page is not None:
                    self.citing.read(page)
            case Finished():
                self.finished = event

    def _words(self, text: str, meter: Meter) -> str:
        """The words as they are shown."""
        if self._looked_up and self.chars:  # the API puts nothing between the words before and after a tool
            there = _newlines(self._tail[::-1]) + _newlines(text)
            text = PARAGRAPH[there:] + text
        self._looked_up, self._tail = False, (self._tail + text)[-len(PARAGRAPH) :]
        if self.first_text_at_s is None:
            self.waiting.over()
            self.recipients.on_words()
            self.first_text_at_s = time.monotonic()
        meter.written(text)
        self.chars += len(text)
        self.blank = self.blank and not text.strip()
        return text

    def streamed(self) -> Streamed:
        sources = self.citing.sources()
        return Streamed(self.chars, self.blank, self.first_text_at_s, self.finished, self.failure, sources)


def _newlines(text: str) -> int:
    """How many ``text`` begins with."""
    return len(text) - len(text.lstrip("\n"))
