"""A text or source file in, UTF-8 text with a name for its language out; long ones lose their middle and say so.

I/O: reads and writes files; runs in a worker process, since detecting an encoding is native code on strangers' bytes.
"""

from __future__ import annotations

import re
from pathlib import Path

from charset_normalizer import from_bytes

from bot.files import notes
from bot.files.bounds import ConvertLimits
from bot.files.outbox import Outbox
from bot.files.parts import NotePart, Part, TextPart, Unreadable
from bot.files.sniff import HEAD_BYTES, utf16_without_mark

_SAMPLE_BYTES = 64_000
_BYTES_PER_CHAR_MAX = 4
_HEAD_SHARE = 0.75
_ESCAPES = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]|\x1b[@-_]")
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufeff\ud800-\udfff]")
_MARKS = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)


def convert(source: Path, language: str, about: str, out: Outbox, limits: ConvertLimits) -> list[Part]:
    """One part, and a note where something was cut. Raises ``Unreadable`` where nothing visible is in it."""
    return written(decoded(source, limits), language, about, out, limits, size_bytes=source.stat().st_size)


def written(
    text: str, language: str, about: str, out: Outbox, limits: ConvertLimits, *, size_bytes: int = 0
) -> list[Part]:
    """``size_bytes`` is that of the file where ``text`` is but its ends."""
    text, cut_chars = _cut(_CONTROLS.sub("", text.replace("\r\n", "\n")), size_bytes, limits)
    if not text.strip():
        raise Unreadable(notes.EMPTY)
    path = out.new(".txt")
    path.write_text(text, encoding="utf-8", newline="\n")
    lines = text.count("\n") + (not text.endswith("\n"))
    counted = f"{about}, {lines:,} line{'s' if lines != 1 else ''}"
    part = TextPart(path.name, language, counted + (f", {cut_chars:,} characters left out" if cut_chars else ""))
    return [part, NotePart(notes.text_left_out(cut_chars))] if cut_chars else [part]


def decoded(source: Path, limits: ConvertLimits) -> str:
    """The file's text, of a very long one the beginning and the end with a line between that says so.

    Bytes that do not fit the encoding become U+FFFD; terminal escapes and control characters go.
    """
    with source.open("rb") as file:
        head = file.read(_SAMPLE_BYTES)
    encoding = _encoding(head)
    text = _read(source, encoding, limits)
    return _ESCAPES.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def _read(source: Path, encoding: str, limits: ConvertLimits) -> str:
    """At most what the limit can use is held: four times its characters from each end, in bytes."""
    piece_bytes = limits.text_chars_max * _BYTES_PER_CHAR_MAX
    size = source.stat().st_size
    with source.open("rb") as file:
        if size <= 2 * piece_bytes:
            return file.read().decode(encoding, "replace")
        first = file.read(piece_bytes).decode(encoding, "replace")
        file.seek(size - size % _BYTES_PER_CHAR_MAX - piece_bytes)
        marked = encoding.removesuffix("-sig")
        last = file.read().decode(_tail_codec(marked, first_bytes=_first_bytes(source)), "replace")
    return first + last


def _first_bytes(source: Path) -> bytes:
    with source.open("rb") as file:
        return file.read(4)


def _tail_codec(encoding: str, first_bytes: bytes) -> str:
    """A codec that reads the byte order from a mark needs it spelt out where there is no mark."""
    if encoding in {"utf-16", "utf-32"}:
        return encoding + ("-le" if first_bytes.startswith(b"\xff\xfe") else "-be")
    return encoding


def _encoding(head: bytes) -> str:
    for mark, codec in _MARKS:
        if head.startswith(mark):
            return codec
    unmarked = utf16_without_mark(head[:HEAD_BYTES])
    if unmarked is not None:
        return unmarked
    try:
        head.decode("utf-8")
    except UnicodeDecodeError as error:
        if error.start < len(head) - _BYTES_PER_CHAR_MAX:
            best = from_bytes(head).best()
            return best.encoding if best is not None else "cp1252"
    return "utf-8"


def _cut(text: str, size_bytes: int, limits: ConvertLimits) -> tuple[str, int]:
    """The text within the limit, and how many characters are missing (of a very long file, an estimate from bytes)."""
    if len(text) <= limits.text_chars_max:
        return text, 0
    head_chars = int(limits.text_chars_max * _HEAD_SHARE)
    tail_chars = limits.text_chars_max - head_chars
    missing = max(len(text), size_bytes if size_bytes > 2 * limits.text_chars_max * _BYTES_PER_CHAR_MAX else 0)
    missing -= head_chars + tail_chars
    return f"{text[:head_chars]}\n[… {missing:,} characters left out …]\n{text[-tail_chars:]}", missing
