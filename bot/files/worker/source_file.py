"""The file that is converted, and what its readers are given with it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from bot.files.bounds import ConvertLimits
from bot.files.outbox import Outbox


@dataclass(frozen=True, slots=True)
class SourceFile:
    """``name`` and ``filetype`` are Slack's. ``words`` belong to the document that a PDF was made from. ``head`` and
    ``tail`` are the first and last bytes, as ``sniff`` wants them."""

    source: Path
    name: str
    filetype: str
    out: Outbox
    limits: ConvertLimits
    words: Path | None
    head: bytes
    tail: bytes

    @property
    def size_bytes(self) -> int:
        return self.source.stat().st_size
