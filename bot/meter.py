"""What the API says that a request uses, and its words, go in; what to add to the books comes out. Pure.

The API says what a request read when the answer begins, and what it wrote only at its end. For an answer that ends
before that, be it cut, stopped or lost with its process, what it wrote is estimated by its words, from time to time
while they come.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from bot.estimates import WIDE_CHARS_FROM
from bot.stream_events import Usage

CHARS_PER_TOKEN = 4
"""Of written words in letters; a wide character is about one token."""
BOOK_EVERY_TOKENS = 250
"""So much of an estimate is lost at most with the process."""


@dataclass(slots=True)
class Meter:
    """Of one request. ``book`` takes what is to be added; it is negative where an estimate was too high."""

    book: Callable[[Usage], None]
    _said: int = 0
    _estimated: float = 0.0
    _booked: int = 0
    _begun: bool = False
    _is_final: bool = False

    def counted(self, more: Usage) -> None:
        """By the API, since it counted the last time."""
        self._said += more.output
        self._is_final = self._begun
        self._book(replace(more, output=0))

    def written(self, text: str) -> None:
        self._begun = True
        self._estimated += sum(1.0 if char >= WIDE_CHARS_FROM else 1 / CHARS_PER_TOKEN for char in text)
        if self._output - self._booked >= BOOK_EVERY_TOKENS:
            self._book(Usage())

    def end(self, *, whole: bool) -> None:
        """``whole``: the answer came to its end, so that the figure which the API gave there is right."""
        self._is_final = self._is_final and whole
        self._book(Usage(), output=self._said if self._is_final else self._output)

    @property
    def _output(self) -> int:
        return max(self._said, round(self._estimated))

    def _book(self, more: Usage, output: int | None = None) -> None:
        output = self._output if output is None else output
        if (more := replace(more, output=output - self._booked)) != Usage():
            self._booked = output
            self.book(more)
