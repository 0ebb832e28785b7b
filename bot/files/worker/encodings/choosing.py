"""Chooses among the encodings in common use the one that makes words of some lines that are not ASCII.

Pure. ``plausible`` judges the words, which decides short texts. ``chardet`` counts pairs of bytes, which decides longer
ones if words leave it open. What is still open is settled by how common each encoding is.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from dataclasses import dataclass

from bot.files.worker.encodings.look_alikes import is_narrow_kana
from bot.files.worker.encodings.plausible import ENOUGH_CHARS, out_of_place

EASTERN = ("cp932", "euc_jis_2004", "gb18030", "big5hkscs", "cp949", "johab")
WESTERN = ("cp1252", "iso8859-15", "cp1250", "iso8859-2", "cp1254", "cp1257", "cp1258", "cp850")
_CYRILLIC = ("cp1251", "koi8-r", "koi8-u", "cp866", "iso8859-5", "cp855", "mac-cyrillic")
_OTHERS = ("cp1253", "iso8859-7", "cp1255", "cp1256", "iso8859-6", "cp874", "cp862")
_ALPHABETS = frozenset({*_CYRILLIC, *_OTHERS})
CANDIDATES = (*EASTERN, *WESTERN, *_CYRILLIC, *_OTHERS)
_HOW_COMMON = {
    "cp1252": 2.0,
    "cp1251": 1.0,
    "cp1250": 0.8,
    "iso8859-2": 0.7,
    "cp932": 0.6,
    "cp1254": 0.5,
    "gb18030": 0.5,
    "cp1257": 0.4,
    "cp1255": 0.2,
    "koi8-u": -0.3,
    "iso8859-6": -0.5,
    "cp874": -0.6,
    "cp850": -1.0,
    "cp862": -1.0,
    **dict.fromkeys(("cp855", "mac-cyrillic", "cp1258"), -1.0),
    "johab": -3.0,
}
_ODD_WEIGHT, _PAIRS_WEIGHT = 3.0, 0.5
_SURE_BY, _SURE_CHARS_MIN = 3.0, 150
_SURE_OF_EASTERN_BY = 5.0
_SURE_OF_OTHERS_BY, _MANY_CHARS = 1.5, 1_000
_ALIKE, _SURE_OF_ALIKE_BY = frozenset({"cp1251", "mac-cyrillic"}), 1.0
"""They have the same small letters but one: pairs chose as words did in all of 30 texts that were open between them."""
_LIKE_OTHERS = frozenset({*EASTERN, "cp874"})
"""Encodings whose characters may each be made of two letters of another."""
_FAMILIAR_CHARS_MIN, _UNFAMILIAR_MAX, _UNFAMILIAR_MIN = 3, 0.04, 0.08
_FIRST_CHARS, _LONG_CHARS = 300, 1_200
"""This many characters show which readings of a longer text are likely the best."""
_BROKEN_SHARE_MAX = 0.05
_ASCII = bytes(range(0x80))
_CAPITALS_SHARE_MIN = 0.9
_NARROW = re.compile("[\uff61-\uffdf]")
"""Kana of one byte, which letters of other alphabets are, too."""
_WORD = re.compile(r"[^\W\d_\x00-\x7f]{2}")
_BYTES_IN_A_ROW = re.compile(rb"[\x80-\xff]{2,}")


def chosen(sample: bytes) -> str:
    """Pairs of bytes are counted only if they can change the words. Their tables take 35 MB, and loading them takes as
    long as reading a hundred short texts."""
    sample = _mended(sample)
    runs = b" ".join(_BYTES_IN_A_ROW.findall(sample))
    readings = {codec: text for codec in CANDIDATES if (text := _reading(sample, codec, runs)) is not None}
    if not readings:
        return "cp1252"
    if is_narrow_kana(readings):
        return "cp932"
    merits = _by_words(readings)
    best = max(merits, key=lambda codec: merits[codec].merit)
    least = max(words.merit - words.pairs_weight for words in merits.values())
    possible = [codec for codec, words in merits.items() if words.merit >= least]
    rivals = [codec for codec in possible if readings[codec] != readings[best]]
    if not rivals or _is_familiar(merits, best, readings[best]) or _is_sure(merits, best, rivals):
        return best
    likely = _likely(sample, list(readings))
    top = max(likely.values(), default=0.0) or 1.0
    unlikely = {codec: 1 - likely.get(codec, 0.0) / top for codec in possible}
    return max(possible, key=lambda codec: merits[codec].merit - unlikely[codec] * merits[codec].pairs_weight)


@dataclass(frozen=True, slots=True)
class _Words:
    """How good the words of a reading are, judged by ``chars`` that are not ASCII."""

    merit: float
    chars: int
    odd: float

    @property
    def pairs_weight(self) -> float:
        """How much less a reading is worth if no pair of bytes supports it."""
        return _PAIRS_WEIGHT * min(self.chars, ENOUGH_CHARS)


def _is_familiar(merits: dict[str, _Words], best: str, text: str) -> bool:
    """Whether only this Eastern reading has common characters nearly throughout. So few pairs of bytes then have no
    say: of 360 tables of one to three Japanese names in EUC-JP, words choose 326 rightly, and words and pairs 222.
    """
    if best not in EASTERN or not _FAMILIAR_CHARS_MIN <= merits[best].chars <= ENOUGH_CHARS:
        return False
    others = (words for codec, words in merits.items() if codec in EASTERN and codec != best)
    if _NARROW.search(text) or merits[best].odd > _UNFAMILIAR_MAX * merits[best].chars:
        return False
    return all(words.odd >= _UNFAMILIAR_MIN * words.chars for words in others)


def _is_sure(merits: dict[str, _Words], best: str, rivals: list[str]) -> bool:
    """Of 2,017 samples of 0.5 to 64 kB in all of these encodings whose choice was open, this holds for 951: pairs chose
    otherwise in 20 of them, each time wrongly."""
    words = merits[best]
    if words.merit <= -_SURE_BY or words.chars < _SURE_CHARS_MIN or best == "johab":
        return False
    return all(words.merit - merits[codec].merit > _margin(best, codec, words.chars) for codec in rivals)


def _margin(best: str, rival: str, chars: int) -> float:
    if {best, rival} == _ALIKE:
        return _SURE_OF_ALIKE_BY
    if best in _LIKE_OTHERS:
        return _SURE_OF_EASTERN_BY
    if rival in _LIKE_OTHERS:
        return _SURE_OF_OTHERS_BY if chars >= _MANY_CHARS else math.inf
    return _SURE_BY


def _reading(sample: bytes, codec: str, runs: bytes) -> str | None:
    """Nobody writes only signs in the encoding of an alphabet, nor single letters among Latin words. ``runs`` is what
    is in the sample of two and more bytes in a row that are not ASCII."""
    try:
        if codec in _ALPHABETS and not _WORD.search(runs.decode(codec)):
            return None
        return sample.decode(codec)
    except UnicodeError:
        return None


def _by_words(readings: dict[str, str]) -> dict[str, _Words]:
    """In the order of ``readings``; of equals the earlier one is better. Drops those early that cannot be the best,
    whatever pairs say."""
    found: dict[str, _Words] = {}
    least = -math.inf
    for codec in sorted(readings, key=lambda codec: _odd_at_first(readings[codec], codec)):
        common = _HOW_COMMON.get(codec, 0.0)
        odd, chars = out_of_place(readings[codec], codec, (common - least) / (_ODD_WEIGHT * ENOUGH_CHARS))
        found[codec] = _Words(common - _ODD_WEIGHT * odd / max(chars, 1) * min(chars, ENOUGH_CHARS), chars, odd)
        least = max(least, found[codec].merit - found[codec].pairs_weight)
    return {codec: found[codec] for codec in readings}


def _odd_at_first(text: str, codec: str) -> float:
    return out_of_place(text[:_FIRST_CHARS], codec)[0] if len(text) > _LONG_CHARS else 0.0


def _likely(sample: bytes, codecs_left: list[str]) -> dict[str, float]:
    """By pairs of bytes. Pairs of capitals are rare in every language, so they are looked up as small letters."""
    found = _by_pairs(sample, codecs_left)
    times = Counter(sample.translate(None, _ASCII))
    for codec in (*_CYRILLIC, "cp1253", "iso8859-7"):
        if codec in codecs_left and _is_in_capitals(times, codec):
            small = sample.decode(codec).lower().encode(codec, "ignore")
            found[codec] = max(found.get(codec, 0.0), _by_pairs(small, codecs_left).get(codec, 0.0))
    return found


def _is_in_capitals(bytes_: Counter[int], codec: str) -> bool:
    """Except for a few words, such as the abbreviation "Νο" in a heading in capitals."""
    chars = [(bytes((byte,)).decode(codec), times) for byte, times in bytes_.items()]
    letters = sum(times for char, times in chars if char.isalpha())
    capitals = sum(times for char, times in chars if char.isalpha() and char.isupper())
    return capitals >= _CAPITALS_SHARE_MIN * letters > 0


def _by_pairs(sample: bytes, codecs_left: list[str]) -> dict[str, float]:
    from bot.files.worker.encodings.pairs_of_bytes import detect_all  # noqa: PLC0415 - 30 MB, for workers that need them

    found = detect_all(
        sample,
        ignore_threshold=True,
        compat_names=False,
        include_encodings=codecs_left,
        no_match_encoding=codecs_left[0],
        empty_input_encoding=codecs_left[0],
    )
    return {str(one["encoding"]): one["confidence"] for one in found}


def _mended(sample: bytes) -> bytes:
    """Drops lines that one broken byte would keep every Eastern encoding from reading, if they are few."""
    lines = sample.split(b"\n")
    for codec in EASTERN[:-1]:
        if not decodes(sample, codec) and (whole := _without_broken(lines, codec, _BROKEN_SHARE_MAX * len(sample))):
            return whole
    return sample


def _without_broken(lines: list[bytes], codec: str, broken_bytes_max: float) -> bytes:
    """Empty if more is broken."""
    kept, broken_bytes = [], 0
    for line in lines:
        if line.isascii() or decodes(line, codec):
            kept.append(line)
            continue
        broken_bytes += len(line) + 1
        if broken_bytes > broken_bytes_max:
            return b""
    return b"\n".join(kept)


def decodes(data: bytes, codec: str | None) -> bool:
    try:
        return codec is not None and data.decode(codec) is not None
    except UnicodeError:
        return False
