"""Cuts parts out of prepared files that exceed a request: ``LongReader`` implements ``LongFiles``.

I/O: a worker process cuts PDFs, into a directory that counts towards the cache's bound; texts are read by lines.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Collection, Iterator
from contextlib import asynccontextmanager
from itertools import islice

from bot.errors import BatchUnreadable
from bot.estimates import estimate_tokens
from bot.file_ports import BatchNotes, Span
from bot.files.cache import Cache
from bot.files.conversion import Conversion
from bot.files.extracts import Unreadable
from bot.files.kept_notes import PATTERN, NotesStore
from bot.messages import FileBytes, PdfBlock, TextBlock, WholeText


class LongReader:
    """``conversion`` and ``cache`` belong to the caller."""

    def __init__(self, conversion: Conversion, cache: Cache) -> None:
        self._conversion = conversion
        self._cache = cache
        self._notes = NotesStore(cache)

    @asynccontextmanager
    async def pages(self, pdf: PdfBlock, first: int, final: int) -> AsyncIterator[PdfBlock]:
        expected = pdf.data.size_bytes * (final - first + 1) // max(pdf.pages, 1)
        try:
            begun = await asyncio.to_thread(self._cache.begin, expected)
        except Unreadable as error:
            raise BatchUnreadable(error.reason) from error
        try:
            found = await self._conversion.pages(pdf.data.path, first, final, begun)
            path = begun / found.file
            size = (await asyncio.to_thread(path.stat)).st_size
            yield PdfBlock(f"{pdf.title}, pages {first:,}–{final:,}", FileBytes(path, size), found.pages)
        except Unreadable as error:
            raise BatchUnreadable(error.reason) from error
        finally:
            await asyncio.to_thread(self._cache.discard, begun)

    async def spans(self, text: WholeText, tokens_max: int) -> list[Span]:
        return await asyncio.to_thread(_spans, text, tokens_max)

    async def lines(self, text: WholeText, span: Span) -> str:
        return await asyncio.to_thread(_lines, text, span)

    async def kept(self, data: FileBytes) -> list[BatchNotes]:
        return await asyncio.to_thread(self._notes.of, data.path)

    async def keep(self, data: FileBytes, notes: BatchNotes) -> None:
        await asyncio.to_thread(self._notes.keep, data.path, notes)

    async def noted(self, file_ids: Collection[str]) -> frozenset[str]:
        return await asyncio.to_thread(self._cache.with_any, file_ids, PATTERN)


def _all_lines(text: WholeText) -> Iterator[str]:
    """Any line end becomes a line feed here, since a text that needs no other change is kept as it came."""
    try:
        with text.data.path.open(encoding="utf-8", errors="replace") as file:
            yield from file
    except OSError as error:
        raise BatchUnreadable(type(error).__name__) from error


def _spans(text: WholeText, tokens_max: int) -> list[Span]:
    spans: list[Span] = []
    first, tokens, number = text.head_lines + 1, 0.0, 0
    for number, line in enumerate(_all_lines(text), 1):
        if number <= text.head_lines:
            continue
        more = estimate_tokens([TextBlock(line)])
        if tokens and tokens + more > tokens_max:
            spans.append(Span(first, number - 1, int(tokens)))
            first, tokens = number, 0.0
        tokens += more
    return [*spans, Span(first, number, int(tokens))] if tokens else spans


def _lines(text: WholeText, span: Span) -> str:
    lines = _all_lines(text)
    head = list(islice(lines, text.head_lines))
    return "".join([*head, *islice(lines, span.first - 1 - len(head), span.final - len(head))])
