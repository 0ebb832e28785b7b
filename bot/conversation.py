"""One request's worth of a thread: what the model is sent. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from bot.messages import ContentBlock


class Role(StrEnum):
    USER = "user"
    ASSISTANT = "assistant"


@dataclass(frozen=True, slots=True)
class Message:
    role: Role
    content: tuple[ContentBlock, ...]


class CacheTtl(StrEnum):
    """How long the API keeps a prefix. Source: claude:en/build-with-claude/prompt-caching."""

    FIVE_MINUTES = "5m"
    HOUR = "1h"


@dataclass(frozen=True, slots=True)
class CacheMarker:
    """Where a prefix that the API should cache ends: at a ``(message, block)``, or (``None``) with the system
    prompt."""

    end: tuple[int, int] | None
    ttl: CacheTtl


@dataclass(frozen=True, slots=True)
class Web:
    """What the model may look up on the web with the API's own tools.

    ``uses_max``: how many searches, and how many pages. ``allowed``: only these domains; ``blocked``: not these; one of
    the two is empty. ``cites``: whether it says which words come from a page that it read.
    """

    uses_max: int
    fetch: bool = False
    cites: bool = True
    allowed: tuple[str, ...] = ()
    blocked: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Conversation:
    """One request's worth: starts and ends with a user message, roles alternate, no blank text."""

    system: str = field(repr=False)
    messages: tuple[Message, ...]
    cache_markers: tuple[CacheMarker, ...] = ()
    citations: bool = False
    """Whether the answer should say which pages of the PDFs it is based on."""
    model: str = ""
    effort: str = ""
    """``output_config.effort``. Empty: as the settings say for the model."""
    tokens: float = 0.0
    """Estimated tokens, without a margin; 0 if nobody has estimated them."""
    max_tokens: int | None = None
    """Longest answer, if it should be shorter than the settings say."""
    web: Web | None = None
    paused: tuple[bytes, ...] = field(default=(), repr=False)
    """The blocks so far of an answer that paused and goes on, as ``Finished.paused`` has them."""
