"""The tree of a mail's parts in, what of it is text, what is attached, and what is only named out.

Pure. Of several versions of one text the richest is shown: plain text, unless the HTML says more.
"""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass, field
from enum import Enum

from bot.files.worker import calendars, mime
from bot.files.worker.charsets import decoded
from bot.files.worker.hypertext import to_text
from bot.files.worker.mime import Part
from bot.files.worker.smime import signed_content

_AS_TEXT = frozenset(
    {"text/plain", "text/html", "text/enriched", "text/calendar", "text/vcard", "text/x-vcard", "text/directory"}
    | {"text/rfc822-headers", "text/rfc822", "message/delivery-status", "message/disposition-notification"}
    | {"message/feedback-report", "message/external-body", "message/global-delivery-status"}
)
_CARDS = frozenset({"text/calendar", "text/vcard", "text/x-vcard", "text/directory"})
_OF_LAYOUT = frozenset({"text/css", "text/javascript", "application/javascript", "application/x-javascript"})
_SIGNATURES = frozenset(
    {"application/pkcs7-signature", "application/x-pkcs7-signature", "application/pgp-signature"}
    | {"application/applefile", "application/pgp-keys"}
)
_SEALED = frozenset({"application/pkcs7-mime", "application/x-pkcs7-mime"})
_OTHER_VERSIONS = frozenset({"text/x-amp-html", "text/watch-html", "text/enriched", "text/richtext"})
_DECORATION_BYTES_MAX = 10_000
_DECORATION_PX_MAX = 40_000
"""Of a picture's area, 200 × 200: logos and rules of a signature are no larger, charts are."""
_SEALS_MAX = 5
"""Signed mails that are opened, one within the other too."""
_STUB_WORDS_MAX = 40
_NEW_WORDS_SHARE = 0.1
_WORD = re.compile("[\u2e80-\u9fff\uac00-\ud7a3]|[^\\W\u2e80-\u9fff\uac00-\ud7a3]+")
_ADDRESS = re.compile(r"https?://\S+|\(mailto:[^)]*\)")


@dataclass(slots=True)
class Body:
    """``named`` are leaves neither shown nor attached, ``charsets`` those that the texts are declared to be in.

    ``opened`` counts the signed mails that the text was taken out of.
    """

    texts: list[str] = field(default_factory=list)
    attached: list[Part] = field(default_factory=list)
    named: list[str] = field(default_factory=list)
    charsets: list[str] = field(default_factory=list)
    encrypted: bool = False
    opened: int = 0


def body_of(part: Part) -> Body:
    body = Body()
    _read(part, body, _As.ROOT)
    seen: set[bytes] = set()
    once = []
    for leaf in body.attached:  # an invitation comes as a version of the text and as a file
        content = leaf.payload if leaf.content_type in {"text/calendar", "application/ics"} else b""
        if not content or content not in seen:
            once.append(leaf)
        seen.add(content)
    body.attached = once
    return body


class _As(Enum):
    """What a part is within the one that holds it."""

    ROOT = "the mail itself"
    ONE_OF_MANY = "one of several parts"
    VERSION = "a version of a text"
    RELATED = "what a text shows within itself"


def _read(part: Part, body: Body, role: _As) -> None:
    kind = part.content_type
    if not part.parts:
        _read_leaf(part, body, role)
    elif kind == "multipart/encrypted":
        body.encrypted = True
        body.named += [inner.filename or inner.content_type for inner in part.parts]
    elif kind == "multipart/alternative":
        _read_versions(part.parts, body)
    else:
        first = role if kind in {"multipart/related", "multipart/signed"} else _As.ONE_OF_MANY
        others = _As.RELATED if kind == "multipart/related" or role is _As.RELATED else _As.ONE_OF_MANY
        for number, inner in enumerate(part.parts):
            _read(inner, body, others if number else first)


def _read_leaf(part: Part, body: Body, role: _As) -> None:
    kind = part.content_type
    if _is_text(part, role):
        body.charsets += [part.charset] if part.charset else []
        body.texts.append(text_of(part))
    elif kind in _SIGNATURES or (role is _As.RELATED and kind in _OF_LAYOUT):
        body.named.append(part.filename or kind)
    elif _is_decoration(part, role):
        body.named.append(part.filename or "a small picture")
    elif kind in _SEALED and part.parameter("smime-type") != "certs-only":
        content = signed_content(part.payload) if body.opened < _SEALS_MAX else b""
        body.opened += 1
        if content:
            _read(mime.parse(content), body, role)
        else:
            body.encrypted = True
            body.named.append(part.filename or kind)
    else:
        body.attached.append(part)


