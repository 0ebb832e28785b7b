"""What a turn needs of the files that people attach: Protocols, and the words in which it is said what to fetch. Pure.

``turn`` and ``intake`` know these; the neighbours ``files`` and ``store`` implement them.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from enum import StrEnum
from typing import Protocol

from bot.messages import Attachment, PreparedFile

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
