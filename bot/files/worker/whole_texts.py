"""Writes all of a long text to disk, in lines that can be read in batches.

I/O: writes the file; runs in a worker process. A very long line is written as several.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO

from bot.files.bounds import ConvertLimits
from bot.files.worker.encodings.detecting import decode, may_mix
from bot.files.worker.encodings.escaped import CODECS
from bot.files.worker.text_signs import without_zeros

_CHUNK_BYTES = 1_000_000
LINE_CHARS_MAX = 20_000
_REST = "\n[… the rest of this text is left out …]"


def write(pieces: Iterable[str], path: Path, limits: ConvertLimits) -> int:
    """The number of lines at ``path`` now. Only a line feed separates lines; no piece may end within a line that must
    stay whole. A line says so if the text exceeds the bound."""
    lines, left, open_line = 0, limits.whole_chars_max, False
    with path.open("w", encoding="utf-8", newline="\n") as file:
        for piece in pieces:
            text = ("\n".join(_lines(piece)) if has_long_line(piece) else piece)[:left]
            file.write(text)
            lines += text.count("\n")
            left -= len(text)
            open_line = not text.endswith("\n") if text else open_line
            if not left:
                file.write(_REST)
                return lines + 2
    return lines + open_line


def has_long_line(text: str | bytes) -> bool:
    """Whether a line has more than ``LINE_CHARS_MAX`` characters, or as many bytes."""
    at = 0
    while len(text) - at > LINE_CHARS_MAX:
        end_at = at + LINE_CHARS_MAX + 1
        end = text.rfind("\n", at, end_at) if isinstance(text, str) else text.rfind(b"\n", at, end_at)
        if end < 0:
            return True
        at = end + 1
    return False


def _lines(text: str) -> Iterator[str]:
    for line in text.split("\n"):
        if len(line) <= LINE_CHARS_MAX:
            yield line
        else:
            yield from (line[at : at + LINE_CHARS_MAX] for at in range(0, len(line), LINE_CHARS_MAX))


def decoded(source: Path, codec: str, *, wide: bool) -> Iterator[str]:
    """The text of a file in pieces that end with a line, if it has lines. Line ends become LF."""
    decoding = None if codec in CODECS or may_mix(codec) else codecs.getincrementaldecoder(codec)(_errors(codec))
    held = ""
    with source.open("rb") as file:
        for chunk in _chunks(file, wide=wide):
            held += decode(chunk, codec) if decoding is None else decoding.decode(chunk)
            at = max(held.rfind("\n"), held.rfind("\r", 0, -1)) + 1
            if not at and len(held) > _CHUNK_BYTES:
                at = len(held) - 1  # may be the first half of a CRLF
            yield line_feeds(held[:at])
            held = held[at:]
    yield line_feeds(held + (decoding.decode(b"", final=True) if decoding is not None else ""))


def _chunks(file: IO[bytes], *, wide: bool) -> Iterator[bytes]:
    """Whole lines, if they fit into a chunk; not for text with two or four bytes a character."""
    held = b""
    while chunk := file.read(_CHUNK_BYTES):
        if wide:
            yield chunk
            continue
        held += without_zeros(chunk)
        at = held.rfind(b"\n") + 1 or (len(held) if len(held) > _CHUNK_BYTES else 0)
        yield held[:at]
        held = held[at:]
    yield held


def _errors(codec: str) -> str:
    return "cp1252 in utf-8" if codec.startswith("utf-8") else "replace"


def line_feeds(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text
