"""Decodes the escapes in Excel's XML: ``_x000D_`` stands for a character that XML does not allow.

Pure. Source: ECMA-376 part 1, 22.9.2.19 (ST_Xstring): cell texts, comments, headers, hints and charts use it.
"""

from __future__ import annotations

import re

_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")


def unescaped(text: str) -> str:
    if "_x" not in text:
        return text
    halves = _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)  # UTF-16 units; two may be one character
    return halves.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
