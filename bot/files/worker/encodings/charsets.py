"""Decodes text whose encoding is declared, for mails, cards and Outlook messages.

Pure. A label is believed if the bytes follow its rules; ``labels`` says what it means.
"""

from __future__ import annotations

from bot.files.worker.encodings import escaped
from bot.files.worker.encodings.detecting import text_of
from bot.files.worker.encodings.labels import codec_of_label
from bot.files.worker.encodings.likely_encoding import better_than_western

_ALL_ASCII = frozenset({*escaped.CODECS, "utf-7", "utf-16", "utf-16-le", "utf-16-be"})
"""Encodings in which bytes that are all ASCII need not mean ASCII."""
_WIDE = ("utf-16", "utf-32")
_BROKEN_SHARE_MAX = 0.1
"""Of the characters that are not ASCII."""


def decoded(data: bytes, *labels: str) -> str:
    """Decodes ``data`` with the first of ``labels`` that its bytes fit, else by what they look like.

    UTF-8 goes before any other label, since no other text follows its rules by chance. A label of Western text, which
    any bytes fit, gives way if another encoding makes far better words. A few broken characters do not rule out a
    label, because a text may be cut within one.
    """
    named = [codec for codec in map(codec_of_label, labels) if codec and codec != "ascii"]
    if data.isascii() and b"\0" not in data:  # text of two bytes a character has zeros, or bytes that are not ASCII
        named = [codec for codec in named if not codec.startswith(_WIDE)]
    if data.isascii() and _ALL_ASCII.isdisjoint(named):
        return text_of(data)  # with its escapes, if it has any
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
    return text_of(data)


def _strictly(data: bytes, codec: str) -> str:
    if codec in escaped.CODECS:
        text = escaped.unescaped(data, codec)
        if "\ufffd" in text:
            raise ValueError(codec)
        return text
    if codec == "cp1252":
        return _windows(data)
    return data.decode("utf-8-sig" if codec == "utf-8" else codec)


def _leniently(data: bytes, codec: str) -> str:
    try:
        if codec in escaped.CODECS:
            return escaped.unescaped(data, codec)
        return _windows(data) if codec == "cp1252" else data.decode(codec, "replace")
    except (UnicodeError, ValueError):
        return data.decode("utf-8", "replace")


def _windows(data: bytes) -> str:
    """Windows-1252; its five undefined bytes mean what they mean in Latin-1, as in browsers."""
    try:
        return data.decode("cp1252")
    except UnicodeDecodeError:
        return "".join(data[at : at + 1].decode("cp1252", "ignore") or chr(data[at]) for at in range(len(data)))
