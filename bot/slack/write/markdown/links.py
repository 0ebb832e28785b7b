"""Whether a link's text shows a different address from the one that it leads to. Pure."""

from __future__ import annotations

import html
import re
import unicodedata
from urllib.parse import urlsplit

_SHOWN = re.compile(
    r"""(?:(?:https?|ftp)://|(?<![\w.@/-])www\.)(?P<named>[^\s/?#:<>()\[\]"'*`~|\\]+)
      | (?<![\w.@/-])(?P<bare>(?:[\w-]{1,63}+\.)++
        (?:com|org|net|gov|edu|mil|int|info|biz|io|co|app|dev|eu|de|uk))(?![\w-])""",
    re.IGNORECASE | re.VERBOSE,
)
"""Addresses as people read them: with a scheme, or by a well-known ending. A name such as ``notes.md`` is none."""
_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")
_ODD = re.compile(r"[\\*`~_&\x00-\x08\x0e-\x1f]")
_TURNS = re.compile("[\u202a-\u202e\u2066-\u2069]")
_MARKUP = str.maketrans("", "", "*`~_")
_UNSEEN = frozenset({"Cc", "Cf", "Me", "Mn"})
_NO_PLACE = frozenset({"mailto", "tel"})


def shows_address(words: str) -> bool:
    """Also where nobody can tell, since it is read from the other end."""
    return _TURNS.search(words) is not None or _SHOWN.search(_seen(words)) is not None


def misleads(words: str, address: str) -> bool:
    """Whether the words name a host, and the address leads elsewhere; what cannot be told does."""
    if _TURNS.search(words):
        return True
    hosts = [_bare(found["named"] or found["bare"]) for found in _SHOWN.finditer(_seen(words))]
    if not hosts:
        return False
    if "\\" in address:  # to a browser a slash, to others part of a name
        return True
    try:
        parts = urlsplit(address if "://" in address or address.startswith(("mailto:", "tel:")) else f"//{address}")
        host = _bare(parts.hostname or "")
    except ValueError:
        return True
    if parts.scheme.lower() in _NO_PLACE:
        return False
    return any(shown != host and not host.endswith(f".{shown}") for shown in hosts)


def _seen(words: str) -> str:
    """What a reader sees of words in Markdown: without what escapes, marks or is invisible, entities as characters."""
    if words.isascii() and not _ODD.search(words):
        return words
    text = unicodedata.normalize("NFKC", html.unescape(_ESCAPED.sub(r"\1", words))).translate(_MARKUP)
    return "".join(char for char in text if char.isspace() or unicodedata.category(char) not in _UNSEEN)


def _bare(host: str) -> str:
    host = host.translate(_MARKUP)  # an underscore may have been one
    return host.lower().rpartition("@")[2].rstrip(".,;!").removeprefix("www.")
