"""Joins characters that a server split, and drops what cannot be shown or stored. Pure.

Some servers split a character between two events, as two halves in JSON escapes: they are joined again. A half without
its other half, and NUL, are dropped.
"""

from __future__ import annotations


class WholeCharacters:
    """The characters of one answer."""

    def __init__(self) -> None:
        self._half = ""

    def feed(self, text: str) -> str:
        """Everything but a half at the end, whose other half may come next."""
        if not self._half and text.isascii() and "\0" not in text:
            return text
        text = (self._half + text).replace("\0", "")
        self._half = text[-1] if "\ud800" <= text[-1:] <= "\udbff" else ""
        text = text.removesuffix(self._half)
        if text.isascii():
            return text
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
