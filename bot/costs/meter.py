"""Books what a request uses while it runs. Pure.

The API says what a request read when the answer begins, and what it wrote only at its end. For an answer that ends
early, because it was cut, stopped or lost with its process, the output is estimated from its words, from time to time
while they arrive. Each entry has its price: the rate is the same for the whole request, and depends on everything that
it read.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from bot.costs.prices import Price
from bot.estimates import WIDE_CHARS_FROM
from bot.stream_events import Usage

CHARS_PER_TOKEN = 4
"""Characters per token of ordinary letters; a wide character is about one token."""
BOOK_EVERY_TOKENS = 250
"""How much of an estimate is lost at most with the process."""


@dataclass(slots=True)
class Meter:
    """For one request. ``book`` takes what is to be added; negative if an estimate was too high. ``price``: the
    model's, if known."""

    book: Callable[[Usage], None]
    price: Price | None
    _said: Usage = field(default_factory=Usage)
    _estimated: float = 0.0
    _booked: Usage = field(default_factory=Usage)
    _begun: bool = False
    _is_final: bool = False

    def counted(self, more: Usage) -> None:
        """By the API, since it counted the last time."""
        self._said += more
        self._is_final = self._begun
        self._book(self._output)

    def written(self, text: str) -> None:
        self._begun = True
        self._estimated += len(text) / CHARS_PER_TOKEN if text.isascii() else sum(map(_tokens, text))
        if (output := self._output) - self._booked.output >= BOOK_EVERY_TOKENS:
            self._book(output)

    def end(self, *, whole: bool) -> None:
        """``whole``: the answer came to its end, so the API's final figure is right."""
        self._is_final = self._is_final and whole
        self._book(self._said.output if self._is_final else self._output)

    @property
    def _output(self) -> int:
        return max(self._said.output, round(self._estimated))

    def _book(self, output: int) -> None:
        total = replace(self._said, output=output)
        if total == replace(self._booked, nano_dollars=None):
            return
        if self.price is not None:
            total = replace(total, nano_dollars=self.price.nano_dollars(total))
        more, self._booked = total + -self._booked, total
        self.book(more)


def _tokens(char: str) -> float:
    return 1.0 if char >= WIDE_CHARS_FROM else 1 / CHARS_PER_TOKEN
