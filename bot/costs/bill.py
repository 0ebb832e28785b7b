"""Adds up what a turn uses over all its requests, for the log and for people. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal

from bot.costs.prices import NANO
from bot.stream_events import Usage

CENT = Decimal("0.01")


@dataclass(slots=True)
class Bill:
    """``model`` is empty if none was to be asked."""

    model: str = ""
    effort: str = ""
    used: Usage = field(default_factory=Usage)

    def add(self, more: Usage) -> None:
        self.used += more

    def fields(self) -> dict[str, object]:
        """The fields of ``turn.done``. ``input_tokens`` is everything that was read; ``dollars`` is ``None`` if no
        price is known."""
        used, dollars = self.used, self._dollars()
        return {
            "model": self.model,
            "effort": self.effort,
            "input_tokens": used.prompt,
            "cache_read_tokens": used.cache_read,
            "cache_write_tokens": used.cache_write,
            "cache_write_1h_tokens": used.cache_write_1h,
            "output_tokens": used.output,
            "web_searches": used.web_searches,
            "dollars": None if dollars is None else float(round(dollars, 6)),
        }

    def line(self) -> str:
        """The line under the answer; empty if nothing was used."""
        used, dollars = self.used, self._dollars()
        tokens = used.prompt + used.output
        if tokens <= 0:
            return ""
        cached = f" ({used.cache_read:,} from cache)" if used.cache_read > 0 else ""
        searched = f", {used.web_searches:,} web search{'es' * (used.web_searches > 1)}"
        return f"{tokens:,} tokens{cached}{searched * (used.web_searches > 0)}, {_price(dollars)}, {self.model}"

    def _dollars(self) -> Decimal | None:
        return None if self.used.nano_dollars is None else Decimal(self.used.nano_dollars) / NANO


def _price(dollars: Decimal | None) -> str:
    if dollars is None:
        return "no price known"
    if dollars < CENT:
        return "less than $0.01"
    return f"about ${dollars.quantize(CENT, ROUND_HALF_UP):,}"
