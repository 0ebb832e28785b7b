"""Removes secrets from text for the log, whatever else it contains. Pure.

Two nets, one below the other: what looks like a token is left out wherever it comes from, and the process's own secrets
by their values, in the forms that libraries write them in: percent-encoded, as JSON or Python quotes them, in base64 as
of a ``Basic`` authorisation, and cut off at the end.
"""

from __future__ import annotations

import json
import re
from base64 import b64encode
from collections.abc import Iterable, Iterator, Mapping
from urllib.parse import quote, quote_plus, unquote, urlsplit

REDACTED = "[redacted]"
TOKEN = re.compile(
    r"xox[a-z]-[\w-]{6,}|xapp-[\w-]{6,}|xoxe\.[\w.-]{6,}|sk-[\w-]{8,}"
    r"|(?i:bearer|basic)\s+(?!Information\b)[\w.~+/-]{6,}=*"  # Slack's page "Basic Information" is none
    r"|(?<=ticket=)[\w%.-]+|hooks\.slack[^\s'\"\\]*/(?:commands|actions)/[^\s'\"\\]+"
    r"|(?<=://)[^\s'\"/@]+(?=@)"
)
SECRET_CHARS_MIN = 4
"""A shorter one would leave holes in every line, and protects nothing."""
PREFIX_CHARS = 12
"""So much of the beginning of a secret is as good as all of it: the rest may have been cut off."""


class Redaction:
    """``secrets`` are values, and addresses with a password in them."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        forms = {form for secret in secrets for value in _values(secret) for form in _forms(value)}
        self._forms = sorted(forms, key=lambda form: (-len(form), form))
        heads = sorted({re.escape(form[:PREFIX_CHARS]) for form in self._forms})
        self._suspicious = re.compile("|".join([TOKEN.pattern, *heads]))
        """Nearly no text is, and to ask this takes a fifth of looking for each."""

    def text(self, text: str) -> str:
        if self._suspicious.search(text) is None:
            return text
        shown = TOKEN.sub(REDACTED, text)
        for form in self._forms:
            shown = _without(shown, form)
        return shown

    def value(self, value: object) -> object:
        """``value`` with every text in it redacted, in nested values and names too."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, Mapping):
            return {self.value(key): self.value(item) for key, item in value.items()}
        if isinstance(value, list | tuple | set | frozenset):
            return [self.value(item) for item in value]
        return value if value is None or isinstance(value, bool | int | float) else self.text(repr(value))


def _values(secret: str) -> Iterator[str]:
    if "://" not in secret:
        yield secret
        return
    try:
        password = urlsplit(secret).password
    except ValueError:
        password = None
    if password:
        yield password
        yield unquote(password)


def _forms(value: str) -> Iterator[str]:
    if len(value) < SECRET_CHARS_MIN:
        return
    yield from (value, quote(value, safe=""), quote(value), quote_plus(value), quote(value, safe="").lower())
    yield json.dumps(value)[1:-1]
    yield json.dumps(value, ensure_ascii=False)[1:-1]
    yield repr(value)[1:-1]
    yield b64encode(value.encode("utf-8", "surrogatepass")).decode().rstrip("=")


def _without(text: str, form: str) -> str:
    """Without the form, and without a beginning of it that is as good as all of it."""
    head = form[:PREFIX_CHARS]
    pieces, end = [], 0
    while (found := text.find(head, end)) >= 0:
        pieces += [text[end:found], REDACTED]
        end = found + len(head)
        while end < len(text) and end - found < len(form) and text[end] == form[end - found]:
            end += 1
    return "".join([*pieces, text[end:]]) if pieces else text
