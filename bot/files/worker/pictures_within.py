"""Takes base64 pictures out of a text, and puts a few words in their place.

I/O: reads the file, writes pictures; runs in a worker process. Programs put pictures into pages, Markdown and network
logs this way. As text they would leave no room for the words.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

from bot.files import notes
from bot.files.extracts import Extract, MemberExtract, NoteExtract
from bot.files.outbox import Outbox
from bot.files.worker.base64_within import CHARS_MIN, Packed, replaced
from bot.files.worker.encodings.detecting import text_of

_BYTES_MAX = 30_000_000
_PICTURES_MAX = 20
_BYTES_MIN = 3_000
"""Smaller ones are bullets and icons."""
_DRAWING = re.compile(r"<(?:[\w-]{1,20}:)?svg[\s>]")
_START_CHARS = 4_096
_SHOWN = ("image/", "application/pdf")


@dataclass(slots=True)
class _Pictures:
    """Each picture is kept once, however often it occurs."""

    out: Outbox
    found: list[MemberExtract] = field(default_factory=list)
    left_out: int = 0
    _names: dict[bytes, str] = field(default_factory=dict)

    @property
    def extracts(self) -> list[Extract]:
        if not self.left_out:
            return [*self.found]
        return [*self.found, NoteExtract(notes.pictures_left_out(len(self.found), self.left_out))]

    def name(self, packed: Packed) -> str:
        """The words that replace it."""
        content = packed.content
        if not packed.kind.startswith(_SHOWN):
            return f"[{len(content):,} bytes]"
        if len(content) < _BYTES_MIN and packed.kind.startswith("image/"):
            return "[a small picture]"
        if content not in self._names:
            self._names[content] = self._kept(content)
        return f"[{self._names[content]}]"

    def _kept(self, content: bytes) -> str:
        if len(self.found) >= _PICTURES_MAX:
            self.left_out += 1
            return "a picture"
        name = f"{'document' if content.startswith(b'%PDF') else 'picture'} {len(self.found) + 1}"
        path = self.out.new(".bin")
        path.write_bytes(content)
        self.found.append(MemberExtract(path.name, name))
        return name


def without_pictures(source: Path, out: Outbox) -> tuple[str, list[Extract]] | None:
    """The text and its pictures; ``None`` if it has none, or is too long to be read at once.

    For a drawing (SVG), which is shown as a picture itself, they are only taken out.
    """
    if not CHARS_MIN <= source.stat().st_size <= _BYTES_MAX:
        return None
    text = text_of(source.read_bytes())
    if _DRAWING.search(text[:_START_CHARS]):
        shorter = replaced(text, lambda packed: f"[{len(packed.content):,} bytes]")
        return None if shorter == text else (shorter, [])
    pictures = _Pictures(out)
    shorter = replaced(text, pictures.name)
    return None if shorter == text else (shorter, pictures.extracts)
