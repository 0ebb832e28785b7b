"""Reads a model's limits from what an endpoint reports. Pure."""

from __future__ import annotations

import json

from bot.prompt.window import ModelLimits

WINDOW_TOKENS_MIN = 1_000
WINDOW_TOKENS_MAX = 100_000_000


def model_limits(body: bytes) -> ModelLimits | None:
    """The limits in a response to ``GET /models/{id}``; ``None`` for any other response. Source:
    claude:en/api/models."""
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        return None
    match told:
        case {"max_input_tokens": int(window)} if WINDOW_TOKENS_MIN <= window <= WINDOW_TOKENS_MAX:
            most = told.get("max_tokens")
            return ModelLimits(window, most if type(most) is int and most > 0 else None)
    return None
