"""Tells whether bytes are text, even if there are zeros in it. Pure."""

from __future__ import annotations

import re

from bot.files.worker.encodings.ebcdic import codec_of_ebcdic
from bot.files.worker.encodings.escaped import codec_of_escapes
from bot.files.worker.encodings.wide import MARKS, codec_without_mark, is_written_behind_mark

_BINARY_CONTROLS = bytes(set(range(0x20)) - set(b"\t\n\v\f\r\b\x1a\x1b\x1c\x1d\x1e\x1f"))
"""Control characters that text does not use."""
_ZERO_ALONE = re.compile(rb"(?<![\0])\0(?!\0)")
_TELLING_BYTES = 200
_PLAIN = bytes((*b"\t\n\r", *range(0x20, 0x7F)))
_LINES_MIN, _BEGUN_BYTES = 4, 8


def is_text(head: bytes) -> bool:
    """Whether these bytes can be text in some encoding: UTF-16/32 with or without a mark, or no control characters."""
    if head.startswith(MARKS):
        return is_written_behind_mark(head)
    if head.startswith(b"\xef\xbb\xbf"):
        return True
    if b"\x00" in head:
        return codec_without_mark(head) is not None
    few = _controls(head) <= max(len(head) // 200, 1)
    return few or any(codec_of(head) for codec_of in (codec_of_escapes, codec_without_mark, codec_of_ebcdic))


def is_log_with_bytes(head: bytes) -> bool:
    """A log with raw bytes from a connection: lines that begin in ASCII and are mostly ASCII."""
    if head[:_BEGUN_BYTES].translate(None, _PLAIN):
        return False  # marks of compiled programs and catalogues have other bytes early on
    lines = [line for line in head.split(b"\n") if line.strip()]
    begun = sum(not line[:_BEGUN_BYTES].translate(None, _PLAIN) for line in lines)
    plain = len(head) - len(head.translate(None, _PLAIN))
    return len(lines) >= _LINES_MIN and begun >= 0.8 * len(lines) and plain >= 0.8 * len(head)


def _controls(data: bytes) -> int:
    return len(data) - len(data.translate(None, _BINARY_CONTROLS))


def is_text_with_zeros(head: bytes, tail: bytes) -> bool:
    """A log with a block of zeros, as logrotate's copytruncate or a power cut leaves, or a list separated by zeros.

    Binary formats have words and zeros, too, but hardly any lines, and soon other control characters.
    """
    words = without_zeros(head) or without_zeros(tail)
    if b"\n" not in words or _controls(words):
        return False
    text = words.decode("utf-8", "replace")
    return len(words) >= _TELLING_BYTES or text.count("\ufffd") - text.endswith("\ufffd") <= len(text) // 4


def without_zeros(data: bytes) -> bytes:
    """Removes zeros. Single ones between records, as from ``find -print0``, become line ends."""
    if b"\0" in data and b"\n" not in data:
        data = _ZERO_ALONE.sub(b"\n", data)
    return data.replace(b"\0", b"")
