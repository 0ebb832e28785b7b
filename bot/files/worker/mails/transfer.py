"""Decodes a mail's transfer encodings.

Pure. Source: RFC 2045, and uuencode as Unix has it. Damaged data is decoded as far as possible.
"""

from __future__ import annotations

import binascii
import re

_ENCODING = re.compile(r"[\s\"']*([\w-]+)")
"""A comment or a parameter may follow the name."""
_PADDED_BREAK = re.compile(rb"=[ \t]++(?=\r?\n|\Z)")
"""A soft line break, with blanks that were added on the way. Source: RFC 2045, 6.7 (3)."""
_BASE64_LINE = rb"[ \t]*+[A-Za-z0-9+/=]*+[ \t]*+\r?+"
_BASE64_LINES = re.compile(rb"(?:%s\n)*(?:%s\Z)?" % (_BASE64_LINE, _BASE64_LINE))
"""not possessive as a whole: before Python 3.11.5 such a group does not backtrack when it fails midway"""
_NOT_BASE64 = bytes(set(range(256)) - set(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/="))
_UU_BEGIN = re.compile(rb"(?m)^begin [0-7]{3,4} ([^\r\n]{1,300}?)[ \t]*\r?\n")
_YENC_BEGIN = re.compile(
    rb"(?m)^=ybegin (?:part=([0-9]{1,6}) )?[^\r\n]{0,200}?name=([^\r\n]{1,300}?)[ \t]*\r?\n"
    rb"(?:=ypart [^\r\n]{0,200}\r?\n)?"
)
_YENC_END = re.compile(rb"(?m)^=yend [^\r\n]{0,300}(?:\r?\n|\Z)")
_FILES_MAX = 100
_LOOKED_AT_BYTES = 20_000
_UU_FILE = re.compile(_UU_BEGIN.pattern + rb"((?:[ -`]{1,64}+\r?+\n)*+)end[ \t]*+(?:\r?+\n|\Z)")


def unpacked(data: bytes, encoding: str) -> bytes:
    """``encoding`` is the value of Content-Transfer-Encoding; with an unknown one the bytes stay as they are."""
    named = _ENCODING.match(encoding)
    name = named[1].lower() if named is not None else ""
    if name == "quoted-printable":
        return binascii.a2b_qp(_PADDED_BREAK.sub(b"=", data))
    if name == "base64":
        return _from_base64(data)
    if name in {"x-uuencode", "uuencode", "x-uue", "uue"}:
        begin = _UU_BEGIN.search(data)
        return _from_uu(data[begin.end() :] if begin else data)
    return data


def without_files(text: bytes) -> tuple[bytes, list[tuple[bytes, bytes]]]:
    """The remaining text, and the files within it as older programs attach them: names and contents."""
    files = [(found[1], _from_uu(found[2])) for found in _UU_FILE.finditer(text)]
    text = _UU_FILE.sub(b"", text) if files else text
    while (begin := _YENC_BEGIN.search(text)) and (end := _YENC_END.search(text, begin.end())):
        number = f" (part {int(begin[1])})".encode() if begin[1] else b""
        files.append((begin[2] + number, _from_yenc(text[begin.end() : end.start()])))
        text = text[: begin.start()] + text[end.end() :]
        if len(files) > _FILES_MAX:
            break
    return text, files


def _from_yenc(data: bytes) -> bytes:
    """Source: the yEnc draft 1.3: each byte plus 42, and some of them behind "=" plus 64 more."""
    first, *escaped = data.translate(None, b"\r\n").split(b"=")
    rest = (bytes([(piece[0] - 64) % 256]) + piece[1:] for piece in escaped if piece)
    return b"".join((first, *rest)).translate(bytes((byte - 42) % 256 for byte in range(256)))


def _from_base64(data: bytes) -> bytes:
    """Skips characters without meaning. Text after the last line, such as a mailing list's footer, stays; so does text
    that was never encoded, whatever its part declares."""
    lines = _BASE64_LINES.match(data)
    end = lines.end() if lines is not None else 0
    if not data[:end].strip() and _is_running_text(data):
        return data
    rest = data[end:] if data[:end].strip() and b" " in data[end:].strip() else b""
    packed = data[: len(data) - len(rest)].translate(None, _NOT_BASE64)
    pieces = [binascii.a2b_base64(_padded(piece)) for piece in packed.split(b"=") if piece]
    return b"".join(pieces) + (b"\n\n" + rest if rest else b"")


def _is_running_text(data: bytes) -> bool:
    """Whether most lines have blanks between words of various lengths; base64 has none, or groups of one length."""
    lines = [words for line in data[:_LOOKED_AT_BYTES].split(b"\n") if (words := line.split())]
    lengths = {len(word) for words in lines for word in words[:-1]}
    return sum(len(words) > 1 for words in lines) * 2 > len(lines) and len(lengths) > 2


def _padded(piece: bytes) -> bytes:
    """Whole groups of four; a single character at the end means nothing."""
    piece = piece[: len(piece) - (len(piece) % 4 == 1)]
    return piece + b"=" * (-len(piece) % 4)


def _from_uu(data: bytes) -> bytes:
    pieces = []
    for line in data.splitlines():
        if line.strip() in {b"end", b"`"}:
            break
        try:
            pieces.append(binascii.a2b_uu(line))
        except binascii.Error:  # encoders disagree about line ends: the bytes that the length calls for are enough
            length = (((line[0] - 32) & 63) * 4 + 5) // 3 if line else 0
            try:
                pieces.append(binascii.a2b_uu(line[:length]))
            except binascii.Error:
                continue
    return b"".join(pieces)
