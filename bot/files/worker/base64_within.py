"""Finds base64 within a text (mostly pictures), and where it is.

Pure. Source: RFC 2397 (data URLs). Base64 without a data URL is recognised by its first characters.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Callable
from dataclasses import dataclass

STARTS = ("iVBORw0KGgo", "/9j/", "R0lGODlh", "R0lGODdh", "UklGR", "JVBERi0")
"""How PNG, JPEG, GIF, WebP and PDF begin in base64."""
CHARS_MIN = 200
_ALONE_CHARS_MIN = 1_000
"""The least length of base64 outside a data URL."""
_BASE64 = r"(?:[A-Za-z0-9+/]{40,}+[ \t]*\r?\n[ \t]*)*+[A-Za-z0-9+/]*+={0,2}"
_NAMED = rf"data:(?P<type>[\w.+-]{{1,40}}/[\w.+-]{{1,60}})(?:;[\w=.+-]{{1,60}}){{0,4}};base64,\s*(?P<data>{_BASE64})"
_ALONE = rf"(?<![A-Za-z0-9+/=])(?P<alone>(?=(?:{'|'.join(map(re.escape, STARTS))})){_BASE64})"
_PACKED = re.compile(f"{_NAMED}|{_ALONE}")


@dataclass(frozen=True, slots=True)
class Packed:
    """``kind`` is the media type. Outside a data URL it is ``image/``, or that of a PDF."""

    kind: str
    content: bytes


def replaced(text: str, instead: Callable[[Packed], str]) -> str:
    """The text with each piece replaced by words. Anything that is not base64 after all stays."""

    def one(match: re.Match[str]) -> str:
        alone = match["alone"]
        data = match["data"] if alone is None else alone
        if len(data) < (CHARS_MIN if alone is None else _ALONE_CHARS_MIN):
            return match[0]
        try:
            content = binascii.a2b_base64(data)
        except ValueError:
            return match[0]
        kind = match["type"] or ("application/pdf" if content.startswith(b"%PDF") else "image/")
        if kind.startswith("text/"):
            return match[0]
        return match[0][: len(match[0]) - len(data)] + instead(Packed(kind, content))

    return _PACKED.sub(one, text)
