"""Has the model write notes on one batch of a long document, with the question in mind.

Pure but for what the ports do, the log and the pauses. A batch that is too large for a request is read in halves; one
that the model fails on is tried once more.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field

from bot.conversation import Conversation, Message
from bot.costs.meter import Meter
from bot.costs.prices import Prices
from bot.errors import (
    BatchUnreadable,
    ModelBalanceEmpty,
    ModelError,
    ModelKeyInvalid,
    ModelNotFound,
    ModelRequestTooLarge,
)
from bot.estimates import CHARS_PER_TOKEN, bytes_json
from bot.file_ports import BatchNotes, LongFiles, Span
from bot.messages import ContentBlock, PdfBlock, TextBlock
from bot.ports import Model
from bot.prompt import batch_words, long_documents
from bot.prompt.budget import Allowance
from bot.prompt.long_documents import Document, Reading
from bot.stream_events import Finished, StopReason, TextDelta, Usage
from bot.telemetry.logs import get_logger

log = get_logger(__name__)

PAUSE_S, PAUSE_MAX_S = 1.0, 60.0
"""Pause before the second try, if the API does not say how long to wait or says more than is waited for it."""
THINKING_TOKENS = 6_000
"""Room for models that think before they write notes."""
HOPELESS = (ModelKeyInvalid, ModelBalanceEmpty, ModelNotFound)
"""With these no other batch would be read either."""


@dataclass(slots=True)
class Run:
    """For one question. ``asked`` ends with the question; ``key`` identifies it on disk. Notes on one batch may have
    ``chars_max``."""

    asked: Conversation
    key: str
    allowance: Allowance
    status: Callable[[str], None]
    book: Callable[[Usage], None]
    mine: asyncio.Semaphore
    readings: list[Reading] = field(default_factory=list)
    chars_max: int = 0
    error: ModelError | None = None
    """The newest one."""

    def hopeless(self) -> bool:
        return isinstance(self.error, HOPELESS)


@dataclass(frozen=True, slots=True)
class BatchReader:
    model: Model
    files: LongFiles
    prices: Callable[[], Prices]
    pause_s: float = PAUSE_S

    async def read(self, run: Run, reading: Reading, span: Span) -> None:
        """The notes are kept at once. Raises nothing for what the model or the file does."""
        left = [span]
        while left and not run.hopeless():
            batch = left.pop(0)
            run.status(batch_words.progress(reading.document, batch, alone=len(run.readings) == 1))
            try:
                text = await self._tried(run, reading.document, batch)
            except ModelRequestTooLarge:
                smaller = long_documents.halves(batch)
                left = [*smaller, *left]
                reading.unreadable += [] if smaller else [batch]
            except BatchUnreadable:
                reading.unreadable.append(batch)
            except ModelError as error:
                run.error = error
                reading.failed.append(batch)
            else:
                notes = BatchNotes(run.key, batch.first, batch.final, text)
                reading.read.append(notes)
                await self.files.keep(reading.document.data, notes)
                log.info("documents.batch_read", first=batch.first, final=batch.final, chars=len(text))

    async def _tried(self, run: Run, document: Document, batch: Span) -> str:
        try:
            return await self._notes_on(run, document, batch)
        except ModelRequestTooLarge:
            raise
        except (ModelError, BatchUnreadable) as error:
            _log(error, batch, tries_left=1)
            if isinstance(error, HOPELESS):
                raise
            after_s = getattr(error, "retry_after_s", None) or self.pause_s
        await asyncio.sleep(after_s if after_s <= PAUSE_MAX_S else self.pause_s)
        try:
            return await self._notes_on(run, document, batch)
        except (ModelError, BatchUnreadable) as error:
            _log(error, batch, tries_left=0)
            raise

    async def _notes_on(self, run: Run, document: Document, batch: Span) -> str:
        wanted = batch_words.notes_wanted(document, batch, run.chars_max)
        tokens_max = THINKING_TOKENS + int(2 * run.chars_max / CHARS_PER_TOKEN)
        if isinstance(document.content, PdfBlock):
            async with self.files.pages(document.content, batch.first, batch.final) as pages:
                if bytes_json(pages) > run.allowance.bytes_max:
                    raise ModelRequestTooLarge(f"{pages.data.size_bytes} bytes")
                blocks: list[ContentBlock] = [TextBlock(batch_words.label(document, batch)), pages]
                said = await self.said(run, blocks, wanted, tokens_max)
        else:
            text = await self.files.lines(document.content, batch)
            said = await self.said(run, [batch_words.lines_block(document, batch, text)], wanted, tokens_max)
        return said if len(said) <= run.chars_max else f"{said[: run.chars_max]}\n{batch_words.CUT}"

    async def said(self, run: Run, blocks: Sequence[ContentBlock], wanted: str, tokens_max: int) -> str:
        """What the model writes. Raises ``ModelError``, also where it declines or writes nothing."""
        pieces: list[str] = []
        finished: Finished | None = None
        meter = Meter(run.book, self.prices().of(run.asked.model))
        try:
            request = _request(run.asked, blocks, wanted, tokens_max)
            async with aclosing(self.model.stream(request, meter.counted)) as events:
                async for event in events:
                    if isinstance(event, TextDelta):
                        meter.written(event.text)
                        pieces.append(event.text)
                    elif isinstance(event, Finished):
                        finished = event
        finally:
            meter.end(whole=finished is not None)
        said = "".join(pieces).strip()
        reason = finished.stop_reason if finished else ""
        if not said or reason == StopReason.REFUSAL:
            raise ModelError(f"no notes, stop reason {reason or 'none'}")
        return f"{said}\n{batch_words.CUT}" if reason == StopReason.MAX_TOKENS else said


def _request(asked: Conversation, blocks: Sequence[ContentBlock], wanted: str, tokens_max: int) -> Conversation:
    """``blocks`` before the question, and after it what the model should do now."""
    *earlier, final = asked.messages
    content = _apart([*final.content[:-1], *blocks, final.content[-1], TextBlock(wanted)])
    messages = (*earlier, Message(final.role, tuple(content)))
    return Conversation(asked.system, messages, model=asked.model, effort=asked.effort, max_tokens=tokens_max)


def _apart(blocks: Sequence[ContentBlock]) -> Iterator[ContentBlock]:
    """Each text begins a paragraph, whatever the API puts between two."""
    for number, block in enumerate(blocks):
        text = block.text.lstrip("\n") if number and isinstance(block, TextBlock) else ""
        yield TextBlock(f"\n\n{text}") if text else block


def _log(error: Exception, batch: Span, tries_left: int) -> None:
    log.warning(
        "documents.batch_failed",
        error=type(error).__name__,
        detail=str(error),
        first=batch.first,
        final=batch.final,
        tries_left=tries_left,
    )
