"""What a text is said to be encoded in, as a mail, a page or Windows writes it, in; Python's name of that codec out.

Pure. A label is read as the larger set that programs mean by it (the Encoding Standard's names and labels: latin1 is
Windows-1252, gb2312 is GB 18030). MySQL and PostgreSQL have names of their own.
"""

from __future__ import annotations

import codecs

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
    **dict.fromkeys(("ks_c_5601-1987", "ks_c_5601", "x-windows-949"), "cp949"),
    **dict.fromkeys(("x-sjis", "windows-31j", "x-ms-cp932"), "cp932"),
    **dict.fromkeys(("ansi", "ansinew"), "cp1252"),
    **dict.fromkeys(("x-mac-roman", "applemac"), "mac_roman"),
    **dict.fromkeys(("iso-8859-8-i", "iso-8859-8-e", "logical"), "iso8859-8"),
    **dict.fromkeys(("unicode-1-1-utf-7", "x-unicode-2-0-utf-7", "utf7"), "utf-7"),
    **{f"x-cp{page}": f"cp{page}" for page in range(1250, 1259)},
    **{f"cp-{page}": f"cp{page}" for page in (437, 850, 852, 866, 932, 936, *range(1250, 1259))},
    "windows-874": "cp874",
    "x-gbk": "gb18030",
    "x-big5": "cp950",
    "x-euc-jp": "euc_jp",
    "x-mac-cyrillic": "mac_cyrillic",
    "utf8x": "utf-8",
    "unicode": "utf-16",
    **{f"win{page}": f"cp{page}" for page in (866, 874, *range(1250, 1259))},
    **{f"{maker}-{page}": f"cp{page}" for maker in ("dos", "ibm") for page in (437, 850, 852, 855, 857, 862, 866)},
    **dict.fromkeys(("ujis", "eucjpms"), "euc_jp"),
    **dict.fromkeys(("euckr", "uhc"), "cp949"),
    **dict.fromkeys(("utf8mb3", "utf8mb4"), "utf-8"),
    "koi8r": "koi8-r",
    "koi8u": "koi8-u",
    "sjis": "cp932",
    "macroman": "mac_roman",
    "windows-936": "gb18030",
    "x-mac-ce": "mac_latin2",
    "x-mac-turkish": "mac_turkish",
    "x-mac-greek": "mac_greek",
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
_NO_TEXTS = frozenset({"unicode_escape", "raw_unicode_escape", "idna", "punycode"})


def codec_of_label(label: str) -> str | None:
    """``None`` where nobody knows it, or it is no encoding of texts. A number is one of Windows' code pages."""
    label = label.strip().strip("\"'").lower().removesuffix("-unix").removesuffix("-dos")
    if label.isdecimal():
        label = _WINDOWS_NUMBERS.get(int(label[:6]), f"cp{label}")
    try:
        "a".encode(_ALIASES.get(label, label))  # unlike a look-up it refuses base64 and the like
        found = codecs.lookup(_ALIASES.get(label, label)).name
    except (LookupError, ValueError):
        return None
    return None if found in _NO_TEXTS else _MEANT.get(found, found)
