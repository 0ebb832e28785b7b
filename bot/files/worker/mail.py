"""A mail (RFC 822, or an Outlook message) in, its text and its attachments out.

I/O: reads the mail, writes the text and the attachments to files; runs in a worker process.
"""

from __future__ import annotations

import email
import email.policy
import re
from collections.abc import Iterator
from email.message import EmailMessage, MIMEPart
from pathlib import Path

from bot.files import notes
from bot.files.bounds import ConvertLimits
from bot.files.extracts import Extract, MemberExtract, Unreadable
from bot.files.outbox import Outbox
from bot.files.worker import compound
from bot.files.worker.hypertext import to_text
from bot.files.worker.text import written

_SHOWN = ("From", "To", "Cc", "Date", "Subject")
_HEADER = re.compile(rb"[A-Za-z][A-Za-z0-9-]{1,60}:[ \t]")
_TELLING = re.compile(rb"(?mi)^(Received|From|Return-Path|Message-ID|MIME-Version|Delivered-To):")
_DECORATION_BYTES = 10_000
"""Pictures shown within a mail and smaller than this are logos and rules of a signature."""


def looks_like_mail(head: bytes) -> bool:
    """Whether a text begins with mail headers, at least two of those that only mails have."""
    if not _HEADER.match(head):
        return False
    headers = re.split(rb"\r?\n\r?\n", head, maxsplit=1)[0]
    return len({found.lower() for found in _TELLING.findall(headers)}) >= 2 and b"\n" in headers


def convert_rfc822(source: Path, out: Outbox, limits: ConvertLimits) -> list[Extract]:
    """Raises ``Unreadable`` where there is neither text nor attachment."""
    message = email.message_from_bytes(source.read_bytes(), policy=email.policy.default)
    headers = [f"{name}: {_header(message, name)}" for name in _SHOWN if message[name]]
    members = []
    for number, part in enumerate(_attachments(message), 1):
        if number > limits.archive_files_max:
            break
        data = _payload(part)
        if data and not _is_decoration(part, data):
            members.append(_member(part.get_filename() or f"attachment {number}", data, out))
    return [*written("\n".join([*headers, "", _body(message)]), "", "mail", out, limits), *members]


def _header(message: EmailMessage, name: str) -> str:
    return " ".join(str(message[name]).split())


def _body(message: EmailMessage) -> str:
    try:
        body = message.get_body(("plain", "html"))
    except (KeyError, AttributeError, ValueError):
        return ""
    if body is None:
        return ""
    text = _text(body)
    return to_text(text) if body.get_content_type() == "text/html" else text


def _text(part: MIMEPart) -> str:
    data = _payload(part)
    try:
        return data.decode(part.get_content_charset() or "utf-8", "replace")
    except LookupError:
        return data.decode("utf-8", "replace")


def _payload(part: MIMEPart) -> bytes:
    if part.get_content_type() == "message/rfc822":
        return b"".join(inner.as_bytes() for inner in part.iter_parts())
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""


def _attachments(message: MIMEPart) -> Iterator[MIMEPart]:
    """What is marked as an attachment or has a file name, pictures shown within the text included."""
    for part in _leaves(message):
        if part.get_filename() or part.get_content_disposition() == "attachment":
            yield part


def _leaves(part: MIMEPart) -> Iterator[MIMEPart]:
    """A forwarded mail counts as one: its own attachments come with it."""
    if not part.is_multipart() or part.get_content_type() == "message/rfc822":
        yield part
    else:
        for inner in part.iter_parts():
            yield from _leaves(inner)


def _is_decoration(part: MIMEPart, data: bytes) -> bool:
    shown_within = part.get_content_disposition() == "inline" or part["Content-ID"] is not None
    return shown_within and part.get_content_maintype() == "image" and len(data) < _DECORATION_BYTES


def _member(name: str, data: bytes, out: Outbox) -> MemberExtract:
    path = out.new(".bin")
    path.write_bytes(data)
    return MemberExtract(path.name, name)


# --- Outlook messages: properties as streams, named by tag and type. Source: Microsoft's [MS-OXMSG] -------------------
_SUBJECT, _BODY, _HTML, _SENDER, _SENDER_MAIL, _TO = "0037", "1000", "1013", "0C1A", "5D01", "0E04"
_ATTACHED, _LONG_NAME, _SHORT_NAME = "3701", "3707", "3704"


def convert_outlook(storage: compound.Storage, out: Outbox, limits: ConvertLimits) -> list[Extract]:
    sender = " ".join(filter(None, (_property(storage, _SENDER), _property(storage, _SENDER_MAIL))))
    headers = (("From", sender), ("To", _property(storage, _TO)), ("Subject", _property(storage, _SUBJECT)))
    body = _property(storage, _BODY) or to_text(_property(storage, _HTML))
    lines = [f"{name}: {' '.join(value.split())}" for name, value in headers if value]
    members = []
    for name, attached in list(storage.storages.items())[: limits.archive_files_max]:
        data = attached.streams.get(f"__substg1.0_{_ATTACHED}0102", b"")
        if name.startswith("__attach") and data:
            members.append(_member(_property(attached, _LONG_NAME) or _property(attached, _SHORT_NAME), data, out))
    if not lines and not body.strip() and not members:
        raise Unreadable(notes.EMPTY)
    return [*written("\n".join([*lines, "", body]), "", "mail", out, limits), *members]


def _property(storage: compound.Storage, tag: str) -> str:
    """A text property: Unicode, or bytes in a code page that nearly always is Windows-1252."""
    for suffix, encoding in (("001F", "utf-16-le"), ("001E", "cp1252"), ("0102", "utf-8")):
        data = storage.streams.get(f"__substg1.0_{tag}{suffix}")
        if data is not None:
            return data.decode(encoding, "replace").rstrip("\0")
    return ""
