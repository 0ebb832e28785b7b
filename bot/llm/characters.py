"""Joins characters that a server split, drops what cannot be shown or stored, and lets an answer begin with a word.
Pure.

Some servers split a character between two events, as two halves in JSON escapes: they are joined again. A half without
its other half, and NUL, are dropped.

White space before the first word waits for that word: while nothing can be seen of an answer, it has not begun, and
what fails can be asked again.
"""

from __future__ import annotations


class WholeCharacters:
    """The characters of one answer."""

    def __init__(self) -> None:
        self._half = ""
        self._before: list[str] | None = []
        """White space, until there is a word."""

    def feed(self, text: str) -> str:
        """Everything but a half at the end, whose other half may come next, and white space that nothing follows."""
        text = self._joined(text)
        if self._before is None:
            return text
        self._before.append(text)
        if not text.strip():
            return ""
        text, self._before = "".join(self._before), None
        return text

    def _joined(self, text: str) -> str:
        if not self._half and text.isascii() and "\0" not in text:
            return text
        text = (self._half + text).replace("\0", "")
        self._half = text[-1] if "\ud800" <= text[-1:] <= "\udbff" else ""
        text = text.removesuffix(self._half)
        if text.isascii():
            return text
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
