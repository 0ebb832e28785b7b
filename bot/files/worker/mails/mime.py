"""Parses a mail into the tree of its parts, however broken it is.

Pure. Sources: RFC 5322 (headers), RFC 2045 to 2047 and 2231 (parts, encodings, words in headers). The standard
library's parser is used only for the parameters of short headers: a mail nested 2,000 deep exceeds its recursion limit,
its time grows with the square of the nesting and of a header's length (250 kB of parameters: 41 s), and it finds
nothing in a part whose boundary is wrong.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.message import Message
from itertools import count, islice
from typing import Any

from bot.files.worker.encodings.charsets import decoded
from bot.files.worker.mails.transfer import unpacked

_DEPTH_MAX = 12
_PARTS_MAX = 10_000
"""The most parts of a mail; the last one holds what follows."""
_PARAMETERS_BYTES_MAX = 4_000
_HEADERS_BYTES_MAX = 64_000
_HEADER_LINE = re.compile(rb"([!-9;-~]{1,100})[ \t]*:(.*)", re.DOTALL)
_NEEDED_HEADER = re.compile(rb"(?i)(?:MIME-Version|Content-Type|Message-ID|Received|Delivered-To):")
_GUESSED_DELIMITER = re.compile(rb"(?mi)^--([^\r\n]{1,200}?)(?:--)?[ \t]*\r?\n[ \t]*(?:\r?\n)?Content-[a-z-]{2,30}:")
_LACKS_SEMICOLON = re.compile(r"(?i)\A\s*(attachment|inline)\s+(?=[a-z])")
_ENCODED_WORDS = re.compile(r"=\?[^?\s]{1,60}\?[bBqQ]\?[^?]*\?=(?:\s*=\?[^?\s]{1,60}\?[bBqQ]\?[^?]*\?=)*")
_ENCODED_WORD = re.compile(r"=\?([^?*\s]{1,60})(?:\*[^?\s]*)?\?([bBqQ])\?([^?]*)\?=")


@dataclass(slots=True)
class Part:
    """``headers`` are unfolded, by lower-case name; ``raw`` is the body, still in its transfer encoding.

    ``behind`` is what follows the line that ends the last of its parts.
    """

    headers: dict[str, list[bytes]]
    raw: bytes
    parts: list[Part] = field(default_factory=list)
    default_type: str = "text/plain"
    behind: bytes = b""

    @property
    def content_type(self) -> str:
        return self._parameters("content-type", self.default_type).get_content_type()

    @property
    def disposition(self) -> str:
        return self._parameters("content-disposition", "").get_content_disposition() or ""

    @property
    def charset(self) -> str:
        """As the header declares it, or empty."""
        return self.parameter("charset")

    @property
    def filename(self) -> str:
        return self.parameter("filename", "content-disposition") or self.parameter("name")

    @property
    def payload(self) -> bytes:
        """The content, decoded from its transfer encoding."""
        return unpacked(self.raw, self.first("content-transfer-encoding").decode("ascii", "replace"))

    @property
    def is_packed(self) -> bool:
        encoding = self.first("content-transfer-encoding").strip().lower()
        return encoding.startswith((b"base64", b"quoted-printable"))

    def first(self, name: str) -> bytes:
        return self.headers.get(name, [b""])[0]

    def words(self, name: str, *charsets: str) -> str:
        """A header as people read it; ``charsets`` are the possible encodings of its raw bytes."""
        values = [words(value, *charsets) for value in self.headers.get(name, [])]
        return ", ".join(value for value in values if value)

    def parameter(self, name: str, header: str = "content-type") -> str:
        """One parameter of a header, decoded from any way of writing more than ASCII; the newest way goes first."""
        given = self._parameters(header, "").get_params([], header)
        values: list[Any] = [value for key, value in given if key.lower() == name]  # a tuple for RFC 2231's
        for value in values:
            if isinstance(value, tuple):
                charset, _, text = value
                return decoded(text.encode("latin-1", "replace"), charset or "")
        return words(str(values[0]).encode("latin-1", "replace")) if values else ""

    def _parameters(self, header: str, default: str) -> Message:
        message: Message = Message()
        message.set_default_type(self.default_type)
        value = self.first(header)[:_PARAMETERS_BYTES_MAX].decode("latin-1") or default  # a byte stays one character
        message[header] = _LACKS_SEMICOLON.sub(r"\1; ", value)
        return message


def parse(data: bytes) -> Part:
    return _parsed(data, 0, len(data), "text/plain", 0, count(_PARTS_MAX, -1))


def parse_headers(data: bytes) -> Part:
    """A mail's headers, as far as its first 64 kB hold them."""
    return Part(_headers(data, 0, min(len(data), _HEADERS_BYTES_MAX))[0], b"")


