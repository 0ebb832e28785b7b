"""The models that can be asked, with the limits each is published with.

Pure. Source: claude:en/about-claude/models/overview, 2026-11-22.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bot import limits


@dataclass(frozen=True, slots=True)
class KnownModel:
    """``takes_sampling``: whether ``temperature``, ``top_p`` and ``top_k`` may differ from their defaults."""

    id: str
    display_name: str
    window_tokens: int = 1_000_000
    output_tokens_max: int = 128_000
    takes_sampling: bool = False

    @property
    def pdf_pages_max(self) -> int:
        return limits.PDF_PAGES_MAX if self.window_tokens >= 1_000_000 else limits.PDF_PAGES_MAX_SMALL_WINDOW

    def info(self) -> dict[str, Any]:
        """The object of ``GET /v1/models``."""
        return {
            "type": "model",
            "id": self.id,
            "display_name": self.display_name,
            "created_at": "2026-01-01T00:00:00Z",
            "lifecycle": "active",
            "max_input_tokens": self.window_tokens,
            "max_tokens": self.output_tokens_max,
        }


MODELS = {
    model.id: model
    for model in (
        KnownModel("claude-fable-5-1", "Claude Fable 5.1"),
        KnownModel("claude-opus-5-5", "Claude Opus 5.5"),
        KnownModel("claude-sonnet-5-5", "Claude Sonnet 5.5"),
        KnownModel("claude-haiku-5-5", "Claude Haiku 5.5"),
        KnownModel("claude-opus-5", "Claude Opus 5"),
        KnownModel("claude-opus-4-8", "Claude Opus 4.8"),
        KnownModel("claude-sonnet-5", "Claude Sonnet 5"),
        KnownModel("claude-sonnet-4-6", "Claude Sonnet 4.6", takes_sampling=True),
        KnownModel("claude-haiku-4-5", "Claude Haiku 4.5", 200_000, 64_000, takes_sampling=True),
        KnownModel("claude-sonnet-4-5", "Claude Sonnet 4.5", 200_000, 64_000, takes_sampling=True),
    )
}
