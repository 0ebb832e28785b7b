"""A text in, what is written into it as base64 (pictures above all) out, with where it stands.

Pure. Source: RFC 2397 (addresses that are the data themselves); what no address names is known by how it begins.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Callable
from dataclasses import dataclass

STARTS = ("iVBORw0KGgo", "/9j/", "R0lGODlh", "R0lGODdh", "UklGR", "JVBERi0")
"""Of PNG, JPEG, GIF, WebP and PDF in base64."""
CHARS_MIN = 200
_ALONE_CHARS_MIN = 1_000
"""Of one that no address names."""
_BASE64 = r"(?:[A-Za-z0-9+/]{40,}+[ \t]*\r?\n[ \t]*)*+[A-Za-z0-9+/]*+={0,2}"
_NAMED = rf"data:(?P<type>[\w.+-]{{1,40}}/[\w.+-]{{1,60}})(?:;[\w=.+-]{{1,60}}){{0,4}};base64,\s*(?P<data>{_BASE64})"
_ALONE = rf"(?<![A-Za-z0-9+/=])(?P<alone>(?=(?:{'|'.join(map(re.escape, STARTS))})){_BASE64})"
_PACKED = re.compile(f"{_NAMED}|{_ALONE}")


@dataclass(frozen=True, slots=True)
class Packed:
    """``kind`` is its media type; of one that no address names it is ``image/``, or that of a PDF."""

    kind: str
    content: bytes


def replaced(text: str, instead: Callable[[Packed], str]) -> str:
    """The text with other words in the place of each; what is no base64 after all stays, as does text."""

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
