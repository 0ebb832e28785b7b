"""Looks through a text file: may it contain base64 of pictures, has it control characters, can it be sent as it is?

I/O: reads the file once, in pieces. Most long texts are plain UTF-8 and need no change. Finding that out takes a fifth
of the time of decoding, cleaning and writing them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from bot.files.worker.base64_within import STARTS
from bot.files.worker.whole_texts import LINE_CHARS_MAX, has_long_line

_PIECE_BYTES = 100_000
_SIGNS = (b";base64,", *map(str.encode, STARTS))
_SIGN_BYTES_MAX = max(map(len, _SIGNS))
_TELLING = b";/jkJVBERGUO"
"""What signs are recognised by, together with the bytes of control characters: texts have few of either."""
_CONTROLS = bytes(set(range(0x20)) - set(b"\t\n\r")) + b"\x7f"
_COMMON = bytes(set(range(0x100)) - set(_TELLING) - set(_CONTROLS) - set(b"\n\r"))
_TELLING_OF_SIGNS = [(sign.translate(None, _COMMON), sign) for sign in _SIGNS]
_SEEN_OTHERWISE = ("\x85", "\ufeff")
"""One ends a line, the other is invisible."""


@dataclass(slots=True)
class Glance:
    """``as_seen``: UTF-8 without control characters, with lines that are not too long and end in LF or CRLF. Only then
    are all ``lines`` and ``chars`` counted; a line end counts as one character. ``controlled``: it has bytes of control
    characters other than tabs and line ends, or was not looked through to its end."""

    may_have_pictures: bool = False
    as_seen: bool = True
    controlled: bool = False
    lines: int = 0
    chars: int = 0


def glance(source: Path) -> Glance:
    found, held = Glance(), b""
    with source.open("rb") as file:
        for piece in _pieces(file):
            telling = piece.translate(None, _COMMON)
            found.controlled = found.controlled or len(telling.translate(None, _CONTROLS)) < len(telling)
            found.as_seen = found.as_seen and not held and _count(piece, telling, found)
            if not found.may_have_pictures:
                joined = held + piece
                found.may_have_pictures = _has_sign(joined, joined.translate(None, _COMMON) if held else telling)
            if found.may_have_pictures and not found.as_seen:
                found.controlled = True
                break
            held = b"" if piece.endswith(b"\n") else piece[-_SIGN_BYTES_MAX:]
    found.lines += bool(held)
    return found


def _pieces(file: IO[bytes]) -> Iterator[bytes]:
    """Each piece ends with a line, except the last, or where a line is too long."""
    while piece := file.read(_PIECE_BYTES):
        yield piece if piece.endswith(b"\n") else piece + file.readline(LINE_CHARS_MAX)


def _has_sign(piece: bytes, telling: bytes) -> bool:
    return any(few in telling and sign in piece for few, sign in _TELLING_OF_SIGNS)


def _count(piece: bytes, telling: bytes, found: Glance) -> bool:
    """Whether these lines can stay as they are; if so, counts them. ``telling`` has all of their line ends."""
    if found.controlled or has_long_line(piece):
        return False
    returns = telling.count(b"\r")
    if returns and piece.count(b"\r\n") < returns:
        return False
    if piece.isascii():
        found.chars += len(piece)
    else:
        try:
            text = piece.decode()
        except UnicodeDecodeError:
            return False
        if any(otherwise in text for otherwise in _SEEN_OTHERWISE):
            return False
        found.chars += len(text)
    found.chars -= returns
    found.lines += telling.count(b"\n")
    return True
