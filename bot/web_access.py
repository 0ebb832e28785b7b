"""Decides what a model may look up on the web, and what to try if its host refuses that.

Pure: the clock is an argument. A host may not know the API's own tools, or the organisation may not have enabled them.
That is noticed when a request succeeds without them, and remembered for a while.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from bot.conversation import Web
from bot.errors import ModelError
from bot.stream_events import Lookup, LookupKind

REMEMBERED_S = 3_600.0
MODELS_MAX = 1_000
"""Beyond this many, all are forgotten at once."""
CONTINUATIONS_MAX = 5
"""How often an answer that pauses is continued."""
WHAT_CHARS_MAX = 80
"""The length of a search that is shown to people."""
SEARCHES = "is searching the web for “{what}”…"
READS = "is reading {what}…"
_SIGNS = str.maketrans("<>“”", "‹›''")
"""A status is plain words, whatever the model searches for: nothing in it begins a mention or a link."""


@dataclass(slots=True)
class WebAccess:
    """The web tools that the settings allow (``web``), by model, without those that its host refused."""

    web: Web | None = None
    _left: dict[str, tuple[Web | None, float]] = field(default_factory=dict, repr=False)

    def of(self, model: str, now_s: float) -> Web | None:
        left, until_s = self._left.get(model, (self.web, 0.0))
        return left if now_s < until_s else self.web

    def learned(self, model: str, left: Web | None, now_s: float) -> None:
        if len(self._left) >= MODELS_MAX:
            self._left.clear()
        self._left[model] = left, now_s + REMEMBERED_S


def less(web: Web) -> Iterator[Web | None]:
    """What to try instead, in order: reading pages is a newer tool than searching."""
    if web.fetch:
        yield replace(web, fetch=False)
    yield None


def suspected(error: ModelError | None) -> bool:
    """Whether a refusal may be about the tools."""
    return error is not None and error.about_web


def left_of(web: Web, used: int) -> Web:
    """For an answer that goes on: its request must name its tools again, so one use is the minimum."""
    return replace(web, uses_max=max(1, web.uses_max - used))


def status(lookup: Lookup) -> str:
    """The status that people read meanwhile; of a page only its host."""
    if lookup.kind is LookupKind.PAGE:
        return READS.format(what=host(lookup.what) or "a page")
    words = _one_line(lookup.what)
    return SEARCHES.format(what=words) if words else "is searching the web…"


def host(address: str) -> str:
    """The part of an address that says whose page it is."""
    rest = address.partition("://")[2] or address
    authority = rest.partition("/")[0].partition("?")[0].partition("#")[0]
    return _one_line(authority.rpartition("@")[2].removeprefix("www."))


def _one_line(text: str) -> str:
    visible = "".join(char if char.isprintable() else " " for char in text[: 4 * WHAT_CHARS_MAX].translate(_SIGNS))
    words = " ".join(visible.split())
    return words if len(words) <= WHAT_CHARS_MAX else words[: WHAT_CHARS_MAX - 1].rstrip() + "…"
