"""A text as Office Open XML writes it for Excel in, the text out: ``_x000D_`` stands for a character that XML has not.

Pure. Source: ECMA-376 part 1, 22.9.2.19 (ST_Xstring), which texts of cells, comments, headers, hints and charts are.
"""

from __future__ import annotations

import re

_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")


def unescaped(text: str) -> str:
    if "_x" not in text:
        return text
    halves = _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)  # of UTF-16, of which two may be one character
    return halves.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
