"""The first bytes of a text in, the codec that the text itself names out.

Pure. Read are: an XML declaration, HTML's ``<meta charset>``, CSS's ``@charset``, the lines by which Emacs, Vim, Python
and Ruby know a source's coding (PEP 263 has the pattern), gettext's header and LaTeX's ``inputenc``.
"""

from __future__ import annotations

import codecs
import re

_HEAD_BYTES = 4_096
_PATTERNS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rb"\A\s*<\?xml[^>]{1,200}?encoding\s*=\s*[\"']([\w.:-]{2,30})[\"']",
        rb"<meta\b[^>]{1,300}?charset\s*=\s*[\"']?\s*([\w.:-]{2,30})",
        rb"\A\s*@charset\s+[\"']([\w.:-]{2,30})[\"']",
        rb"\A(?:[^\n]{0,200}\n){0,2}[^\n]{0,200}?coding[:=][ \t]*([\w.-]{2,30})",
        rb"(?m)^\"Content-Type: [\w/-]+; *charset=([\w.-]{2,30})",
        rb"\\usepackage\s*\[([\w.-]{2,30})\]\s*\{inputenc\}",
    )
)
_VIM = re.compile(rb"(?:^|\s)vim?:[^\n]{0,200}?\b(?:fileencoding|fenc)=([\w.-]{2,30})", re.IGNORECASE)
_WIDER = {
    "ascii": "utf-8",
    "big5": "cp950",
    "euc_kr": "cp949",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "iso8859-11": "cp874",
    "shift_jis": "cp932",
    "tis-620": "cp874",
}
"""What is written under a name is often of the larger set that Windows knows under it (WHATWG's Encoding standard)."""
_ALSO_KNOWN_AS = {
    "ansinew": "cp1252",
    "applemac": "mac_roman",
    "iso-8859-8-i": "iso8859-8",
    "utf8x": "utf-8",
    "windows-31j": "cp932",
    "windows-874": "cp874",
    "x-euc-jp": "euc_jp",
    "x-gbk": "gb18030",
    "x-mac-cyrillic": "mac_cyrillic",
    "x-sjis": "cp932",
}


def declared_codec(head: bytes, tail: bytes = b"") -> str | None:
    """The codec by Python's name, widened; ``None`` where none is named, or one that Python does not know.

    Vim reads its line at the end of a file as well, hence ``tail``.
    """
    head = head[:_HEAD_BYTES]
    found = next(filter(None, (pattern.search(head) for pattern in _PATTERNS)), None)
    found = found or _VIM.search(head) or _VIM.search(tail[-_HEAD_BYTES:])
    return known_codec(found[1].decode("ascii", "replace")) if found else None


def known_codec(name: str) -> str | None:
    """Python's name of a text encoding that is written in many ways, widened to what is found under it in practice."""
    name = name.strip().lower()
    try:
        found = codecs.lookup(_ALSO_KNOWN_AS.get(name, name).removesuffix("-unix").removesuffix("-dos"))
        b" ".decode(found.name)  # base64 and its like are codecs too, but of no text; nothing is decoded by any
    except (LookupError, ValueError):
        return None
    if found.name in {"utf-16", "utf-32", "utf-7", "unicode_escape", "raw_unicode_escape", "idna", "punycode"}:
        return None  # one who can read this line in ASCII does not have such a text before him
    return _WIDER.get(found.name, found.name)
