"""Decides between two encodings whose rules the same bytes follow.

Pure.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from functools import lru_cache

from bot.files.worker.encodings.plausible import BEYOND_ASCII, out_of_place

_LONGER_CHAR = re.compile(rb"[\xe0-\xf4][\x80-\xbf]{2}")
_RUSSIAN_OF_DOS = re.compile(rb"[\xe0-\xef][\xa0-\xaf]{2}")
_BYTES_MAX = 1_000
_ODD_SHARE_MIN = 0.9
_DOUBTFUL_SHARE = 0.1
_NARROW_KANA = re.compile(r"(?=[^ｱ-ﾝ]*+[ｱ-ﾝ])[\x00-\x7f｡-ﾟ]*+")


def may_be_by_chance(utf8: bytes) -> bool:
    """Whether it may follow UTF-8's rules by chance: "SPÓŁKA" in Polish then has a Cyrillic letter among Latin ones."""
    if len(utf8) > _BYTES_MAX or _LONGER_CHAR.search(utf8):
        return False
    return sum(map(_too_odd_by, [word for word in utf8.split() if not word.isascii()])) >= 0


@lru_cache(maxsize=8_192)
def _too_odd_by(word: bytes) -> float:
    """Cached, since a long log has few different words and each of its lines is asked about."""
    text = word.decode("utf-8")
    if not "".join(BEYOND_ASCII.findall(text)).isalpha():
        return -math.inf
    odd, count = out_of_place(text, "utf-8")
    return odd - _ODD_SHARE_MIN * count


def is_by_chance(utf8: bytes, codec: str) -> bool:
    """Whether it follows UTF-8's rules by chance, and ``codec`` makes words of it."""
    try:
        return may_be_by_chance(utf8) and not out_of_place(utf8.decode(codec), codec)[0]
    except UnicodeDecodeError:
        return False


def is_russian_of_dos(sample: bytes) -> bool:
    """Whether they are whole words in the code page of Russian DOS, where three letters in a row may keep UTF-8's
    rules: in "Проверка" more do than break them."""
    sample = sample[:_BYTES_MAX]
    return _RUSSIAN_OF_DOS.search(sample) is not None and not out_of_place(sample.decode("cp866"), "cp866")[0]


def is_narrow_kana(readings: Mapping[str, str]) -> bool:
    """Whether all readings have only the narrow kana of Japanese banks beyond ASCII, whose pairs of bytes have no
    statistics.

    The same bytes are capitals of other alphabets, but not with voicing marks among them.
    """
    if "cp932" not in readings or not _NARROW_KANA.fullmatch(readings["cp932"]):
        return False
    if out_of_place(readings["cp932"], "cp932", 0.0)[0]:
        return False
    odds = (out_of_place(text, codec, _DOUBTFUL_SHARE) for codec, text in readings.items() if codec != "cp932")
    return all(odd >= _DOUBTFUL_SHARE * count for odd, count in odds)
