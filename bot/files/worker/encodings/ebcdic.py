"""Detects text of a mainframe (EBCDIC).

Pure. In EBCDIC blanks are 0x40 and letters are above 0x80, and no byte is a blank or line end of ASCII. Code pages
differ in national letters: in the wrong one, words contain brackets and other signs.
"""

from __future__ import annotations

import re

from bot.files.worker.encodings.more_codecs import EBCDIC
from bot.files.worker.encodings.plausible import out_of_place

_BLANK = 0x40
_CONTROLS = bytes(set(range(0x40)) - {0x05, 0x0C, 0x0D, 0x15, 0x25} | {0xFF})
_SAMPLE_BYTES = 4_000
_BYTES_MIN = 12
_BLANK_SHARE_MIN, _WORDS_SHARE_MIN = 0.02, 0.6
_SIGNS = frozenset("{}[]\\|~^`¬¢¦@#$§£¥¨µ!")
_PAIRS = re.compile(rb"\x0e(?:[\x40-\xfe]{2})*(?:\x0f|[\x40-\xfe]?\Z)")
_PAIRS_BYTES_MIN = 8
_NOBODYS_SIGN = "¤"
"""A newer page has the euro in its place."""
_ODD_SHARE_MAX = 0.05


def codec_of_ebcdic(data: bytes) -> str | None:
    sample = data[:_SAMPLE_BYTES]
    parted = sample.count(_BLANK) >= max(_BLANK_SHARE_MIN * len(sample), 1) or (
        not sample.isascii() and _has_lines(sample)
    )
    if len(sample) < _BYTES_MIN or not parted:
        return None
    if len(sample.translate(None, _CONTROLS)) < len(sample) or sample.isascii():
        return None
    best = min(EBCDIC, key=lambda codec: _odd(sample, codec))
    text = sample.decode(best)
    words = sum(char.isalnum() or char.isspace() for char in text)
    fits = words >= _WORDS_SHARE_MIN * len(text) and _odd(sample, best) <= _ODD_SHARE_MAX * len(text)
    return best if fits else None


def is_paired(head: bytes) -> bool:
    """Whether it mixes in characters of two bytes, between shift-out and shift-in."""
    sample = head[:_SAMPLE_BYTES]
    rest = _PAIRS.sub(b"", sample)
    return len(sample) - len(rest) >= _PAIRS_BYTES_MIN and len(rest.translate(None, _CONTROLS)) == len(rest)


def _has_lines(sample: bytes) -> bool:
    return b"\x15" in sample or b"\x25" in sample


def _odd(sample: bytes, codec: str) -> float:
    """Counts signs that touch letters, and how odd the characters beyond ASCII are."""
    text = f" {sample.decode(codec)} "
    signs = sum(
        char in _SIGNS and (text[at - 1].isalpha() + text[at + 1].isalpha() + (char != "!") > 1)
        for at, char in enumerate(text[1:-1], 1)
    )
    return signs + text.count(_NOBODYS_SIGN) + out_of_place(text, codec)[0]
