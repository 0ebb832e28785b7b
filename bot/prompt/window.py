"""Decides how much one request may hold, from what is known about the model and corrected by what was counted.

Pure, though it learns: one object serves all turns. What the endpoint reports about a model overrides the table in
``limits``, and settings override both.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from bot import limits
from bot.estimates import PDF_PAGE_TOKENS
from bot.prompt.budget import Allowance

FILES_SHARE = 0.8
"""The share of a request's tokens for files; the thread's words have the rest."""
FILES_SHARE_MAX = 0.95
LABEL_TOKENS = 500
"""Of what stands before a file: its name and what it is."""
LEAST_TOKENS = 1_000
COUNTED_FROM = 2_000
"""Estimated tokens of a request that is worth learning from; the error of smaller ones says little about large ones."""
WEIGHED_TOKENS = 1_000_000
"""Counts from more than this many tokens ago weigh less and less."""
RATIO_MIN, RATIO_MAX = 0.6, 2.0
RATIO_STEP = 0.1
"""The budget moves in steps, since each move may move the place where a thread is cut."""


@dataclass(frozen=True, slots=True)
class ModelLimits:
    """What the endpoint says of a model. Source: claude:en/api/models, 2026-11-22."""

    window_tokens: int
    answer_tokens_max: int | None


@dataclass(frozen=True, slots=True)
class Window:
    """What one request may hold. Tokens are estimated ones."""

    tokens_max: int
    allowance: Allowance
    """What its files may take together."""
    prefix_tokens_min: int | None
    """What the prompt cache keeps at least; ``None`` where it is not to be used."""


@dataclass(slots=True)
class _Ratio:
    """Tokens counted for each estimated one."""

    estimated: float = 0.0
    counted: float = 0.0
    used: float = 1.0

    def add(self, estimated: float, counted: int) -> None:
        weight = max(0.0, 1 - estimated / WEIGHED_TOKENS)
        self.estimated = self.estimated * weight + estimated
        self.counted = self.counted * weight + counted
        ratio = min(max(self.counted / self.estimated, RATIO_MIN), RATIO_MAX)
        if abs(ratio - self.used) > RATIO_STEP:
            self.used = round(round(ratio / RATIO_STEP) * RATIO_STEP, 3)


@dataclass(slots=True)
class Windows:
    """``of`` a model. ``tokens_max`` and ``bytes_max`` are as set, for thread and files and for the whole request."""

    model: str
    tokens_max: int | None
    bytes_max: int
    caching: bool = True
    _told: dict[str, ModelLimits] = field(default_factory=dict, repr=False)
    _ratios: dict[str, _Ratio] = field(default_factory=dict, repr=False)

    def of(self, model: str = "") -> Window:
        """Empty: the configured model."""
        name = model or self.model
        told = self._told.get(name)
        window_tokens = told.window_tokens if told else limits.window_tokens(name)
        large = window_tokens >= limits.LARGE_WINDOW_TOKENS
        used = self._ratios[name].used if name in self._ratios else 1.0
        wanted = self.tokens_max or window_tokens * (0.9 if large else 0.75)
        tokens_max = max(LEAST_TOKENS, int(wanted / used))
        most = Allowance() if large else Allowance.small_window()
        pages_max = max(1, min(most.pages_max, (int(wanted * FILES_SHARE) - LABEL_TOKENS) // PDF_PAGE_TOKENS))
        # A PDF of so many pages fits by its tokens, too: a long one is shortened rather than left out.
        whole_pdf = min(pages_max * PDF_PAGE_TOKENS + LABEL_TOKENS, int(tokens_max * FILES_SHARE_MAX))
        allowance = replace(
            most,
            bytes_max=max(0, self.bytes_max - most.words_bytes_max),
            pages_max=pages_max,
            tokens_max=max(int(tokens_max * FILES_SHARE), whole_pdf),
        )
        return Window(tokens_max, allowance, limits.cache_prefix_tokens_min(name) if self.caching else None)

    def described(self, told: ModelLimits) -> None:
        """What the endpoint says of the configured model."""
        self._told[self.model] = told

    def counted(self, model: str, estimated: float, counted: int) -> None:
        """By the endpoint, of a request that was estimated before; 0 where it does not say."""
        if estimated >= COUNTED_FROM and counted > 0:
            self._ratios.setdefault(model or self.model, _Ratio()).add(estimated, counted)
