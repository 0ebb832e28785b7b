"""Removes characters from XML that it does not allow, which would end the reading of all that follows.

Pure. Excel itself writes ``&#7;`` into its XML, programs copy control characters out of databases, and some write an
emoji as two halves of a UTF-16 pair. Source: XML 1.0, 2.2 (Char) and 4.1 (CharRef).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

_CONTROLS = bytes(code for code in range(32) if code not in {9, 10, 13})
_ANY = rb"&#(x[0-9A-Fa-f]{1,8}|[0-9]{1,8});"
_DOUBTFUL = re.compile(
    rb"&#(x0{0,4}(?:1?[0-9A-Fa-f]|[Dd][0-9A-Fa-f]{3}|[Ff]{3}[EFef]|[1-9A-Fa-f][0-9A-Fa-f]{5})"
    rb"|0{0,4}(?:[12]?[0-9]|3[01]|5[5-7][0-9]{3}|6553[45]|[1-9][0-9]{6}));(?:&#(x0{0,4}[Dd][C-Fc-f][0-9A-Fa-f]{2}|5[67][0-9]{3});)?"
)
"""A number that is no character, or half of a pair, and the other half after it."""
_AT_END = re.compile(_ANY + rb"\Z")
_LONGEST_BYTES = 12
_LOST = 0xFFFD


def allowed(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """The same XML in UTF-8 or another encoding that begins like ASCII; in UTF-16 it is left as it is."""
    held, start, wide = b"", b"", False
    for chunk in chunks:
        if len(start) < 4:
            start += chunk[:4]
            wide = b"\0" in start or start.startswith((b"\xff\xfe", b"\xfe\xff"))
        if wide:
            yield chunk
            continue
        text = held + chunk.translate(None, _CONTROLS)
        cut = _complete(text)
        text, held = text[:cut], text[cut:]
        yield _DOUBTFUL.sub(_mended, text) if b"&#" in text else text
    yield _DOUBTFUL.sub(_mended, held)


def _complete(text: bytes) -> int:
    """Where a number begins whose end, or whose other half, may follow in the next piece."""
    end = text.rfind(b"&", max(len(text) - _LONGEST_BYTES, 0))
    end = end if end >= 0 and b";" not in text[end:] else len(text)
    last = _AT_END.search(text, max(end - _LONGEST_BYTES, 0), end)
    return last.start() if last is not None and _is_first_half(_code(last[1])) else end


def _mended(found: re.Match[bytes]) -> bytes:
    first = _code(found[1])
    if found[2] is None:
        return _written(first)
    second = _code(found[2])
    if _is_first_half(first) and 0xDC00 <= second < 0xE000:
        return _written(0x10000 + (first - 0xD800 << 10) + second - 0xDC00)
    return _written(first) + _written(second)


def _is_first_half(code: int) -> bool:
    return 0xD800 <= code < 0xDC00


def _code(number: bytes) -> int:
    return int(number[1:], 16) if number.startswith(b"x") else int(number)


def _written(code: int) -> bytes:
    if code < 32 and code not in {9, 10, 13}:
        return b""
    is_character = code < 0xD800 or 0xE000 <= code < 0xFFFE or 0x10000 <= code < 0x110000
    return b"&#%d;" % (code if is_character else _LOST)
