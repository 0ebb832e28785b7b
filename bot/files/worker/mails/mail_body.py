"""Sorts the parts of a mail: what is text, what is attached, and what is only named.

Pure. Of several versions of a text the richest is shown, and another below it if it says something else.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum

from bot.files.worker.base64_within import Packed, replaced
from bot.files.worker.encodings.charsets import decoded
from bot.files.worker.hypertext.reader import to_text
from bot.files.worker.mails import calendars, mime
from bot.files.worker.mails.flowed import unflowed
from bot.files.worker.mails.invitations import each_once
from bot.files.worker.mails.mail_versions import chosen
from bot.files.worker.mails.mime import Part
from bot.files.worker.mails.small_pictures import is_small_picture
from bot.files.worker.mails.smime import sealed_content
from bot.files.worker.mails.transfer import without_files
from bot.files.worker.text_forms import is_calendar

_CARDS = frozenset({"text/calendar", "text/vcard", "text/x-vcard", "text/directory"})
_AS_TEXT = _CARDS | frozenset(
    {"text/plain", "text/html", "text/enriched", "text/rfc822-headers", "text/rfc822", "message/delivery-status"}
    | {"message/disposition-notification", "message/feedback-report", "message/external-body"}
    | {"message/global-delivery-status"}
)
_RANKS = {"text/plain": 0, "text/x-amp-html": 2, "text/watch-html": 2, "text/enriched": 2, "text/richtext": 2}
"""Which of two versions with the same words is shown: plain text is the shortest, some kinds leave marks in the
text."""
_OF_LAYOUT = frozenset({"text/css", "text/javascript", "application/javascript", "application/x-javascript"})
_SIGNATURES = frozenset(
    {"application/pkcs7-signature", "application/x-pkcs7-signature", "application/pgp-signature"}
    | {"application/pgp-keys"}
)
_OF_A_FILE = "application/applefile"
"""What a Macintosh keeps beside a file's content, such as its icon. Source: RFC 1740."""
_SEALED = frozenset({"application/pkcs7-mime", "application/x-pkcs7-mime"})
_PAGES = frozenset({"text/html", "text/x-amp-html", "text/watch-html"})
_MARKS = re.compile(r"<<|<param>[^<]*|</?[A-Za-z][A-Za-z0-9-]{0,60}>")
"""A literal bracket is doubled. Source: RFC 1896."""
_WITH_MARKS = frozenset({"text/enriched", "text/richtext"})
_VERSIONS = _PAGES | _WITH_MARKS | {"text/markdown", "text/x-markdown"}
"""Kinds that a version of the mail's text may have; elsewhere in a mail most of these are files."""
_WRITTEN_IN_MAX = 50
_PGP = "-----BEGIN PGP MESSAGE-----"
_SEALS_MAX = 5
"""The most signed mails that are opened, including nested ones."""


