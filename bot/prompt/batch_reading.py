"""Reads files that are too long for a request in batches, and puts notes in their place.

The story of a long document: which batches have to be read → each one with the question, a few at once → notes, stored
at once, so that neither a killed process nor a later question starts again → the notes in place of the document. For a
later question the model sees the stored notes first and says what it has to read again.

Pure but for what the ports do, the log and the pauses.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256

from bot.errors import BatchUnreadable, ModelError
from bot.estimates import estimate_tokens
from bot.file_ports import BatchNotes, LongFiles, Span
from bot.messages import Note, PdfBlock, TextBlock, ThreadMessage
from bot.prompt import batch_words, history, long_documents
from bot.prompt.budget import Allowance
from bot.prompt.draft import Draft, newly_attached
from bot.prompt.long_documents import Bounds, Document, Reading
from bot.prompt.one_batch import BatchReader, Run
from bot.prompt.spoken import read_request, typed
from bot.stream_events import Usage
from bot.telemetry.logs import get_logger

log = get_logger(__name__)

AT_ONCE_MAX, AT_ONCE_EACH_MAX = 6, 3
"""Batches read at the same time: over all questions, and for one. The API counts tokens by the minute, and everybody's
answers share the same minutes."""
THREAD_TOKENS_MAX = 10_000
"""Estimated tokens of the thread that each batch is read with."""
WANTED_MAX = 10
"""As many files as one Slack message holds."""
PLAN_TOKENS_MAX = 8_000
"""Tokens, including thinking, for saying what has to be read again."""


@dataclass(frozen=True, slots=True)
class Read:
    """``draft`` has notes in place of what was too long; ``notes`` tell people how it was read. If people have to agree
    first, ``estimate`` says to what; if nothing could be read, ``error`` says why."""

    draft: Draft
    notes: tuple[Note, ...] = ()
    pdfs: tuple[PdfBlock, ...] = ()
    """The documents that the answer has notes on."""
    estimate: str = field(default="", repr=False)
    error: ModelError | None = None


@dataclass(frozen=True, slots=True)
class BatchReading:
    batches: BatchReader
    files: LongFiles
    bounds: Bounds
    at_once: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE_MAX))

    async def wanted(self, thread: Sequence[ThreadMessage]) -> frozenset[str]:
        """Ids of files that are worth fetching even if they may not fit: the newest since this bot last spoke, and
        those that have been read in batches before."""
        ids = {file.id for message in thread for file in message.attachments}
        return _newest_files(thread) | (await self.files.noted(ids) if ids else frozenset())

    async def read(
        self, draft: Draft, status: Callable[[str], None], book: Callable[[Usage], None], *, confirmed: bool = False
    ) -> Read:
        """``confirmed``: people have agreed to the cost. Raises nothing for what the model or a file does."""
        ids = {file.attachment_id for file in draft.files if file.blocks}
        noted = await self.files.noted(ids) if ids else frozenset[str]()
        documents = long_documents.found(draft.files, _newest_files(draft.thread), noted, draft.allowance)
        if not documents:
            return Read(draft)
        run = await asyncio.to_thread(_run, draft, status, book)  # a long thread takes a while to measure
        run.readings = await asyncio.gather(*(self._planned(run, one) for one in documents))
        if run.hopeless():
            return Read(draft, error=run.error)
        if dear := self._too_dear(run, confirmed=confirmed):
            return Read(draft, estimate=batch_words.estimate(dear))
        await self._read_all(run)
        if run.error is not None and (run.hopeless() or not any(one.read or one.earlier for one in run.readings)):
            return Read(draft, error=run.error)
        notes = [note for reading in run.readings for note in batch_words.notes_for_people(reading)]
        contents = [reading.document.content for reading in run.readings]
        pdfs = tuple(content for content in contents if isinstance(content, PdfBlock))
        return Read(_with_notes(draft, run), tuple(notes), pdfs)

    async def _planned(self, run: Run, document: Document) -> Reading:
        """The first time, all of it; for a later question, what the model wants to see again and what was never
        read."""
        reading = Reading(document, [], await self.files.kept(document.data))
        try:
            spans = await self._spans(document, run.allowance)
        except BatchUnreadable:
            reading.unreadable = [Span(1, document.total)]
            return reading
        final = self.bounds.pages_max if isinstance(document.content, PdfBlock) else document.total
        spans, reading.beyond = long_documents.up_to(spans, self.bounds.tokens_max, final)
        own, others = long_documents.own(reading, run.key), long_documents.others(reading, run.key)
        missing = long_documents.without(spans, long_documents.spans_of([*own, *others]))
        if others:
            again = long_documents.within(spans, await self._again(run, reading, others))
            missing = [*missing, *long_documents.without(again, [*missing, *long_documents.spans_of(own)])]
        reading.to_read = sorted(missing, key=lambda span: span.first)
        return reading

    async def _spans(self, document: Document, allowance: Allowance) -> list[Span]:
        if isinstance(document.content, PdfBlock):
            return long_documents.page_spans(document.content, allowance)
        return await self.files.spans(document.content, long_documents.batch_tokens(allowance))

    async def _again(self, run: Run, reading: Reading, notes: Sequence[BatchNotes]) -> list[Span]:
        """If the model does not say it, the notes have to do. What it said is stored, in case the process is killed."""
        document = reading.document
        said = next((one.text for one in reading.earlier if one.question == run.key and not one.first), None)
        if said is None:
            run.status(f"is looking through the notes on {document.name}…")
            blocks = batch_words.notes_blocks(document, _newest(notes, long_documents.all_notes_chars(run.allowance)))
            try:
                async with run.mine, self.at_once:
                    said = await self.batches.said(run, blocks, batch_words.plan_wanted(document), PLAN_TOKENS_MAX)
            except ModelError as error:
                log.warning("documents.not_planned", error=type(error).__name__, detail=str(error))
                run.error = error
                return []
            await self.files.keep(document.data, BatchNotes(run.key, 0, 0, said))
        return long_documents.to_read_again(said, document.total)

    def _too_dear(self, run: Run, *, confirmed: bool) -> list[Reading]:
        """What people have to agree to. Files that they did not send now, and nobody has read, are left out."""
        left = self.bounds.tokens_max
        for one in run.readings:
            one.to_read, beyond = long_documents.up_to(one.to_read, left, one.document.total)
            one.beyond = [*one.beyond, *beyond]
            left -= one.tokens
        if confirmed or self.bounds.tokens_max - left <= self.bounds.confirm_tokens:
            return []
        run.readings = [one for one in run.readings if one.document.fresh or one.earlier]
        dear = sum(one.tokens for one in run.readings) > self.bounds.confirm_tokens
        return [one for one in run.readings if one.to_read] if dear else []

    async def _read_all(self, run: Run) -> None:
        async def one(reading: Reading, span: Span) -> None:
            async with run.mine, self.at_once:
                await self.batches.read(run, reading, span)

        count = sum(len(one.to_read) for one in run.readings)
        run.chars_max = long_documents.notes_chars_max(count, run.allowance)
        async with asyncio.TaskGroup() as group:
            for reading in run.readings:
                for span in reading.to_read:
                    group.create_task(one(reading, span))
        failed = sum(len(one.failed) for one in run.readings)
        log.info("documents.read", documents=len(run.readings), batches=count, failed=failed)


def _newest_files(thread: Sequence[ThreadMessage]) -> frozenset[str]:
    """Ids of the newest files since this bot last spoke."""
    fresh = newly_attached(thread)
    ids = [file.id for message in reversed(thread) for file in reversed(message.attachments) if file.id in fresh]
    return frozenset(ids[:WANTED_MAX])


def _run(draft: Draft, status: Callable[[str], None], book: Callable[[Usage], None]) -> Run:
    """The thread's words, ending with the question, for the model that will answer."""
    spoken = {file.attachment_id: file.words for file in draft.files if file.words}
    words = [replace(one, text=_words(one, spoken), attachments=()) for one in draft.thread]
    tokens = int(estimate_tokens([TextBlock(draft.system)])) + THREAD_TOKENS_MAX
    asked = history.build(words, {}, system=draft.system, tokens_max=tokens).conversation
    final = draft.request().conversation
    asked = replace(asked, model=final.model, effort=final.effort)
    said = [
        (one.role.value, block.text) for one in asked.messages for block in one.content if isinstance(block, TextBlock)
    ]
    key = sha256(repr(said).encode("utf-8", "surrogatepass")).hexdigest()[:24]
    return Run(asked, key, draft.allowance, status, book, asyncio.Semaphore(AT_ONCE_EACH_MAX))


