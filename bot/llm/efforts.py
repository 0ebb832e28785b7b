"""Learns which models accept ``output_config.effort``. Pure.

The field is younger than the format: some hosts and older models refuse it, each in its own words, or without saying
which field it was. If the same request succeeds without it, that was the reason, and the model is asked without it from
then on.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from bot.errors import ModelError, ModelRequestInvalid

MODELS_MAX = 1_000
"""Beyond this many, all are forgotten at once."""


@dataclass(slots=True)
class Efforts:
    """What is known, by model id."""

    _taken: dict[str, bool] = field(default_factory=dict)

    def wanted(self, model: str, effort: str) -> str:
        """The effort to send; empty if the model is known to accept none."""
        return effort if self._taken.get(model, True) else ""

    def suspected(self, model: str, effort: str, error: ModelError) -> bool:
        """Whether a refused request with ``effort`` is worth trying without it. If the API names files or other fields,
        it is taken at its word."""
        if not effort:
            return False
        if error.about_effort:
            return True
        unclear = isinstance(error, ModelRequestInvalid) and error.about_files
        named = isinstance(error, ModelRequestInvalid) and (error.refused_blocks or error.medium)
        return unclear and not named and model not in self._taken

    def learned(self, model: str, *, taken: bool) -> None:
        """Notes that a request with an effort was answered, or only the same request without it."""
        if len(self._taken) >= MODELS_MAX:
            self._taken.clear()
        self._taken[model] = taken
