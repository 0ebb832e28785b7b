"""Turns a text or source file into UTF-8 with a language name; a long one is cut in the middle and kept whole as well.

I/O: reads and writes files; runs in a worker process, since detecting an encoding runs native code on untrusted bytes.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import IO

from bot.files import notes
from bot.files.bounds import ConvertLimits
from bot.files.extracts import Extract, NoteExtract, TextExtract, Unreadable
from bot.files.outbox import Outbox
from bot.files.worker import pictures_within, whole_texts
from bot.files.worker.encodings.detecting import codec_of, decode, keeps_controls, wide_codec
from bot.files.worker.encodings.escaped import codec_of_escapes
from bot.files.worker.glance import Glance, glance
from bot.files.worker.on_screen import visible, without_escapes
from bot.files.worker.sniff import HEAD_BYTES
from bot.files.worker.text_signs import without_zeros

_BYTES_PER_CHAR_MAX = 4
_CHUNK_BYTES = 1_000_000
_HEAD_SHARE = 0.75


@dataclass(frozen=True, slots=True)
class _Ends:
    """The first bytes of a text, its last ones, and the number of unread bytes between them."""

    first: bytes
    last: bytes = b""
    between_bytes: int = 0


def convert(source: Path, language: str, about: str, out: Outbox, limits: ConvertLimits) -> list[Extract]:
    """One extract, its pictures, and a note if something was cut. Raises ``Unreadable`` if nothing in it is visible."""
    size = source.stat().st_size
    looked = Glance(as_seen=False, controlled=True)
    if size <= limits.whole_chars_max and _wide_codec(source) is None:
        looked = glance(source)
    if looked.may_have_pictures and (packed := pictures_within.without_pictures(source, out)) is not None:
        words, pictures = packed
        return [*written(without_escapes(words), language, about, out, limits), *pictures]
    if looked.as_seen and looked.chars > limits.text_chars_max:
        cut_chars = looked.chars - limits.text_chars_max
        shown = _ends_as_seen(source, size, cut_chars, limits)
        if shown is not None and shown.strip():
            return _long(shown, cut_chars, looked.lines, out.same(source, ".txt"), language, about, out)
    read = _read(source, limits)
    seen = partial(visible, controlled=looked.controlled or not keeps_controls(read.codec))
    whole = map(seen, read.pieces(source)) if read.unread_chars else None
    return _cut_and_written(seen(read.text), language, about, out, limits, whole=whole, unread_chars=read.unread_chars)


def written(text: str, language: str, about: str, out: Outbox, limits: ConvertLimits) -> list[Extract]:
    """What is cut stays on disk, to be read in batches."""
    text = visible(text.replace("\r\n", "\n") if "\r" in text else text)
    return _cut_and_written(text, language, about, out, limits)


def _cut_and_written(
    text: str,
    language: str,
    about: str,
    out: Outbox,
    limits: ConvertLimits,
    *,
    whole: Iterable[str] | None = None,
    unread_chars: int = 0,
) -> list[Extract]:
    """``unread_chars`` is about how many characters are missing if ``text`` holds only the ends of a file; ``whole``
    then yields all of it in pieces."""
    shown, cut_chars = _cut(text, unread_chars, limits)
    if not shown.strip():
        raise Unreadable(notes.EMPTY)
    if not cut_chars:
        path = out.new(".txt")
        path.write_text(shown, encoding="utf-8", newline="\n")
        return [TextExtract(path.name, language, _counted(about, shown.count("\n") + (not shown.endswith("\n"))))]
    kept = out.new(".txt")
    lines = whole_texts.write([text] if whole is None else whole, kept, limits)
    return _long(shown, cut_chars, lines, kept, language, about, out)


def _long(shown: str, cut_chars: int, lines: int, kept: Path, language: str, about: str, out: Outbox) -> list[Extract]:
    path = out.new(".txt")
    path.write_text(shown, encoding="utf-8", newline="\n")
    reason, whole_about = notes.text_left_out(cut_chars), _counted(about, lines)
    return [
        TextExtract(
            path.name,
            language,
            f"{whole_about}, {cut_chars:,} characters left out",
            whole=kept.name,
            whole_about=about,
            lines=lines,
            head_lines=int(language == "csv"),
            left_out=reason,
        ),
        NoteExtract(reason),
    ]


def _counted(about: str, lines: int) -> str:
    return f"{about}, {lines:,} line{'s' if lines != 1 else ''}"


def decoded(source: Path, limits: ConvertLimits) -> str:
    """All of the file's text, without terminal escapes and with uniform line ends."""
    return "".join(_read(source, limits).pieces(source))


