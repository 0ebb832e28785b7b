"""What one request turned out to hold, as values: every text, image and PDF, by message.

Pure.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from playground.practice_model.prompt_cache import MESSAGE_TOKENS, REQUEST_TOKENS, Segment
from playground.practice_model.tool_rules import SeenWeb

CHARS_PER_TOKEN = 2.5
PDF_PAGE_TOKENS = 3_000
IMAGE_TOKENS_MAX = 4_784
"""Rules of thumb: claude:en/about-claude/models/overview and claude:en/build-with-claude/vision, 2026-11-22."""


@dataclass(frozen=True, slots=True)
class SeenText:
    text: str
    title: str = ""
    """Of a document block that holds plain text."""

    @property
    def tokens(self) -> int:
        return math.ceil(len(self.text) / CHARS_PER_TOKEN)


@dataclass(frozen=True, slots=True)
class SeenImage:
    format: str
    width_px: int
    height_px: int
    size_bytes: int
    colour: str = ""
    """The name of its colour, where it has but one."""

    @property
    def tokens(self) -> int:
        return min(IMAGE_TOKENS_MAX, math.ceil(self.width_px / 28) * math.ceil(self.height_px / 28))


@dataclass(frozen=True, slots=True)
class SeenPdf:
    title: str
    pages: int
    first_words: str
    size_bytes: int
    page_words: tuple[str, ...] = ()
    """The first words of each page, in order, where there are not too many."""

    @property
    def tokens(self) -> int:
        return self.pages * PDF_PAGE_TOKENS


@dataclass(frozen=True, slots=True)
class SeenOther:
    """A block of an answer that paused: what it looked up, or thought."""

    chars: int

    @property
    def tokens(self) -> int:
        return math.ceil(self.chars / CHARS_PER_TOKEN)


SeenBlock = SeenText | SeenImage | SeenPdf
"""What a turn holds that people or earlier answers said."""


@dataclass(frozen=True, slots=True)
class SeenMessage:
    role: str
    blocks: tuple[SeenBlock, ...]

    @property
    def texts(self) -> tuple[str, ...]:
        return tuple(block.text for block in self.blocks if isinstance(block, SeenText))


@dataclass(frozen=True, slots=True)
class Received:
    """A valid request. ``system_chars`` counts the characters of the system prompt."""

    model: str
    max_tokens: int
    stream: bool
    system_chars: int
    messages: tuple[SeenMessage, ...]
    segments: tuple[Segment, ...] = ()
    """The same, block by block, as the prompt cache sees it."""
    citing: bool = False
    """The documents ask for citations."""
    web: SeenWeb | None = None
    """What may be looked up."""
    paused: bool = False
    """Behind ``messages`` stands the beginning of the answer, which is to go on."""

    @property
    def tokens(self) -> int:
        """An estimate of the input's tokens, as an API would count them."""
        written = math.ceil(self.system_chars / CHARS_PER_TOKEN)
        return (
            REQUEST_TOKENS
            + written
            + sum(MESSAGE_TOKENS + sum(block.tokens for block in message.blocks) for message in self.messages)
        )

    def blocks(self) -> Iterator[SeenBlock]:
        for message in self.messages:
            yield from message.blocks
