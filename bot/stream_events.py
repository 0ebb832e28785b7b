"""The values that come back from the model: words, citations, what it looks up, what was used, and how it ended.

Pure.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class StopReason(StrEnum):
    """Why the model stopped. Source: claude:en/build-with-claude/handling-stop-reasons."""

    END_TURN = "end_turn"
    STOP_SEQUENCE = "stop_sequence"
    MAX_TOKENS = "max_tokens"
    TOOL_USE = "tool_use"
    PAUSE_TURN = "pause_turn"
    REFUSAL = "refusal"
    CONTEXT_WINDOW_EXCEEDED = "model_context_window_exceeded"


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of one request or several. ``input`` counts what no cache served; the first four together are what was
    processed. ``cache_write_1h`` is the part of ``cache_write`` that is kept for an hour.

    ``nano_dollars``: the cost in billionths of a dollar; ``None`` if no price is known.
    """

    input: int = 0
    output: int = 0
    cache_read: int = 0
    cache_write: int = 0
    cache_write_1h: int = 0
    nano_dollars: int | None = None
    web_searches: int = 0
    """Web searches, each with a price of its own."""

    @property
    def prompt(self) -> int:
        """Everything that was read, wherever it came from."""
        return self.input + self.cache_read + self.cache_write

    def __add__(self, other: Usage) -> Usage:
        known = [cost for cost in (self.nano_dollars, other.nano_dollars) if cost is not None]
        return Usage(
            self.input + other.input,
            self.output + other.output,
            self.cache_read + other.cache_read,
            self.cache_write + other.cache_write,
            self.cache_write_1h + other.cache_write_1h,
            sum(known) if known else None,
            self.web_searches + other.web_searches,
        )

    def __neg__(self) -> Usage:
        cost = None if self.nano_dollars is None else -self.nano_dollars
        tokens = -self.input, -self.output, -self.cache_read, -self.cache_write, -self.cache_write_1h
        return Usage(*tokens, cost, -self.web_searches)


@dataclass(frozen=True, slots=True)
class TextDelta:
    """The next characters of the answer. Deltas joined without separators are the answer."""

    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Citation:
    """What the words right before it are based on: pages of one of the request's PDFs, from 1, inclusive.

    ``document`` numbers the request's PDFs from 0, in order, over all of its messages. Comes after all of the words
    that it is about. Source: claude:en/build-with-claude/citations.
    """

    document: int
    first_page: int
    final_page: int


@dataclass(frozen=True, slots=True)
class WebCitation:
    """The same for a web page. ``address`` is empty if only the page's title is known."""

    address: str = field(repr=False)
    title: str = field(repr=False)


class LookupKind(StrEnum):
    SEARCH = "search"
    PAGE = "page"


@dataclass(frozen=True, slots=True)
class Lookup:
    """The model begins to search the web for ``what``, or to read the page at that address."""

    kind: LookupKind
    what: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class WebPage:
    address: str = field(repr=False)
    title: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class LookedUp:
    """The result of a lookup has arrived, or an error in its place. ``page``: the page that it read."""

    page: WebPage | None = None


@dataclass(frozen=True, slots=True)
class Finished:
    """The answer is complete as far as the API is concerned; comes once, at the end. A stream without it is a cut
    answer.

    ``stop_reason`` is a plain string if the API gave an unknown one, and empty if it gave none.
    """

    stop_reason: StopReason | str
    usage: Usage
    category: str = ""
    """The category of a refusal, if the API names one."""
    paused: bytes = field(default=b"", repr=False)
    """The blocks so far of an answer that paused, in JSON as the API sent them, for it to go on from."""


AnswerDelta = TextDelta | Citation | WebCitation
StreamEvent = AnswerDelta | Lookup | LookedUp | Finished
