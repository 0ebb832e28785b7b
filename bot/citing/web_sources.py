"""Writes the lines about web pages in the list of sources: those that an answer cites, or that were read for it. Pure.

Titles are strangers' words, so each is followed by the name of the site. Anything but a web address is skipped.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import quote

from bot.citing.marks import mark
from bot.messages import Source
from bot.stream_events import WebCitation, WebPage
from bot.web_access import host

ADDRESS_CHARS_MAX = 1_000
_ADDRESS = re.compile(r"https?://[^\s/?#]+[^\s]*", re.IGNORECASE)
_SAFE = "!#$%&'()*+,-./:;=?@[]_~"
"""Left as they are in an address; all else is encoded, so that it cannot end a link of Slack's."""


@dataclass(slots=True)
class WebSources:
    _titles: dict[str, str] = field(default_factory=dict, repr=False)
    """By address, in the order of their first appearance."""
    _read: list[str] = field(default_factory=list, repr=False)

    def read(self, page: WebPage) -> None:
        """It was opened for the answer, cited or not."""
        if address := self._known(page.address, page.title):
            self._read = [*dict.fromkeys((*self._read, address))]

    def cited(self, citation: WebCitation) -> str | None:
        """The address that it is about."""
        if citation.address:
            return self._known(citation.address, citation.title)
        return next((address for address in reversed(self._read) if self._titles[address] == citation.title), None)

    def lines(self, numbers: Mapping[str, int], *, marks: bool) -> tuple[Source, ...]:
        """Cited pages by their numbers, then those that were only read."""
        addresses = dict.fromkeys((*sorted(numbers, key=lambda address: numbers[address]), *self._read))
        return tuple(self._line(address, numbers.get(address) if marks else None) for address in addresses)

    def _line(self, address: str, number: int | None) -> Source:
        whose = host(address)
        places = whose if number is None else f"{whose} {mark(number)}"
        return Source(self._titles[address] or whose, places, address)

    def _known(self, address: str, title: str) -> str | None:
        if len(address) > ADDRESS_CHARS_MAX or not _ADDRESS.fullmatch(address):
            return None
        written = quote(address, safe=_SAFE)
        title = " ".join("".join(char if char.isprintable() else " " for char in title).split())
        self._titles[written] = self._titles.get(written) or title
        return written