def _words(message: ThreadMessage, spoken: Mapping[str, str]) -> str:
    """Written and spoken words; a file without words asks to be read."""
    said = [message.text, *(typed(spoken.get(file.id, "")) for file in message.attachments)]
    if any(text.strip() for text in said) or not message.attachments:
        return "\n\n".join(filter(None, said))
    return read_request(len(message.attachments))


def _newest(notes: Sequence[BatchNotes], chars: int) -> list[BatchNotes]:
    """As many of the newest as there is room for, in their order."""
    kept: list[BatchNotes] = []
    for one in reversed(notes):
        chars -= len(one.text)
        if chars < 0:
            break
        kept.append(one)
    return kept[::-1]


def _with_notes(draft: Draft, run: Run) -> Draft:
    """Notes for this question come after those for earlier ones, so that a later request begins as this one does."""
    files, chars = list(draft.files), long_documents.all_notes_chars(run.allowance) // max(len(run.readings), 1)
    notes: dict[int, list[tuple[Reading, list[BatchNotes]]]] = {}
    for reading in run.readings:
        own = sorted([*long_documents.own(reading, run.key), *reading.read], key=lambda one: one.first)
        others = _newest(long_documents.others(reading, run.key), chars - sum(len(one.text) for one in own))
        notes.setdefault(reading.document.file, []).append((reading, [*others, *own]))
    for number, of_file in notes.items():
        files[number] = batch_words.with_notes(files[number], of_file)
    return replace(draft, files=tuple(files))
