"""Finds Python's codec for an encoding label of a mail, a page or Windows.

Pure. A label is read as the larger set that programs mean by it (the Encoding Standard's names and labels: latin1 is
Windows-1252, gb2312 is GB 18030). MySQL and PostgreSQL have names of their own.
"""

from __future__ import annotations

import codecs
import re

_MEANT = {
    **dict.fromkeys(("iso8859-1", "latin-1"), "cp1252"),
    **dict.fromkeys(("gb2312", "gbk"), "gb18030"),
    "iso8859-9": "cp1254",
    "iso8859-11": "cp874",
    "tis-620": "cp874",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
    "big5": "cp950",
}
_ALIASES = {
    **dict.fromkeys(("ks_c_5601-1987", "ks_c_5601", "cseuckr"), "cp949"),
    **dict.fromkeys(("x-sjis", "windows-31j", "cswindows31j", "x-ms-cp932", "sjis-win", "sjis-open"), "cp932"),
    **dict.fromkeys(("ansi", "ansinew", "ms-ansi", "windows-latin1", "latin-9"), "cp1252"),
    **dict.fromkeys(("x-mac-roman", "applemac", "mac", "x-mac-western"), "mac_roman"),
    **dict.fromkeys(("iso-8859-8-i", "iso-8859-8-e", "logical"), "iso8859-8"),
    **dict.fromkeys(("unicode-1-1-utf-7", "x-unicode-2-0-utf-7", "utf7"), "utf-7"),
    "x-gbk": "gb18030",
    "x-big5": "cp950",
    "x-euc-jp": "euc_jp",
    "x-mac-cyrillic": "mac_cyrillic",
    "utf8x": "utf-8",
    **dict.fromkeys(("ucs-2", "ucs2"), "utf-16"),
    **{f"utf{bits}{end}": f"utf-{bits}-{end}" for bits in (16, 32) for end in ("le", "be")},
    "unicode": "utf-16",
    **dict.fromkeys(("ujis", "eucjpms", "eucjp-win", "eucjp-ms", "euc-jp-ms", "cp51932"), "euc_jp"),
    **dict.fromkeys(("iso-2022-jp-ms", "cp50220", "cp50221", "cp50222", "jis"), "iso2022_jp"),
    **dict.fromkeys(("cn-gb", "csgb2312", "gb_2312-80", "x-euc-cn"), "gb18030"),
    **dict.fromkeys(("cn-big5", "big-5", "bigfive"), "cp950"),
    **dict.fromkeys(("koi8-ru", "koi8ru"), "koi8-u"),
    **dict.fromkeys(("koi", "koi8", "koi-8"), "koi8-r"),
    **dict.fromkeys(("euckr", "uhc"), "cp949"),
    **dict.fromkeys(("utf8mb3", "utf8mb4"), "utf-8"),
    "koi8r": "koi8-r",
    "koi8u": "koi8-u",
    "sjis": "cp932",
    "macroman": "mac_roman",
    "x-mac-ce": "mac_latin2",
    "x-mac-turkish": "mac_turkish",
    "x-mac-greek": "mac_greek",
    "x-mac-ukrainian": "mac_cyrillic",
    "x-mac-icelandic": "mac_iceland",
    "x-mac-croatian": "mac_croatian",
    "x-mac-romanian": "mac_romanian",
    "x-viet-tcvn5712": "tcvn",
}
_PAGE = re.compile(r"(?:x-)?(?:cp|ibm|dos|oem|win|windows|ms|ansi)[-_ ]?0{0,2}([1-9]\d{2,4})[a-z]?")
"""A code page by its number, however the maker's name stands before it: ibm00858, cp-850, x-windows-949."""
_PART_OF_ISO = re.compile(r"(?:x-)?(?:iso)?[-_ ]?8859[-_ ]?([1-9]\d?)(?:-windows-.{1,30})?")
_WINDOWS_NUMBERS = {
    65001: "utf-8",
    65000: "utf-7",
    943: "cp932",
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
_NO_TEXTS = frozenset({"unicode_escape", "raw_unicode_escape", "idna", "punycode"})


def codec_of_label(label: str) -> str | None:
    """``None`` if it is unknown, or not an encoding of text. A number is a Windows code page."""
    label = label.strip().strip("\"'").lower().removesuffix("-unix").removesuffix("-dos")
    if label.isdecimal():
        label = _WINDOWS_NUMBERS.get(int(label[:6]), f"cp{label}")
    found = _known(_ALIASES.get(label, label)) or _known(_by_number(label))
    return None if found in _NO_TEXTS else _MEANT.get(found, found) if found else None


def _known(name: str) -> str:
    """Python's name of it, or nothing."""
    try:
        "a".encode(name)  # unlike a look-up it refuses base64 and the like
        return codecs.lookup(name).name
    except (LookupError, ValueError):
        return ""


def _by_number(label: str) -> str:
    if page := _PAGE.fullmatch(label):
        return _WINDOWS_NUMBERS.get(int(page[1]), f"cp{page[1]}")
    part = _PART_OF_ISO.fullmatch(label)
    return f"iso8859-{part[1]}" if part else ""