def _is_text(part: Part, role: _As) -> bool:
    """A part that has a name is a file, unless it is the text itself that some programs give a name."""
    if part.content_type.startswith("multipart/"):
        return True  # nothing parts it: what people see is what stands there
    if part.content_type not in _AS_TEXT or part.disposition == "attachment":
        return False
    return not part.filename or not part.disposition or role in {_As.ROOT, _As.VERSION}


def text_of(part: Part) -> str:
    kind, data = part.content_type, part.payload
    if kind == "text/html":
        return to_text(decoded(data, part.charset, declared_in(data)))
    if kind in {"text/calendar", "text/vcard", "text/x-vcard", "text/directory"} and calendars.looks_like_calendar(
        data
    ):
        return calendars.to_text(data)
    text = decoded(data, part.charset)
    if kind == "text/enriched":
        return re.sub(r"<(/?)param>[^<]*|</?[A-Za-z]+>", "", text).replace("<<", "<")
    if part.parameter("format").lower() == "flowed" and part.parameter("delsp").lower() == "yes":
        return re.sub(r" \r?\n(?!-- )", "", text)
    return text


def declared_in(page: bytes) -> str:
    """The encoding that a page of HTML names for itself, within its first kilobyte."""
    match = re.search(rb"<meta[^>]{1,200}charset\s*=\s*[\"']?([\w.:-]{2,40})", page[:1_024], re.IGNORECASE)
    return match[1].decode("ascii") if match else ""


# --- versions of one text ----------------------------------------------------------------------------------------


def _read_versions(parts: list[Part], body: Body) -> None:
    """Each version may have attachments of its own; the words of one or two are shown, and an invitation besides."""
    plain, rich, besides = (Body(opened=body.opened) for _ in range(3))
    kinds = {part.content_type for part in parts}
    for part in parts:
        kind = part.content_type
        if kind in _OTHER_VERSIONS and not kinds <= _OTHER_VERSIONS:
            continue
        _read(part, besides if kind == "text/calendar" else plain if kind == "text/plain" else rich, _As.VERSION)
    body.texts += [*chosen(plain.texts, rich.texts), *besides.texts]
    for version in (plain, rich, besides):
        body.attached += version.attached
        body.named += version.named
        body.charsets += version.charsets
        body.encrypted |= version.encrypted


def chosen(plain: list[str], rich: list[str]) -> list[str]:
    """The plain text if it says all that the HTML does, the HTML if it says more, both if each has words of its own."""
    plain_words, rich_words = _words(plain), _words(rich)
    new_in_rich, new_in_plain = rich_words - plain_words, plain_words - rich_words
    if not plain_words or not rich_words:
        return plain if plain_words else rich or plain
    if len(new_in_rich) <= len(rich_words) * _NEW_WORDS_SHARE and len(new_in_rich) < _STUB_WORDS_MAX:
        return plain
    is_stub = len(plain_words) <= _STUB_WORDS_MAX and len(new_in_plain) >= len(plain_words) // 2
    if is_stub or len(new_in_plain) <= len(plain_words) * 2 * _NEW_WORDS_SHARE:
        return rich
    return [*plain, "[The same mail as HTML:]", *rich]


def _words(texts: list[str]) -> set[str]:
    return {word.lower() for text in texts for word in _WORD.findall(_ADDRESS.sub(" ", text))}


# --- pictures of the layout ----------------------------------------------------------------------------------------


def _is_decoration(part: Part, role: _As) -> bool:
    """A small picture within the text; what says that it is an attachment is one, however small."""
    if not part.content_type.startswith("image/") or part.disposition == "attachment":
        return False
    if not (role is _As.RELATED or part.disposition == "inline" or "content-id" in part.headers):
        return False
    return is_small_picture(part.payload)


def is_small_picture(data: bytes) -> bool:
    """By its bytes, and by its area where that is easy to know: a plain chart has few bytes, and is no logo."""
    return 0 < len(data) < _DECORATION_BYTES_MAX and _starts_as_picture(data) and _area_px(data) <= _DECORATION_PX_MAX


def _starts_as_picture(data: bytes) -> bool:
    return data.startswith((b"\x89PNG", b"GIF8", b"\xff\xd8\xff", b"BM", b"RIFF", b"<svg", b"<?xml", b"II*", b"MM\0*"))


def _area_px(data: bytes) -> int:
    """Of a PNG or GIF by its first bytes; none of another kind, whose length has to tell."""
    try:
        if data.startswith(b"\x89PNG"):
            width, height = struct.unpack_from(">II", data, 16)
        elif data.startswith(b"GIF8"):
            width, height = struct.unpack_from("<HH", data, 6)
        else:
            return 0
    except struct.error:
        return 0
    return int(width) * int(height)
