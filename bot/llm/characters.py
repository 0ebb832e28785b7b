"""Words as a server sends them go in, piece by piece; words that can be shown and stored come out. Pure.

Some servers part a character between two events, as two halves in JSON's escapes: they are put together again. A half
without its other half, and NUL, are no words.
"""

from __future__ import annotations


class WholeCharacters:
    """Of one answer."""

    def __init__(self) -> None:
        self._half = ""

    def feed(self, text: str) -> str:
        """All but a half at the end, whose other half may be the next to come."""
        if not self._half and text.isascii() and "\0" not in text:
            return text
        text = (self._half + text).replace("\0", "")
        self._half = text[-1] if "\ud800" <= text[-1:] <= "\udbff" else ""
        text = text.removesuffix(self._half)
        if text.isascii():
            return text
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
