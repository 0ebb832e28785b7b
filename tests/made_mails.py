"""Mails as programs write them, right and wrong, put together from their lines."""

from __future__ import annotations

import base64
from collections.abc import Iterable

HEADERS = (
    "Received: from a.example by b.example; Tue, 24 Nov 2026 10:00:00 +0000\r\n"
    "Message-ID: <1@a.example>\r\n"
    "From: Ann <ann@a.example>\r\n"
    "To: Bob <bob@b.example>\r\n"
    "Subject: Report\r\n"
    "Date: Tue, 24 Nov 2026 10:00:00 +0000\r\n"
    "MIME-Version: 1.0\r\n"
)
SHOWN = "From: Ann <ann@a.example>\nTo: Bob <bob@b.example>\nDate: Tue, 24 Nov 2026 10:00:00 +0000\nSubject: Report\n\n"


def mail(content_type: str, body: str | bytes, *, headers: str = HEADERS, encoding: str = "8bit") -> bytes:
    """A mail of one part. ``body`` stands in it as it is."""
    head = f"{headers}Content-Type: {content_type}\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n"
    return head.encode() + (body.encode() if isinstance(body, str) else body)


def part(content_type: str, body: str | bytes, *, headers: str = "") -> bytes:
    """A part of a mail; bytes are put into base64."""
    if isinstance(body, bytes):
        headers += "Content-Transfer-Encoding: base64\r\n"
        body = base64.encodebytes(body).decode().replace("\n", "\r\n")
    return f"Content-Type: {content_type}\r\n{headers}\r\n{body}".encode()


def multipart(kind: str, parts: Iterable[bytes], *, boundary: str = "BB", headers: str = HEADERS) -> bytes:
    """``headers`` are empty for a part that itself has parts."""
    subtype = kind if ";" in kind else f'{kind}; boundary="{boundary}"'
    delimited = b"".join(b"--" + boundary.encode() + b"\r\n" + one + b"\r\n" for one in parts)
    return f"{headers}Content-Type: multipart/{subtype}\r\n\r\n".encode() + delimited + f"--{boundary}--\r\n".encode()


def attachment(name: str) -> str:
    return f'Content-Disposition: attachment; filename="{name}"\r\n'


def signed(content: bytes, runs: int = 1) -> bytes:
    """S/MIME's signed-data around it, without the signatures; in several runs as programs write what they stream."""

    def tagged(tag: int, inner: bytes) -> bytes:
        return bytes((tag, 0x84)) + len(inner).to_bytes(4, "big") + inner

    step = -(-len(content) // runs)
    pieces = b"".join(tagged(0x04, content[at : at + step]) for at in range(0, len(content), step))
    octets = pieces if runs == 1 else b"\x24\x80" + pieces + b"\0\0"
    inner = tagged(0x30, bytes.fromhex("06092a864886f70d010701") + tagged(0xA0, octets))
    data = tagged(0x30, b"\x02\x01\x01\x31\x00" + inner + b"\x31\x00")
    return tagged(0x30, bytes.fromhex("06092a864886f70d010702") + tagged(0xA0, data))
