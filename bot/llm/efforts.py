"""What became of requests that asked for an effort goes in; whether to ask for one comes out. Pure.

``output_config.effort`` is younger than the format: hosts of it, and older models, refuse the field, each in its own
words, or in none that say which field it was. What is accepted when it is sent again without shows that it was that:
from then on the model is asked without.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from bot.errors import ModelError, ModelRequestInvalid

MODELS_MAX = 1_000
"""More are forgotten all at once."""


@dataclass(slots=True)
class Efforts:
    """By the model's id."""

    _taken: dict[str, bool] = field(default_factory=dict)

    def wanted(self, model: str, effort: str) -> str:
        """What to send; empty where the model is known to take none."""
        return effort if self._taken.get(model, True) else ""

    def suspected(self, model: str, effort: str, error: ModelError) -> bool:
        """Whether the refusal of a request that asked for ``effort`` may be about that, so that it is worth a try
        without. What the API says of files or of other fields is taken at its word."""
        if not effort:
            return False
        if error.about_effort:
            return True
        unclear = isinstance(error, ModelRequestInvalid) and error.about_files
        named = isinstance(error, ModelRequestInvalid) and (error.refused_blocks or error.medium)
        return unclear and not named and model not in self._taken

    def learned(self, model: str, *, taken: bool) -> None:
        """A request that asked for an effort was answered, or only the same one without it."""
        if len(self._taken) >= MODELS_MAX:
            self._taken.clear()
        self._taken[model] = taken
