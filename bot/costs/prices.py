"""Says what a request costs, in billionths of a dollar, by its model and what it used. Pure.

Prices are the API's own, of 2026-11-22 (claude:en/about-claude/models/overview and
claude:en/build-with-claude/prompt-caching); a file in TOML may replace them and add models, a table for each::

    [claude-sonnet-5-5]             # dollars for a million tokens
    input = 2.0
    output = 10.0
    cache_read = 0.2                # not given: 0.1 of input
    cache_write_5m = 2.5            # not given: 1.25 of input
    cache_write_1h = 4.0            # not given: 2 of input
    web_search = 10.0               # dollars for a thousand searches of the web; not given: 10
    above = { prompt_tokens = 100_000, input = 4.0, output = 20.0 }     # the whole request, where its prompt is longer

What a request costs is known only while it is answered: the rate may go by the length of its prompt, and changes with
the years. So it is kept beside the tokens, and not made of their sums later.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot import keyed_toml
from bot.keyed_toml import Fault
from bot.stream_events import Usage

NANO = 1_000_000_000
"""So many billionths are a dollar. Whole numbers, so that sums are exact."""
NANO_PER_TOKEN = 1_000
"""Of one dollar for a million tokens."""
DOLLARS_MAX = 1_000_000.0
_DATED = re.compile(r"[-@]\d{8}$|-latest$")
RATES = ("input", "output", "cache_read", "cache_write_5m", "cache_write_1h")
NANO_PER_SEARCH = 1_000_000
"""Of one dollar for a thousand."""
WEB_SEARCH = 10.0
"""Dollars for a thousand searches, whatever the model; what was found is input besides. Searches that failed, and pages
that were read, cost nothing of their own. claude:en/agents-and-tools/tool-use/web-search-tool, 2026-11-26."""
CACHE_SHARES = {"cache_read": 0.1, "cache_write_5m": 1.25, "cache_write_1h": 2.0}
"""Of the price of input."""


@dataclass(frozen=True, slots=True)
class Rates:
    """In billionths of a dollar for a token. ``input`` is what no cache served."""

    input: int
    output: int
    cache_read: int
    cache_write_5m: int
    cache_write_1h: int
    web_search: int = round(WEB_SEARCH * NANO_PER_SEARCH)
    """For a search."""

    @classmethod
    def of(cls, dollars: Mapping[str, float]) -> Rates:
        """``dollars`` for a million tokens; ``input`` and ``output`` are there, the others may be."""
        shares = {name: dollars["input"] * share for name, share in CACHE_SHARES.items()}
        rates = {name: round({**shares, **dollars}[name] * NANO_PER_TOKEN) for name in RATES}
        return cls(**rates, web_search=round(dollars.get("web_search", WEB_SEARCH) * NANO_PER_SEARCH))

    def nano_dollars(self, usage: Usage) -> int:
        for_an_hour = min(usage.cache_write_1h, usage.cache_write)
        return (
            usage.input * self.input
            + usage.output * self.output
            + usage.cache_read * self.cache_read
            + (usage.cache_write - for_an_hour) * self.cache_write_5m
            + for_an_hour * self.cache_write_1h
            + usage.web_searches * self.web_search
        )


@dataclass(frozen=True, slots=True)
class Price:
    """``above`` holds for the whole of a request whose prompt has more than ``prompt_tokens``."""

    rates: Rates
    prompt_tokens: int = 0
    above: Rates | None = None

    def nano_dollars(self, usage: Usage) -> int:
        """Of all that one request used."""
        long = self.above is not None and usage.prompt > self.prompt_tokens
        return (self.above if long and self.above else self.rates).nano_dollars(usage)


@dataclass(frozen=True, slots=True)
class Prices:
    by_model: Mapping[str, Price]

    def of(self, model: str) -> Price | None:
        """``None`` where nobody has said. A router's prefix and a date change no price."""
        bare = model.rpartition("/")[2]
        return next(
            (self.by_model[name] for name in (model, bare, _DATED.sub("", bare)) if name in self.by_model), None
        )


def _price(input_dollars: float, output_dollars: float, *, cache_read: float = CACHE_SHARES["cache_read"]) -> Price:
    """``cache_read`` is a share of ``input_dollars``."""
    given = {"input": input_dollars, "output": output_dollars, "cache_read": input_dollars * cache_read}
    return Price(Rates.of(given))


PUBLISHED = Prices(
    {
        "claude-fable-5-1": _price(10, 50, cache_read=0.025),
        "claude-opus-5-5": _price(4, 20, cache_read=0.05),
        "claude-sonnet-5-5": _price(2, 10),
        "claude-haiku-5-5": Price(
            Rates.of({"input": 0.1, "output": 0.5}), 100_000, Rates.of({"input": 0.5, "output": 2.5})
        ),
        **dict.fromkeys(("claude-opus-5", "claude-opus-4-8", "claude-opus-4-7", "claude-opus-4-6"), _price(5, 25)),
        "claude-sonnet-5": _price(2, 10),
        "claude-sonnet-4-6": _price(3, 15),
        "claude-sonnet-4-5": _price(3, 15),
        "claude-haiku-4-5": _price(1, 5),
    }
)


def read(text: str) -> Prices:
    """The published prices, and those of a file in the place of them. Raises ``keyed_toml.Faults``."""
    document = keyed_toml.parse(text)
    faults: list[Fault] = []
    found = {model: price for model, table in document.items() if (price := _read_price(model, table, faults))}
    keyed_toml.raise_for(faults, text)
    return Prices({**PUBLISHED.by_model, **found})


def _read_price(model: str, table: object, faults: list[Fault]) -> Price | None:
    if not isinstance(table, dict):
        faults.append(Fault((model,), "is no table. A model's prices stand below a line such as [claude-sonnet-5-5]"))
        return None
    faults += keyed_toml.unknown(table, (*RATES, "web_search", "above"), (model,), "price")
    rates = _read_rates(table, (model,), faults)
    if "above" not in table:
        return Price(rates) if rates else None
    above = table["above"]
    if not isinstance(above, dict):
        faults.append(Fault((model, "above"), "must be { prompt_tokens = …, input = …, output = … }"))
        return None
    faults += keyed_toml.unknown(above, (*RATES, "web_search", "prompt_tokens"), (model, "above"), "price")
    rates_above = _read_rates(above, (model, "above"), faults)
    prompt_tokens = above.get("prompt_tokens")
    if type(prompt_tokens) is not int or prompt_tokens < 1:
        faults.append(Fault((model, "above", "prompt_tokens"), "must be a whole number of tokens"))
        return None
    return Price(rates, prompt_tokens, rates_above) if rates and rates_above else None


def _per(name: str) -> str:
    return "a thousand searches" if name == "web_search" else "a million tokens"


def _read_rates(table: Mapping[str, Any], path: tuple[str, ...], faults: list[Fault]) -> Rates | None:
    dollars: dict[str, float] = {}
    for name in (*RATES, "web_search"):
        value = table.get(name)
        number = isinstance(value, int | float) and not isinstance(value, bool)
        if isinstance(value, int | float) and number and 0 <= value <= DOLLARS_MAX:
            dollars[name] = float(value)
        elif name in table:
            faults.append(Fault((*path, name), f"must be dollars for {_per(name)}, such as 2.5"))
        elif name in ("input", "output"):
            faults.append(Fault((*path, name), "is missing: dollars for a million tokens"))
    return Rates.of(dollars) if {"input", "output"} <= dollars.keys() else None
