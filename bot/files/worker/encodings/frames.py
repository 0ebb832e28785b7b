"""Detects the DOS code page of a text with box-drawing characters, as in reports and screens of DOS.

Pure. Where the code pages of DOS have box-drawing characters, other encodings have letters; but box-drawing characters
come in runs, unlike letters. The remaining text tells which of the code pages it is.
"""

from __future__ import annotations

import re

from bot.files.worker.encodings.likely_encoding import most_plausible

_RUN = re.compile(rb"([\xb0-\xb2\xc4\xcd\xdb\xdc\xdf])\1{3,}")
_SIGNS = re.compile(rb"[\xb0-\xdf]+")
_RUNS_BYTES_MIN = 8
_BEYOND_ASCII = bytes(range(0x80, 0x100))
_OF_RUNS_MIN = 0.3
"""The least share of the characters beyond ASCII that is in runs."""
_WITHIN_WORD = re.compile(
    rb"(?<=[A-Za-z\xe0-\xff])[\xc0-\xc2\xc5-\xcb\xce-\xdf]|[\xc0-\xc2\xc5-\xcb\xce-\xdf](?=[A-Za-z\xe0-\xff])"
)
"""A corner touches no word."""
_OF_WORDS_MAX = 0.05
_CODE_PAGES = ("cp437", "cp866", "cp850", "cp852", "cp737", "cp862")
"""Of equals the earlier one. Between 0xB0 and 0xDF only two of them have a few letters."""


def codec_of_frames(sample: bytes) -> str | None:
    in_runs = sum(run.end() - run.start() for run in _RUN.finditer(sample))
    beyond_ascii = len(sample) - len(sample.translate(None, _BEYOND_ASCII))
    if in_runs < max(_RUNS_BYTES_MIN, _OF_RUNS_MIN * beyond_ascii):
        return None
    if len(_WITHIN_WORD.findall(_RUN.sub(b" ", sample))) > _OF_WORDS_MAX * beyond_ascii:
        return None
    return most_plausible(_SIGNS.sub(b" ", sample), _CODE_PAGES)
