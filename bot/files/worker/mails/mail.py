"""Reads a mail (RFC 822, also MHTML) or a mailbox: its text and its attachments.

I/O: reads the mail, writes the text and the attachments to files; runs in a worker process. Every leaf of a mail
becomes text in its place, an attachment to be converted, or a name below the text.
"""

from __future__ import annotations

from pathlib import Path

from bot.files import notes
from bot.files.bounds import ConvertLimits
from bot.files.extracts import Extract, MemberExtract, NoteExtract, Unreadable
from bot.files.outbox import Outbox
from bot.files.worker.archives import left_out
from bot.files.worker.encodings.charsets import decoded
from bot.files.worker.mails import mime
from bot.files.worker.mails.mail_body import Body, body_of
from bot.files.worker.mails.mail_start import ONLY_MAILS, bare, mails_in
from bot.files.worker.mails.mime import Part
from bot.files.worker.text import written

_SHOWN = (
    *("from", "sender", "to", "cc", "bcc", "reply-to", "date", "subject"),
    *("resent-from", "resent-to", "resent-cc", "resent-date", "comments", "keywords"),
)
_SENT = frozenset({"from", "sender", "to", "cc", "bcc", "received", "date", "message-id"})
_OF_TRANSPORT = frozenset({"content-type", "content-transfer-encoding", "mime-version", "content-disposition"})
_URGENCIES = {"high": "high", "urgent": "high", "1": "high", "2": "high", "low": "low", "non-urgent": "low"}
_URGENCIES |= {"4": "low", "5": "low"}
_NAMED_MAX = 100
_NAME_CHARS_MAX = 300
_DECLARES_ITSELF = frozenset({"text/html", "text/xml", "text/calendar", "text/vcard", "text/x-vcard"})


def convert(source: Path, out: Outbox, limits: ConvertLimits) -> list[Extract]:
    """Raises ``Unreadable`` if there is neither text nor attachment."""
    mails = mails_in(bare(source.read_bytes()))
    if len(mails) > 1:
        return _several(mails, out, limits)
    part = mime.parse(mails[0] if mails else b"")
    body = body_of(part)
    members: list[Extract] = []
    unread: list[str] = []
    for leaf in body.attached:
        name = name_of(leaf, len(members) + len(unread) + 1)
        if len(members) >= limits.archive_files_max:
            unread.append(name)
        else:
            members.append(_member(name, _content(leaf), out))
    if unread:
        members.append(NoteExtract(notes.attachments_left_out(limits.archive_files_max, len(body.attached))))
    text = _text(part, body, unread)
    if not text.strip() and not members:
        raise Unreadable(notes.EMPTY)
    members += [NoteExtract(notes.ENCRYPTED_MAIL)] if body.encrypted else []
    return [*(written(text, "", _about(part), out, limits) if text.strip() else []), *members]


def _about(part: Part) -> str:
    """Browsers and Word save a page as a mail that nobody sent."""
    saved = part.words("from").startswith("<Saved by ") or _SENT.isdisjoint(part.headers)
    return "saved web page" if saved and part.content_type == "multipart/related" else "mail"


def _several(mails: list[bytes], out: Outbox, limits: ConvertLimits) -> list[Extract]:
    """The mails of a mailbox, each as a file of its own."""
    members: list[Extract] = []
    for number, mail in enumerate(mails[: limits.archive_files_max], 1):
        members.append(_member(f"{number} {_subject(mail)}.eml", mail, out))
    if len(mails) > limits.archive_files_max:
        rest = mails[limits.archive_files_max :]
        names = [f"{n} {_subject(mail)}" for n, mail in enumerate(rest[: left_out.NAMES_MAX], len(members) + 1)]
        members += left_out.listed(names, len(rest), "subjects of mails", out, limits)
        members.append(NoteExtract(notes.mails_left_out(limits.archive_files_max, len(mails))))
    return members


def _member(name: str, data: bytes, out: Outbox) -> MemberExtract:
    path = out.new(".bin")
    path.write_bytes(data)
    return MemberExtract(path.name, name[:_NAME_CHARS_MAX])


def _text(part: Part, body: Body, unread: list[str]) -> str:
    """Headers, text, and what else was there, separated by empty lines."""
    charsets = [charset for charset in (part.charset, *body.charsets) if charset]
    lines = [f"{name.title()}: {value}" for name in _names(part) if (value := part.words(name, *charsets))]
    lines += [f"Importance: {_URGENCIES[urgency]}"] if (urgency := _urgency(part)) in _URGENCIES else []
    below = [f"[Not shown: {', '.join(body.named[:_NAMED_MAX])}]"] if body.named else []
    below += [f"[Left out: {', '.join(unread[:_NAMED_MAX])}]"] if unread else []
    return (
        "\n\n".join(filter(None, ("\n".join(lines), *(text.strip() for text in body.texts), "\n".join(below)))) + "\n"
    )


def _urgency(part: Part) -> str:
    """Programs use different headers for this."""
    said = (part.words(name).lower() for name in ("importance", "x-msmail-priority", "priority", "x-priority"))
    return next((word.split()[0] for word in said if word), "")


def _names(part: Part) -> list[str]:
    """The headers that people see; all of them if only its form makes it a mail, so that none is lost."""
    if any(name.encode() in ONLY_MAILS for name in part.headers):
        return [name for name in _SHOWN if name in part.headers]
    return [name for name in part.headers if name not in _OF_TRANSPORT]


def _content(leaf: Part) -> bytes:
    """A leaf's bytes as a file. Text whose encoding only the mail gives is converted to UTF-8."""
    data = leaf.payload
    if not leaf.content_type.startswith("text/") or leaf.content_type in _DECLARES_ITSELF or not leaf.charset:
        return data
    return data if data.isascii() else decoded(data, leaf.charset).encode("utf-8", "replace")


# --- names -----------------------------------------------------------------------------------------------------------

_ENDINGS = {
    "application/pdf": ".pdf",
    "image/png": ".png",
    "image/jpeg": ".jpg",
    "image/gif": ".gif",
    "text/html": ".html",
    "text/plain": ".txt",
    "text/csv": ".csv",
    "text/calendar": ".ics",
    "text/vcard": ".vcf",
    "text/x-vcard": ".vcf",
    "application/ms-tnef": ".dat",
    "application/zip": ".zip",
    "text/css": ".css",
    "text/rtf": ".rtf",
}


def name_of(leaf: Part, number: int) -> str:
    """The name in the mail, or one by the content; ``number`` is its place among the attachments."""
    name = leaf.filename or leaf.words("content-description")
    if leaf.content_type in {"message/rfc822", "message/global"}:
        return name or f"{_subject(leaf.payload)}.eml"
    if leaf.content_type == "message/partial":
        return f"part {leaf.parameter('number') or '?'} of {leaf.parameter('total') or '?'}.eml"
    location = leaf.first("content-location").decode("utf-8", "replace").partition("?")[0].rpartition("/")[2]
    name = name or (location if "." in location else "")
    return name.replace("\\", "/").rpartition("/")[2] or f"attachment {number}{_ENDINGS.get(leaf.content_type, '')}"


def _subject(mail: bytes) -> str:
    return mime.parse_headers(mail).words("subject")[:60].strip() or "mail"