def _parsed(data: bytes, start: int, end: int, default_type: str, depth: int, left: Iterator[int]) -> Part:
    headers, body = _headers(data, start, end)
    part = Part(headers, b"", default_type=default_type)
    is_multipart = part.content_type.startswith("multipart/") or "content-type" not in headers
    if is_multipart and depth < _DEPTH_MAX:
        inner_type = "message/rfc822" if part.content_type == "multipart/digest" else "text/plain"
        declared = part.content_type.startswith("multipart/")
        boundary = part.parameter("boundary").strip()
        pieces, behind = _pieces(data, body, end, boundary, declared=declared)
        if declared and not pieces and part.is_packed:  # gateways do, against RFC 2045, 6.4
            part.raw = data[body:end]
            data = part.payload
            body, end = 0, len(data)
            pieces, behind = _pieces(data, body, end, boundary, declared=declared)
        for inner_start, inner_end in pieces:
            part.parts.append(_parsed(data, inner_start, inner_end, inner_type, depth + 1, left))
            if next(left) < 0:
                break
        part.behind = data[behind:end]
    part.raw = b"" if part.parts else part.raw or data[body:end]
    return part


def _headers(data: bytes, start: int, end: int) -> tuple[dict[str, list[bytes]], int]:
    """The headers, and where the body begins: after an empty line, or at the first line that is no header.

    If a header that a mail needs follows at once, the headers go on: programs break long lines in the wrong place.
    """
    found: list[tuple[bytes, list[bytes]]] = []
    at = start
    while at < end:
        line_end = data.find(b"\n", at, end) + 1 or end
        line = data[at:line_end].rstrip(b"\r\n")
        match = _HEADER_LINE.fullmatch(line)
        if not line.strip() and not (line and found and _is_folded(data, line_end, end, found[-1][1])):
            if not found or not _goes_on(data, line_end, end, found):
                at = line_end
                break
        elif line[:1] in {b" ", b"\t"} and found:
            found[-1][1].append(line)
        elif match:
            found.append((match[1], [match[2]]))
        elif found and _goes_on(data, line_end, end, found):
            found[-1][1].append(line)
        elif found or not line.startswith((b"From ", b">From ")):
            break
        at = line_end
    headers: dict[str, list[bytes]] = {}
    for name, lines in found:
        value = b" ".join(line.strip() for line in lines).strip()
        headers.setdefault(name.decode("ascii").lower(), []).append(value)
    return headers, at


def _is_folded(data: bytes, at: int, end: int, lines: list[bytes]) -> bool:
    """Whether a line of blanks is within a header, as in the reports of spam filters, judging by what follows."""
    line_end = data.find(b"\n", at, end) + 1 or end
    line = data[at:line_end]
    return bool(line.strip()) and (line[:1] in b" \t" or (len(lines) > 1 and _HEADER_LINE.match(line) is not None))


def _goes_on(data: bytes, at: int, end: int, found: list[tuple[bytes, list[bytes]]]) -> bool:
    """Whether the headers that tell how to read the body are still missing and follow this line."""
    if any(name.lower() == b"content-type" for name, _ in found):
        return False
    return _NEEDED_HEADER.match(data, at, end) is not None


def _pieces(data: bytes, start: int, end: int, boundary: str, *, declared: bool) -> tuple[list[tuple[int, int]], int]:
    """Where the parts are between the boundaries; if no boundary is right, by the first line that looks like one. Also
    where the parts end.

    ``declared``: the part says that it is a multipart. If not, it has parts only if it begins with such a line.
    """
    delimiters = _delimiters(data, start, end, boundary.encode("utf-8", "replace")) if boundary else []
    if not delimiters:
        guess = _GUESSED_DELIMITER.search(data, start, end)
        if guess is not None and (declared or not data[start : guess.start()].strip()):
            delimiters = _delimiters(data, start, end, guess[1])
    found: list[tuple[int, int]] = []
    for number, delimiter in enumerate(delimiters):
        following = delimiters[number + 1].start() if number + 1 < len(delimiters) else end
        if not delimiter[1]:
            found.append((min(delimiter.end() + 1, following), following))
    return found, delimiters[-1].end() if delimiters and delimiters[-1][1] else end


def _delimiters(data: bytes, start: int, end: int, boundary: bytes) -> list[re.Match[bytes]]:
    pattern = re.compile(rb"(?m)^--" + re.escape(boundary) + rb"(--)?[ \t]*\r?$")
    return list(islice(pattern.finditer(data, start, end), _PARTS_MAX))


# --- words in headers ------------------------------------------------------------------------------------------------


def words(raw: bytes, *charsets: str) -> str:
    """A header's value as people read it, on one line."""
    plain = raw.isascii() and b"=?" in raw and b"\x1b" not in raw  # the base64 in its words is no other encoding
    narrow = [charset for charset in charsets if not charset.lower().startswith(("utf-16", "utf-32"))]
    text = raw.decode("ascii") if plain else decoded(raw, *narrow)  # header lines end with a single byte
    return " ".join(_ENCODED_WORDS.sub(_run_of_words, text).split())


def _run_of_words(run: re.Match[str]) -> str:
    """Adjacent words of one encoding are joined before decoding: a character may be split between them."""
    pieces: list[tuple[str, bytes]] = []
    for charset, how, content in _ENCODED_WORD.findall(run[0]):
        packed = content.replace("_", " ") if how in "qQ" else content
        data = unpacked(packed.encode("utf-8", "replace"), "quoted-printable" if how in "qQ" else "base64")
        if pieces and pieces[-1][0] == charset.lower():
            pieces[-1] = (charset.lower(), pieces[-1][1] + data)
        else:
            pieces.append((charset.lower(), data))
    return "".join(decoded(data, charset) for charset, data in pieces)
