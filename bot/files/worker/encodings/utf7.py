"""Detects UTF-7 in bytes that are all ASCII.

Pure. Source: RFC 2152. A plus sign begins base64 of UTF-16. In another text it is rarely followed by whole characters
that people write, with nothing left over, and never at every plus sign.
"""

from __future__ import annotations

import re
import unicodedata
from binascii import Error, a2b_base64

from bot.files.worker.encodings.familiar import familiar

_SHIFT = re.compile(rb"\+([A-Za-z0-9+/]*)(-?)")
_DIGITS = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_SHIFTS_MAX = 2_000
_ALPHABETS = ("LATIN", "GREEK", "CYRILLIC", "HEBREW", "ARABIC", "THAI", "HIRAGANA", "KATAKANA", "ARMENIAN")
_COMMON = familiar("gb18030") | familiar("cp932") | familiar("big5hkscs") | familiar("cp949")
_COMMON_SHARE_MIN = 0.4
_CHARS_MIN = 2


def is_utf7(data: bytes) -> bool:
    """Not only small letters, nor one character repeated: words after plus signs may look like that."""
    if b"+" not in data:
        return False
    pieces, is_word = [], True
    for number, found in enumerate(_SHIFT.finditer(data)):
        if number > _SHIFTS_MAX:
            break
        if not found[1]:
            if not found[2]:
                return False
            continue
        text = _read(found[1])
        if text is None:
            return False
        pieces.append(text)
        is_word = is_word and found[1].islower() and found[1].isalpha()
    if is_word or (len(set(pieces)) == 1 and len(pieces[0]) == 1):
        return False
    return _are_words("".join(pieces))


def _read(base64: bytes) -> str | None:
    """``None`` if characters are incomplete or bits are left over."""
    bits_left = len(base64) * 6 % 16
    if bits_left >= 6 or len(base64) < 3 or _DIGITS.index(base64[-1]) & ((1 << bits_left) - 1):
        return None
    try:
        data = a2b_base64(base64 + b"=" * (-len(base64) % 4))
        return data[: len(base64) * 6 // 16 * 2].decode("utf-16-be")
    except (Error, UnicodeDecodeError):
        return None


def _are_words(text: str) -> bool:
    letters = common = 0
    for char in text:
        category = unicodedata.category(char)
        if category in {"Cn", "Co", "Cs"} or (category == "Cc" and char not in "\t\r\n"):
            return False
        if char.isascii() or category[0] not in "LM":
            continue
        name = unicodedata.name(char, "")
        letters += 1
        common += name.startswith(_ALPHABETS) or char in _COMMON
    return letters >= _CHARS_MIN and common >= _COMMON_SHARE_MIN * letters
