"""Finds the codec that a text itself declares, by its first bytes.

Pure. Reads an XML declaration, HTML's ``<meta charset>``, CSS's ``@charset``, the coding lines of Emacs, Vim, Python
and Ruby (PEP 263 has the pattern), gettext's header, LaTeX's ``inputenc``, and the setting in a dump of MySQL or
PostgreSQL. A page's ``<meta>`` may come far into it, after styles and scripts.
"""

from __future__ import annotations

import re

from bot.files.worker.encodings.labels import codec_of_label

_HEAD_BYTES = 4_096
_PAGE_HEAD_BYTES = 200_000
_META = rb"<meta\b[^>]{1,300}?charset\s*=\s*[\"']?\s*([\w.:-]{2,30})"
_LATE_META = re.compile(_META, re.IGNORECASE)
_PATTERNS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rb"\A\s*<\?xml[^>]{1,200}?encoding\s*=\s*[\"']([\w.:-]{2,30})[\"']",
        _META,
        rb"\A\s*@charset\s+[\"']([\w.:-]{2,30})[\"']",
        rb"\A(?:[^\n]{0,200}\n){0,2}[^\n]{0,200}?coding[:=][ \t]*([\w.-]{2,30})",
        rb"(?m)^\"Content-Type: [\w/-]+; *charset=([\w.-]{2,30})",
        rb"\\usepackage\s*\[([\w.-]{2,30})\]\s*\{inputenc\}",
        rb"(?m)^[^\n]{0,20}\bSET (?:NAMES|client_encoding\s*(?:=|TO))\s*[\"']?([\w-]{2,30})",
    )
)
_DUMP = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*(?:--[ \t\r\n]|/\*!\d{5}|(?:SET|DROP|CREATE|INSERT|REPLACE|PRAGMA|BEGIN|USE)\b)",
    re.IGNORECASE,
)
_STATEMENT = re.compile(
    rb"\b(?:CREATE\s+(?:TABLE|DATABASE)|INSERT\s+INTO|REPLACE\s+INTO|DROP\s+TABLE)\b", re.IGNORECASE
)
_PAGE = re.compile(rb"<(?:!doctype\s+html|html|head)\b", re.IGNORECASE)
_VIM = re.compile(rb"(?:^|\s)vim?:[^\n]{0,200}?\b(?:fileencoding|fenc)=([\w.-]{2,30})", re.IGNORECASE)


def declared_codec(head: bytes, tail: bytes = b"") -> str | None:
    """The codec by Python's name, widened; ``None`` if none is named, or one that Python does not know.

    Vim also reads a line at the end of a file, hence ``tail``.
    """
    page, head = head[:_PAGE_HEAD_BYTES], head[:_HEAD_BYTES]
    found = next(filter(None, (pattern.search(head) for pattern in _PATTERNS)), None)
    found = found or (_LATE_META.search(page) if _PAGE.search(head) else None)
    found = found or _VIM.search(head) or _VIM.search(tail[-_HEAD_BYTES:])
    return known_codec(found[1].decode("ascii", "replace")) if found else None


def is_dump(head: bytes) -> bool:
    """A database dump in SQL, which may contain binary values as they are."""
    return _DUMP.match(head) is not None and bool(_STATEMENT.search(head))


def known_codec(name: str) -> str | None:
    """Like ``codec_of_label``, but for a label in the text itself: if it can be read as ASCII, the text is not
    UTF-16."""
    codec = codec_of_label(name)
    if codec is None or codec.startswith(("utf-16", "utf-32", "utf-7")):
        return None
    return "utf-8" if codec == "ascii" else codec
