"""What a turn needs from the files that people attach: Protocols, and the words for what to fetch. Pure.

``turn`` and ``intake`` know these; the neighbours ``files`` and ``store`` implement them.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from bot.messages import Attachment, FileBytes, PdfBlock, PreparedFile, WholeText

EVERY_FILE = "*"
"""In place of the id of a deleted file: all files that were prepared up to then."""
Progress = Callable[[int, int, str], None]
"""Called as ``progress(number, total, file_name)`` when work on a file begins; ``number`` counts those from 1."""


class Fetch(StrEnum):
    """What to do about an attached file."""

    NOW = "now"
    LATER = "later"
    """Ask again once one of those being fetched is there."""
    NEVER = "never"


class Intake(Protocol):
    """Decides which files a request may still hold; asked newest first."""

    def fetch(self, file: Attachment) -> Fetch:
        """``NOW`` counts the file as begun."""

    def add(self, file: PreparedFile) -> None:
        """Takes the result of one that was begun."""

    def left_out(self, file: Attachment) -> PreparedFile:
        """The result for one that is not fetched."""


class Files(Protocol):
    """The files people attached."""

    async def prepare(
        self, attachments: Sequence[Attachment], intake: Intake, progress: Progress, person: str = ""
    ) -> list[PreparedFile]:
        """One result per attachment, in order, oldest first. Never raises for what a file is or contains: that becomes
        a note. ``person`` names the asker, so that people take turns."""


class RefusedFiles(Protocol):
    """Implemented by the database: the files that the Messages API does not accept. Both raise ``StoreFailed``."""

    async def among(self, team_id: str, file_ids: Collection[str]) -> frozenset[str]:
        """Those of ``file_ids`` that were refused before."""

    async def add(self, team_id: str, file_ids: Collection[str], now_s: float) -> None:
        """Remembers that these were refused, until ``Questions.forget`` drops old ones."""


@dataclass(frozen=True, slots=True)
class Span:
    """Pages or lines of a document, counted from 1, the last one included; ``tokens`` by estimate."""

    first: int
    final: int
    tokens: int = 0


@dataclass(frozen=True, slots=True)
class BatchNotes:
    """The model's notes on some pages or lines for one question, whose digest is ``question``.

    ``first`` 0: what it said about which of them have to be read again for that question.
    """

    question: str
    first: int
    final: int
    text: str = field(repr=False)


class LongFiles(Protocol):
    """Prepared files that exceed a request, read by batches, and the notes on them."""

    def pages(self, pdf: PdfBlock, first: int, final: int) -> AbstractAsyncContextManager[PdfBlock]:
        """These pages as a PDF of their own, which is on disk until the block ends. Raises ``BatchUnreadable``."""

    async def spans(self, text: WholeText, tokens_max: int) -> list[Span]:
        """All lines except the head, in spans of at most this many tokens. Raises ``BatchUnreadable``."""

    async def lines(self, text: WholeText, span: Span) -> str:
        """The lines of one span, after those of the head. Raises ``BatchUnreadable``."""

    async def kept(self, data: FileBytes) -> list[BatchNotes]:
        """The notes kept on a document, oldest first."""

    async def keep(self, data: FileBytes, notes: BatchNotes) -> None:
        """Keeps it as long as the prepared file itself, within bounds: the oldest go first."""

    async def noted(self, file_ids: Collection[str]) -> frozenset[str]:
        """Those with notes on their documents."""
