"""Reads the properties of a calendar or address cards, even from broken lines.

Pure. Sources: RFC 5545, RFC 6350, vCard 2.1 and vCalendar 1.0.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass

from bot.files.worker.encodings.charsets import decoded
from bot.files.worker.encodings.detecting import decode, wide_codec
from bot.files.worker.mails.transfer import unpacked

_LINE = re.compile(r'([A-Za-z0-9.-]++)((?:;(?:[^":;]++|"[^"]*+")*)*):(.*)', re.DOTALL)
_PARAMETER = re.compile(r';([^=;:"]*)(?:=("[^"]*"|[^;"]*))?')
_FOLD_WITHIN_CHARACTER = re.compile(rb"(?<=[\x80-\xff])\r?\n[ \t](?=[\x80-\xbf])")
"""Programs that count bytes fold a line here, possibly within a character. Source: RFC 5545, 3.1."""
_CARET = re.compile(r"\^([n'^])")
_CARETS = {"n": " ", "'": '"', "^": "^"}
"""Escapes in parameter values. Source: RFC 6868."""
_HEAD_BYTES = 8_192
_NAMES_OF_FILES = (
    "FILENAME",
    "X-FILENAME",
    "X-ORACLE-FILENAME",
    "X-APPLE-FILENAME",
    "X-EVOLUTION-CALDAV-ATTACHMENT-NAME",
)


@dataclass(slots=True)
class Property:
    name: str
    parameters: dict[str, str]
    types: list[str]
    value: str

    @property
    def is_packed(self) -> bool:
        """Whether its value is a file in base64 rather than words or an address."""
        return bool({self.parameters.get("ENCODING", "").lower(), *self.types} & {"b", "base64"}) or (
            self.value.startswith("data:")
        )

    @property
    def content(self) -> bytes:
        """That file; empty if it is not base64."""
        try:
            return binascii.a2b_base64(self.value.partition(";base64,")[2] or self.value)
        except ValueError:
            return b""

    @property
    def filename(self) -> str:
        """The attachment's name in the calendar, without folders."""
        name = next(filter(None, (self.parameters.get(key, "") for key in _NAMES_OF_FILES)), "")
        return name.replace("\\", "/").rpartition("/")[2].strip()


def properties(data: bytes) -> Iterator[Property]:
    """A line that is no property continues the one before it: programs forget to fold, or to escape a line end."""
    before: Property | None = None
    more: list[str] = []
    for line in _unfolded(_FOLD_WITHIN_CHARACTER.sub(b"", data)):
        match = _LINE.fullmatch(line.strip())
        if match is not None:
            if before is not None:
                yield _with(before, more)
            before, more = _property(match), []
        elif before is not None and line.strip() and before.name not in {"BEGIN", "END"}:
            more.append(line.strip())
    if before is not None:
        yield _with(before, more)


def _with(item: Property, more: list[str]) -> Property:
    if more:
        item.value = ("" if item.is_packed else "\n").join([item.value, *more])
    return item


def _property(match: re.Match[str]) -> Property:
    parameters: dict[str, str] = {}
    types: list[str] = []
    for key, value in (pair.groups() for pair in _PARAMETER.finditer(match[2])):
        if value is None or key.upper() == "TYPE":
            types += (key if value is None else value.strip('"')).lower().split(",")
        else:
            parameters[key.upper()] = _CARET.sub(lambda found: _CARETS[found[1]], value.strip('"'))
    value = match[3]
    if "quoted-printable" in {parameters.get("ENCODING", "").lower(), *types}:
        packed = value.encode("utf-8", "replace")
        value = decoded(unpacked(packed, "quoted-printable"), parameters.get("CHARSET", ""))
    return Property(match[1].rpartition(".")[2].upper(), parameters, types, value)


def _text(data: bytes) -> str:
    codec = wide_codec(data[:_HEAD_BYTES]) if b"\0" in data[:_HEAD_BYTES] else None
    return decode(data, codec).removeprefix("\ufeff") if codec is not None else decoded(data)


def _unfolded(data: bytes) -> Iterator[str]:
    """Logical lines: a line that begins with a blank, or follows a soft line break, continues the one before."""
    line: list[str] = []
    for raw in _text(data).replace("\r\n", "\n").replace("\r", "\n").split("\n"):
        soft = bool(line) and line[-1].endswith("=") and "QUOTED-PRINTABLE" in line[0].upper()
        if soft:
            line[-1] = line[-1][:-1]
        if raw[:1] in {" ", "\t"} and line:
            line.append(raw[1:])
        elif soft:
            line.append(raw)
        else:
            yield "".join(line)
            line = [raw]
    yield "".join(line)
