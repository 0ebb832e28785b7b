"""Bytes and what is said of their encoding in, text out: for mails, cards and Outlook messages.

Pure. A label is believed where the bytes keep its rules, and is read as the larger set that programs mean by it
(the Encoding Standard's names and labels: latin1 is Windows-1252, gb2312 is GB 18030).
"""

from __future__ import annotations

import codecs
import re

from bot.files.worker.encodings import text_of
from bot.files.worker.likely_encoding import SHORT_BYTES, better_than_western, likely_codec

_MEANT = {
    **dict.fromkeys(("iso8859-1", "latin-1"), "cp1252"),
    **dict.fromkeys(("gb2312", "gbk", "hz"), "gb18030"),
    "iso8859-9": "cp1254",
    "iso8859-11": "cp874",
    "tis-620": "cp874",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
    "johab": "cp1361",
    "big5": "cp950",
    "iso2022_jp": "iso2022_jp_ext",
}
_ALIASES = {
    **dict.fromkeys(("ks_c_5601-1987", "ks_c_5601", "x-windows-949"), "cp949"),
    **dict.fromkeys(("x-sjis", "windows-31j", "x-ms-cp932"), "cp932"),
    **dict.fromkeys(("iso-8859-8-i", "iso-8859-8-e", "logical"), "iso8859-8"),
    **dict.fromkeys(("unicode-1-1-utf-7", "x-unicode-2-0-utf-7", "utf7"), "utf-7"),
    **{f"x-cp{page}": f"cp{page}" for page in range(1250, 1259)},
    **{f"cp-{page}": f"cp{page}" for page in (437, 850, 852, 866, 932, 936, *range(1250, 1259))},
    "windows-874": "cp874",
    "x-gbk": "gb18030",
    "x-big5": "cp950",
    "x-euc-jp": "euc_jp",
    "x-mac-roman": "mac_roman",
    "x-mac-cyrillic": "mac_cyrillic",
    "ansi": "cp1252",
    "unicode": "utf-16",
}
_WINDOWS_NUMBERS = {
    65001: "utf-8",
    65000: "utf-7",
    1200: "utf-16-le",
    1201: "utf-16-be",
    20127: "ascii",
    10000: "mac_roman",
    20866: "koi8_r",
    21866: "koi8_u",
    20936: "gb2312",
    51936: "gb2312",
    52936: "hz",
    54936: "gb18030",
    51932: "euc_jp",
    20932: "euc_jp",
    51949: "euc_kr",
    50225: "iso2022_kr",
    **dict.fromkeys((50220, 50221, 50222), "iso2022_jp"),
    **{28590 + part: f"iso8859-{part}" for part in (1, 2, 3, 4, 5, 6, 7, 8, 9, 13, 15)},
}
"""Source: Microsoft's list of code page identifiers."""
_ALL_ASCII = frozenset({"iso2022_jp_ext", "iso2022_kr", "utf-7", "gb18030", "utf-16", "utf-16-le", "utf-16-be"})
"""Encodings in which bytes that are all ASCII need not be ASCII (GB 18030 for HZ, which is read as its relative)."""
_BROKEN_SHARE_MAX = 0.1
"""Of the characters that are not ASCII."""


def codec_of(label: str) -> str | None:
    """Python's name of the encoding that ``label`` means, ``None`` where nobody knows it."""
    label = label.strip().strip("\"'").lower()
    if label.isdecimal():
        label = _WINDOWS_NUMBERS.get(int(label[:6]), f"cp{label}")
    try:
        "a".encode(_ALIASES.get(label, label))  # unlike a look-up it refuses what is no encoding of text
        found = codecs.lookup(_ALIASES.get(label, label)).name
    except (LookupError, ValueError):
        return None
    return _MEANT.get(found, found)


def decoded(data: bytes, *labels: str) -> str:
    """The text by the first of ``labels`` that the bytes keep to, else by what they look like.

    UTF-8 goes before any label of another kind, since no other text keeps its rules by chance; a label of Western text,
    which any bytes keep to, gives way where another encoding makes far better words. Few broken characters are no
    reason to give up a label: a text may be cut within one.
    """
    named = [codec for codec in map(codec_of, labels) if codec and codec != "ascii"]
    if data.isascii() and _ALL_ASCII.isdisjoint(named):
        return text_of(data)  # with its escapes, where it has such
    tried = named if data.isascii() else ["utf-8", *named]
    for codec in tried:
        try:
            return _strictly(data, better_than_western(data) or codec if codec == "cp1252" else codec)
        except (UnicodeError, ValueError):
            continue
    for codec in tried:
        text = _leniently(data, codec)
        broken, whole = text.count("\ufffd"), len(text) - len(text.encode("ascii", "ignore"))
        if broken <= whole * (0.5 if codec == "utf-8" else _BROKEN_SHARE_MAX):
            return text
    return text_of(data) if len(data) > SHORT_BYTES else _leniently(data, likely_codec(data))


def _strictly(data: bytes, codec: str) -> str:
    if codec == "gb18030" and b"~{" in data and data.isascii():
        return data.decode("hz")
    if codec == "cp1252":
        return _windows(data)
    return data.decode("utf-8-sig" if codec == "utf-8" else codec)


def _leniently(data: bytes, codec: str) -> str:
    try:
        if codec == "iso2022_jp_ext":
            return _japanese(data)
        return _windows(data) if codec == "cp1252" else data.decode(codec, "replace")
    except (UnicodeError, ValueError):
        return data.decode("utf-8", "replace")


def _windows(data: bytes) -> str:
    """Windows-1252; its five gaps mean what they mean in Latin-1, as browsers have it."""
    try:
        return data.decode("cp1252")
    except UnicodeDecodeError:
        return "".join(data[at : at + 1].decode("cp1252", "ignore") or chr(data[at]) for at in range(len(data)))


_JAPANESE_SETS = re.compile(rb"\x1b(\$[@B]|\([BJHI])")


def _japanese(data: bytes) -> str:
    """ISO-2022-JP as Windows writes it, with circled numbers and the like: its pairs are those of cp932, shifted."""
    pieces = _JAPANESE_SETS.split(data)
    text = pieces[0].decode("cp932", "replace")
    for chosen, piece in zip(pieces[1::2], pieces[2::2], strict=True):
        if chosen == b"(I":
            piece = bytes(byte | 0x80 for byte in piece)  # noqa: PLW2901
        elif chosen in {b"$@", b"$B"}:
            piece = b"".join(_shifted(*pair) for pair in re.findall(rb"([!-~])([!-~])", piece))  # noqa: PLW2901
        text += piece.decode("cp932", "replace")
    return text


def _shifted(row: bytes, cell: bytes) -> bytes:
    """A character of JIS X 0208 in Shift_JIS."""
    first, second = row[0], cell[0]
    lead = (first - 0x21) // 2 + (0x81 if first < 0x5F else 0xC1)
    if first % 2:
        return bytes((lead, second + (0x1F if second < 0x60 else 0x20)))
    return bytes((lead, second + 0x7E))
