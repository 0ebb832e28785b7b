"""A text or source file in, UTF-8 text with a name for its language out; long ones lose their middle and say so.

I/O: reads and writes files; runs in a worker process, since detecting an encoding is native code on strangers' bytes.
"""

from __future__ import annotations

import re
from pathlib import Path

from charset_normalizer import from_bytes

from bot.files import notes
from bot.files.bounds import ConvertLimits
from bot.files.extracts import Extract, NoteExtract, TextExtract, Unreadable
from bot.files.outbox import Outbox
from bot.files.worker.sniff import HEAD_BYTES, utf16_without_mark

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


def convert(source: Path, language: str, about: str, out: Outbox, limits: ConvertLimits) -> list[Extract]:
    """One extract, and a note where something was cut. Raises ``Unreadable`` where nothing visible is in it."""
    return written(decoded(source, limits), language, about, out, limits, size_bytes=source.stat().st_size)


def written(
    text: str, language: str, about: str, out: Outbox, limits: ConvertLimits, *, size_bytes: int = 0
) -> list[Extract]:
    """``size_bytes`` is that of the file where ``text`` is but its ends."""
    text, cut_chars = _cut(_CONTROLS.sub("", text.replace("\r\n", "\n")), size_bytes, limits)
    if not text.strip():
        raise Unreadable(notes.EMPTY)
    path = out.new(".txt")
    path.write_text(text, encoding="utf-8", newline="\n")
    lines = text.count("\n") + (not text.endswith("\n"))
    counted = f"{about}, {lines:,} line{'s' if lines != 1 else ''}"
    extract = TextExtract(path.name, language, counted + (f", {cut_chars:,} characters left out" if cut_chars else ""))
    return [extract, NoteExtract(notes.text_left_out(cut_chars))] if cut_chars else [extract]


def decoded(source: Path, limits: ConvertLimits) -> str:
    """The file's text; of a very long one the ends, each as long as the limit could use.

    Bytes that do not fit the encoding become U+FFFD; terminal escapes go, and every line ends the same way.
    """
    piece_bytes = limits.text_chars_max * _BYTES_PER_CHAR_MAX
    size = source.stat().st_size
    with source.open("rb") as file:
        first = file.read(2 * piece_bytes if size <= 2 * piece_bytes else piece_bytes)
        encoding = encoding_of(first)
        text = first.decode(encoding, "replace")
        if size > 2 * piece_bytes:
            file.seek(size - size % _BYTES_PER_CHAR_MAX - piece_bytes)
            text += file.read().decode(_unmarked(encoding, first), "replace")
    return _ESCAPES.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def _unmarked(encoding: str, first: bytes) -> str:
    """For a piece from the middle, where there is no mark to read the byte order from."""
    if encoding in {"utf-16", "utf-32"}:
        return encoding + ("-le" if first.startswith(b"\xff\xfe") else "-be")
    return encoding.removesuffix("-sig")


def encoding_of(data: bytes) -> str:
    """By the mark; else UTF-8, unless more of what is not ASCII breaks its rules than keeps them; else by detection."""
    for mark, codec in _MARKS:
        if data.startswith(mark):
            return codec
    unmarked = utf16_without_mark(data[:HEAD_BYTES])
    if unmarked is not None:
        return unmarked
    text = data.decode("utf-8", "replace")
    broken = text.count("\ufffd") - text.endswith("\ufffd")  # a piece of a long text may end within a character
    if broken <= (len(text) - len(text.encode("ascii", "ignore"))) // 2:
        return "utf-8"
    at = text.index("\ufffd")
    best = from_bytes(data[max(at - _SAMPLE_BYTES // 2, 0) :][:_SAMPLE_BYTES]).best()
    return best.encoding if best is not None else "cp1252"


def _cut(text: str, size_bytes: int, limits: ConvertLimits) -> tuple[str, int]:
    """The text within the limit, and how many characters are missing (of a very long file, an estimate from bytes)."""
    if len(text) <= limits.text_chars_max:
        return text, 0
    head_chars = int(limits.text_chars_max * _HEAD_SHARE)
    tail_chars = limits.text_chars_max - head_chars
    missing = max(len(text), size_bytes if size_bytes > 2 * limits.text_chars_max * _BYTES_PER_CHAR_MAX else 0)
    missing -= head_chars + tail_chars
    return f"{text[:head_chars]}\n[… {missing:,} characters left out …]\n{text[-tail_chars:]}", missing
