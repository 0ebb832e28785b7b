"""What a turn needs of the files that people attach: Protocols, and the words in which it is said what to fetch. Pure.

``turn`` and ``intake`` know these; the neighbours ``files`` and ``store`` implement them.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from bot.messages import Attachment, FileBytes, PdfBlock, PreparedFile, WholeText

Progress = Callable[[int, int, str], None]
"""Called as ``progress(number, total, file_name)`` when work on a file begins; ``number`` counts those from 1."""


class Fetch(StrEnum):
    """What to do about a file that somebody attached."""

    NOW = "now"
    LATER = "later"
    """Once one of those that are being fetched is there."""
    NEVER = "never"


class Intake(Protocol):
    """Knows which files a request may still hold; asked newest first."""

    def fetch(self, file: Attachment) -> Fetch:
        """``NOW`` counts the file as begun."""

    def add(self, file: PreparedFile) -> None:
        """What became of one that was begun."""

    def left_out(self, file: Attachment) -> PreparedFile:
        """What stands in for one that is not fetched."""


class Files(Protocol):
    """The files people attached."""

    async def prepare(
        self, attachments: Sequence[Attachment], intake: Intake, progress: Progress, person: str = ""
    ) -> list[PreparedFile]:
        """One result an attachment, in order, oldest first. Never raises for what a file is or holds: that becomes a
        note. ``person`` names whoever asked, so that persons take turns."""


class RefusedFiles(Protocol):
    """The database, as the memory of which files the Messages API does not take. Both raise ``StoreFailed``."""

    async def among(self, team_id: str, file_ids: Collection[str]) -> frozenset[str]:
        """Those of ``file_ids`` that were refused before."""

    async def add(self, team_id: str, file_ids: Collection[str], now_s: float) -> None:
        """Remembers that these were refused, until ``Questions.forget`` drops what is that old."""


@dataclass(frozen=True, slots=True)
class Span:
    """Pages or lines of a document, counted from 1, the final one included; ``tokens`` by estimate."""

    first: int
    final: int
    tokens: int = 0


@dataclass(frozen=True, slots=True)
class BatchNotes:
    """What the model wrote down of some pages or lines for one question, of which ``question`` is a digest.

    ``first`` 0: what it said of which of them have to be read again for that question.
    """

    question: str
    first: int
    final: int
    text: str = field(repr=False)


class LongFiles(Protocol):
    """Prepared files that are more than a request takes, by batches, and what is kept of their readings."""

    def pages(self, pdf: PdfBlock, first: int, final: int) -> AbstractAsyncContextManager[PdfBlock]:
        """These pages as a PDF of their own, which is on disk until the block ends. Raises ``BatchUnreadable``."""

    async def spans(self, text: WholeText, tokens_max: int) -> list[Span]:
        """All lines but the head, in spans of so many tokens at most. Raises ``BatchUnreadable``."""

    async def lines(self, text: WholeText, span: Span) -> str:
        """The lines of one span, behind those of the head. Raises ``BatchUnreadable``."""

    async def kept(self, data: FileBytes) -> list[BatchNotes]:
        """What is kept of the readings of a document, oldest first."""

    async def keep(self, data: FileBytes, notes: BatchNotes) -> None:
        """Keeps it as long as the prepared file itself, within bounds: the oldest readings go first."""

    async def noted(self, file_ids: Collection[str]) -> frozenset[str]:
        """Those of whose documents something is kept."""
