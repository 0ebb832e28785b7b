"""Tells whether a file is a mail or a mailbox, by its beginning.

Pure. Programs put things before the first header (a byte order mark, empty lines, the line of a Unix mailbox, a
number), and drafts and web pages (MHTML) are saved in the same form. So the names of the headers decide.
"""

from __future__ import annotations

import re

_HEADER = re.compile(rb"([!-9;-~]{1,100})[ \t]*:")
_MAILBOX_LINE = re.compile(rb"From [^\r\n]*(?:19|20)\d\d[^\r\n]*(?:\r?\n|$)")
_MAILBOX_START = re.compile(
    rb"From \S{1,300}[ \t]+[A-Z][a-z]{2} [A-Z][a-z]{2} +\d{1,2} \d\d:\d\d[^\r\n]{0,100}\r?\n[!-9;-~]{1,100}:[ \t]"
)
"""With sender and time as programs write them, a single header behind it is enough."""
_TIME = re.compile(rb"\d:\d\d")
"""What such a line has beside the year; a sentence that begins with "From here on" has none."""
_MMDF_LINE = re.compile(rb"(?m)^\x01{4}[ \t]*(?:\r?\n|\Z)")
"""What stands before and behind each mail of an MMDF mailbox."""
_LENGTH_LINE = re.compile(rb"([1-9][0-9]{0,9})[ \t]*\r?\n(?=[!-9;-~]{1,100}[ \t]*:)")
"""Apple Mail writes the mail's length before it, and its own notes after it."""
_BOUNDARY = re.compile(
    rb"(?im)^content-type:\s*multipart/[^\n]*(?:\n[ \t][^\n]*){0,9}?"
    rb"\bboundary=(?:\"([^\"\r\n]{1,200})\"|([^\s;\"]{1,200}))"
)
_PART = rb"(?mi)^--%s[ \t]*\r?\n(?:content-[a-z-]{1,40}:|\r?\n)"
_LONG_HEADERS_BYTES, _HEADERS_MAX = 6_000, 40
_FROM_GIT = re.compile(rb"From [0-9a-f]{40} ")
"""A patch written by git, which is read as text."""
ONLY_MAILS = frozenset(
    {b"received", b"return-path", b"message-id", b"mime-version", b"delivered-to", b"x-unsent", b"x-mailer"}
    | {b"in-reply-to", b"dkim-signature", b"x-mozilla-status", b"x-originating-ip", b"thread-topic", b"envelope-to"}
    | {b"authentication-results", b"arc-seal", b"x-apparently-to", b"x-ms-has-attach", b"user-agent", b"list-id"}
)
_SURE = frozenset({b"MIME-Version", b"Received", b"Message-ID"})
_PACKED = b"content-transfer-encoding"
_MOSTLY_MAILS = frozenset(
    {b"from", b"to", b"subject", b"date", b"cc", b"bcc", b"reply-to", b"sender", b"content-type"}
    | {_PACKED, b"newsgroups", b"references"}
)


def looks_like_mail(head: bytes) -> bool:
    """Whether it begins with the headers of a mail: two that only mails have, or who wrote about what.

    Also true for a body without its headers, if it says that it has parts.
    """
    head = bare(head)
    if _FROM_GIT.match(head):
        return False
    if _MAILBOX_START.match(head):
        return True
    found = _names(head)
    lower = {name.lower() for name in found}
    only, mostly = lower & ONLY_MAILS, lower & _MOSTLY_MAILS
    return (
        len(only) >= 2
        or (bool(only) and bool(mostly))
        or (b"From" in found and not found.isdisjoint({b"Subject", b"Date"}))
        or (len(mostly) >= 3 and not (found | lower).isdisjoint({b"From", b"To", b"Subject", _PACKED}))
        or (b"content-type" in lower and _has_parts(head))
        or (b"From" in found and len(mostly) > 1 and _is_headers_alone(head))
    )


def _is_headers_alone(head: bytes) -> bool:
    """Whether all of the beginning that is looked at are headers: a mail to hundreds of people has its subject after
    their addresses, unlike a list of such lines."""
    lines = head.split(b"\n")
    begun = sum(line[:1] not in {b" ", b"\t"} for line in lines)
    return len(head) >= _LONG_HEADERS_BYTES and all(map(bytes.strip, lines[:-1])) and begun <= _HEADERS_MAX


def _has_parts(head: bytes) -> bool:
    """Whether a boundary is named, and separates a part with headers from what comes before: some programs save a mail,
    or a part of one, from there on."""
    named = _BOUNDARY.search(head)
    return named is not None and re.search(_PART % re.escape(named[1] or named[2]), head) is not None


def bare(data: bytes) -> bytes:
    """A mail without what comes before it; lines end in LF or CRLF."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        data = data.decode("utf-16", "replace").encode()
    data = data.removeprefix(b"\xef\xbb\xbf").lstrip(b"\r\n\t \x00\x01")
    if length := _LENGTH_LINE.match(data):
        data = data[length.end() : length.end() + int(length[1])]
    return data if b"\n" in data else data.replace(b"\r", b"\n")


def mails_in(data: bytes) -> list[bytes]:
    """The mails of a Unix or MMDF mailbox without the lines between them; all of ``data`` where it is no mailbox."""
    if _MMDF_LINE.search(data):
        return [mail for mail in map(bytes.strip, _MMDF_LINE.split(data)) if mail]
    if not _MAILBOX_LINE.match(data):
        return [data]
    starts = [match for match in re.finditer(rb"(?m)^" + _MAILBOX_LINE.pattern, data) if _begins(data, match)]
    ends = [*(match.start() for match in starts[1:]), len(data)]
    mails = [data[match.end() : end] for match, end in zip(starts, ends, strict=True)]
    return [re.sub(rb"(?m)^>(>*From )", rb"\1", mail) for mail in mails if mail.strip()]


def _begins(data: bytes, line: re.Match[bytes]) -> bool:
    """Whether a mail begins after this line: it is the first, or has an empty line before and a header after it."""
    at = line.start()
    stands_free = not at or data[max(at - 4, 0) : at].replace(b"\r", b"").endswith(b"\n\n")
    stands_free = stands_free or _MAILBOX_START.match(data, at) is not None  # some programs leave out the empty line
    is_line = _TIME.search(line[0]) is not None and _HEADER.match(data, line.end()) is not None
    return stands_free and (not at or is_line)


def _names(head: bytes) -> set[bytes]:
    """The names of the headers up to an empty line; none if a line before that is not a header, unless it is surely a
    mail."""
    names: set[bytes] = set()
    *lines, cut_off = head.split(b"\n")
    for line in lines:
        match = _HEADER.match(line)
        continues = line[:1] in {b" ", b"\t"} and names
        if match and not continues:
            names.add(match[1])
        elif not line.strip():
            return names
        elif not (continues or names & _SURE or (not names and line.startswith((b"From ", b">From ")))):
            return set()
    match = _HEADER.match(cut_off)
    return names | ({match[1]} if match else set())