@dataclass(slots=True)
class Body:
    """``named`` leaves are neither shown nor attached; ``charsets`` are the declared charsets of the texts.

    ``opened`` counts the signed mails that the text was taken from.
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
    behind = decoded(part.behind, *body.charsets[:1]).strip()
    body.named += [f"{len(behind):,} characters behind the end of the mail"] if behind else []
    body.attached, repeated = each_once(body.attached, body.texts)
    body.named += repeated
    return body


class _As(Enum):
    """What a part is within its parent."""

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
        part, files = _without_files(part)
        text = text_of(part)
        for picture in _written_in(part):
            if is_small_picture(picture.payload):
                body.named.append("a small picture")
            else:
                body.attached.append(picture)
        body.encrypted |= _PGP in text
        body.texts.append(text)
        body.attached += [*files, *_in_calendar(part)]
    elif kind == _OF_A_FILE:
        body.named.append(kind)  # it has the name of the file beside it, which is shown
    elif kind in _SIGNATURES or (role is _As.RELATED and kind in _OF_LAYOUT):
        body.named.append(part.filename or kind)
    elif _is_decoration(part, role):
        body.named.append(part.filename or "a small picture")
    elif kind in _SEALED and part.parameter("smime-type") != "certs-only":
        content = sealed_content(part.payload) if body.opened < _SEALS_MAX else b""
        body.opened += 1
        if content:
            _read(mime.parse(content), body, role)
        else:
            body.encrypted = True
            body.named.append(part.filename or kind)
    else:
        body.attached.append(part)


def _without_files(part: Part) -> tuple[Part, list[Part]]:
    """The text, without files that programs which know no MIME wrote into it."""
    text, files = without_files(part.payload) if part.content_type == "text/plain" else (b"", [])
    if not files:
        return part, []
    headers = {name: values for name, values in part.headers.items() if name != "content-transfer-encoding"}
    attached = [
        Part({"content-type": [b"application/octet-stream"], "content-description": [name]}, content)
        for name, content in files
    ]
    return Part(headers, text), attached


def _in_calendar(part: Part) -> list[Part]:
    """The files embedded in an invitation."""
    data = part.payload if part.content_type in _CARDS else b""
    found = calendars.read(data).files if data and is_calendar(data) else []
    return [
        Part({"content-type": [b"application/octet-stream"], "content-description": [name.encode()]}, content)
        for name, content in found
    ]


def _written_in(part: Part) -> list[Part]:
    """The pictures embedded in a page, each once."""
    found: dict[bytes, str] = {}

    def kept(packed: Packed) -> str:
        if packed.kind.startswith("image/") and len(found) < _WRITTEN_IN_MAX:
            found.setdefault(packed.content, packed.kind)
        return ""

    if part.content_type in _PAGES and b";base64," in part.payload:
        replaced(decoded(part.payload, part.charset, declared_in(part.payload)), kept)
    return [Part({"content-type": [kind.encode()]}, content) for content, kind in found.items()]


def _is_text(part: Part, role: _As) -> bool:
    """A part with a name is a file, unless it is the text itself: some programs give that a name."""
    if part.content_type.startswith("multipart/"):
        return True  # without parts it is the text that people see
    is_kind = part.content_type in _AS_TEXT or (role is _As.VERSION and part.content_type in _VERSIONS)
    if not is_kind or part.disposition == "attachment":
        return False
    return not part.filename or not part.disposition or role in {_As.ROOT, _As.VERSION}


def text_of(part: Part) -> str:
    kind, data = part.content_type, part.payload
    if kind in _PAGES:
        return to_text(decoded(data, part.charset, declared_in(data)))
    if kind in _CARDS and is_calendar(data):
        return calendars.to_text(data)
    text = decoded(data, part.charset)
    if kind == "message/external-body":
        return f"[Kept elsewhere: {_where(part)}]\n{text}"
    if kind in _WITH_MARKS:
        return _MARKS.sub(lambda mark: "<" if mark[0] == "<<" else "", text)
    if part.parameter("format").lower() == "flowed" and part.parameter("delsp").lower() == "yes":
        return unflowed(text)
    return text


def _where(part: Part) -> str:
    """The address of an attachment that is not in the mail. Source: RFC 2046, 5.2.3; RFC 2017 for URLs."""
    told = [part.parameter(name) for name in ("url", "site", "server", "directory", "name", "subject")]
    address = re.sub(r"\s+", "", told[0])
    return address or ", ".join(one for one in told[1:] if one) or part.parameter("access-type") or "not said where"


def declared_in(page: bytes) -> str:
    """The encoding that an HTML page declares, within its first kilobyte."""
    match = re.search(rb"<meta[^>]{1,200}charset\s*=\s*[\"']?([\w.:-]{2,40})", page[:1_024], re.IGNORECASE)
    return match[1].decode("ascii") if match else ""


# --- versions of one text ----------------------------------------------------------------------------------------


def _read_versions(parts: list[Part], body: Body) -> None:
    """Each version may have attachments of its own. An invitation is always shown as well."""
    versions, besides = list[tuple[int, list[str]]](), list[str]()
    for part in _flat(parts):
        kind = part.content_type
        version = Body(opened=body.opened)
        _read(part, version, _As.VERSION)
        if kind == "text/calendar":
            besides += version.texts
        else:
            versions.append((_RANKS.get(kind, 1), version.texts))
        body.attached += version.attached
        body.named += version.named
        body.charsets += version.charsets
        body.encrypted |= version.encrypted
        body.opened = version.opened
    body.texts += chosen((texts for _, texts in sorted(versions, key=lambda one: one[0])), besides)


def _flat(parts: list[Part]) -> Iterator[Part]:
    """Versions may themselves have versions."""
    for part in parts:
        if part.parts and part.content_type == "multipart/alternative":
            yield from _flat(part.parts)
        else:
            yield part


# --- pictures of the layout ----------------------------------------------------------------------------------------


def _is_decoration(part: Part, role: _As) -> bool:
    """A small picture within the text. One that is declared an attachment is kept, however small."""
    if not part.content_type.startswith("image/") or part.disposition == "attachment":
        return False
    if not (role is _As.RELATED or part.disposition == "inline" or "content-id" in part.headers):
        return False
    return is_small_picture(part.payload)
