"""Finds the address in a HYPERLINK formula, as text or as tokens of Excel's binary files.

Pure. Source: [MS-XLS] 2.5.198; [MS-XLSB] differs only in the length of texts. HYPERLINK is function 359.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator

_WRITTEN = re.compile(r'(?:^|[^A-Za-z0-9_])HYPERLINK\(\s*"((?:[^"]|""){1,500})"\s*(&?)', re.IGNORECASE)
_FORMULA_CHARS_MAX = 4_000
CALL = re.compile(rb"[\x22\x42\x62][\x01\x02]\x67\x01")
"""A call with one argument or two, among the tokens of a formula."""
_TEXT, _JOINED = 0x17, 0x08
_REFERENCES = frozenset({0x24, 0x44, 0x64})
_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]{1,20}:|www\.|\\\\")
_SPACE, _SPACE_BYTES = b"\x19\x40", 4


def in_formula(formula: str) -> str:
    """If the address is joined from parts, its beginning; empty if it is in another cell."""
    found = _WRITTEN.search(formula[:_FORMULA_CHARS_MAX]) if "HYPERLINK" in formula.upper() else None
    return found[1].replace('""', '"') + ("…" if found[2] else "") if found else ""


def in_tokens(tokens: bytes, *, long_texts: bool) -> str:
    """The same for a formula's tokens. ``long_texts``: they are from an .xlsb."""
    call = CALL.search(tokens)
    if call is None:
        return ""
    start = 0
    while tokens[start : start + 2] == _SPACE:
        start += _SPACE_BYTES
    for at, text, end in _texts(tokens[: call.start()], long_texts=long_texts):
        if at == start or _ADDRESS.match(text):
            behind = end + (7 if long_texts else 5)
            joined = tokens[end] in _REFERENCES and tokens[behind : behind + 1] == bytes([_JOINED])
            return text + ("…" if joined else "")
    return ""


def _texts(tokens: bytes, *, long_texts: bool) -> Iterator[tuple[int, str, int]]:
    """Possible texts among the tokens, with begin and end: tokens have no mark to find them by."""
    at = tokens.find(_TEXT)
    while at >= 0:
        head = 3
        if long_texts and at + 3 <= len(tokens):
            size, codec = 2 * struct.unpack_from("<H", tokens, at + 1)[0], "utf-16-le"
        elif at + 3 <= len(tokens):
            wide = tokens[at + 2] & 1
            size, codec = tokens[at + 1] << wide, "utf-16-le" if wide else "latin-1"
        else:
            return
        text = tokens[at + head : at + head + size].decode(codec, "replace")
        if 0 < size <= len(tokens) - at - head and text.isprintable():
            yield at, text, at + head + size
            at = tokens.find(_TEXT, at + head + size)
        else:
            at = tokens.find(_TEXT, at + 1)