@dataclass(frozen=True, slots=True)
class _Read:
    """A file's text, or its ends, and about how many characters are missing."""

    text: str
    unread_chars: int
    codec: str
    wide: bool

    def pieces(self, source: Path) -> Iterator[str]:
        return map(without_escapes, whole_texts.decoded(source, self.codec, wide=self.wide))


def _wide_codec(source: Path) -> str | None:
    with source.open("rb") as file:
        return wide_codec(file.read(HEAD_BYTES))


def _read(source: Path, limits: ConvertLimits) -> _Read:
    piece_bytes = limits.text_chars_max * _BYTES_PER_CHAR_MAX
    codec = _wide_codec(source)
    with source.open("rb") as file:
        size = os.fstat(file.fileno()).st_size
        if wide := codec is not None:
            ends = _wide_ends(file, size, piece_bytes)
        else:
            ends = _ends(file, size, piece_bytes)
            codec = codec_of(ends.first, ends.last)
    text = decode(ends.first, codec)
    if ends.last:
        text += decode(ends.last, _unmarked(codec, ends.first))
    read_bytes = max(len(ends.first) + len(ends.last), 1)
    text = without_escapes(whole_texts.line_feeds(text))
    return _Read(text, ends.between_bytes * len(text) // read_bytes, codec, wide)


def _wide_ends(file: IO[bytes], size: int, piece_bytes: int) -> _Ends:
    if size <= 2 * piece_bytes:
        return _Ends(file.read())
    first = file.read(piece_bytes)
    begin = size - size % _BYTES_PER_CHAR_MAX - piece_bytes
    file.seek(begin)
    return _Ends(first, file.read(), begin - piece_bytes)


def _ends(file: IO[bytes], size: int, piece_bytes: int) -> _Ends:
    """The ends of a file, without the zeros that a log has where it was truncated or where power failed.

    The tail begins with a line, and so with a whole character.
    """
    first = bytearray()
    while len(first) < 2 * piece_bytes and (chunk := file.read(_CHUNK_BYTES)):
        first += without_zeros(chunk)
    if (at := file.tell()) == size:
        return _Ends(bytes(first))
    begin, last = size, b""
    while begin > at and len(last) < piece_bytes:
        step = min(begin - at, _CHUNK_BYTES)
        begin -= step
        file.seek(begin)
        last = without_zeros(file.read(step)) + last
    if begin == at:
        return _Ends(bytes(first) + last)
    return _Ends(bytes(first), last[last.find(b"\n") + 1 :], begin - at)


def _ends_as_seen(source: Path, size: int, cut_chars: int, limits: ConvertLimits) -> str | None:
    """The ends of a text that can stay on disk as it is; ``None`` if it has seven-bit escapes, which look plain."""
    head_chars, tail_chars = _shares(limits)
    head_bytes, tail_bytes = (chars * (_BYTES_PER_CHAR_MAX + 1) for chars in (head_chars, tail_chars))
    with source.open("rb") as file:
        first = file.read(2 * limits.text_chars_max * _BYTES_PER_CHAR_MAX)
        if codec_of_escapes(first) is not None:
            return None
        file.seek(max(size - tail_bytes, 0))
        last = file.read()
    head, tail = (whole_texts.line_feeds(piece.decode("utf-8", "ignore")) for piece in (first[:head_bytes], last))
    return _parted(head[:head_chars], cut_chars, tail[-tail_chars:])


def _unmarked(codec: str, first: bytes) -> str:
    """For a piece from the middle, which has no byte order mark."""
    if codec in {"utf-16", "utf-32"}:
        return codec + ("-le" if first.startswith(b"\xff\xfe") else "-be")
    return codec.removesuffix("-sig")


def _cut(text: str, unread_chars: int, limits: ConvertLimits) -> tuple[str, int]:
    """The text within the limit, and the number of missing characters."""
    if len(text) <= limits.text_chars_max:
        return text, 0
    head_chars, tail_chars = _shares(limits)
    missing = len(text) - head_chars - tail_chars + unread_chars
    return _parted(text[:head_chars], missing, text[-tail_chars:]), missing


def _shares(limits: ConvertLimits) -> tuple[int, int]:
    """How many characters to show of the beginning and of the end."""
    head_chars = int(limits.text_chars_max * _HEAD_SHARE)
    return head_chars, limits.text_chars_max - head_chars


def _parted(head: str, missing: int, tail: str) -> str:
    return f"{head}\n[… {missing:,} characters left out …]\n{tail}"
