"""A signed S/MIME message (smime.p7m) in, the mail that was signed out.

Pure. Source: RFC 5652 (signed-data) in BER, whose content is one run of bytes or many. Nothing is verified.
"""

from __future__ import annotations

_SIGNED = bytes.fromhex("06092a864886f70d010702")
ENVELOPED = bytes.fromhex("06092a864886f70d010703")
_WITHIN_BYTES = 30
_DATA = bytes.fromhex("06092a864886f70d010701")
_EXPLICIT, _BYTES, _BYTES_IN_RUNS = 0xA0, 0x04, 0x24


def is_signed(head: bytes) -> bool:
    """DER or BER: a sequence that begins with the identifier of signed or enveloped data."""
    start = head[:_WITHIN_BYTES]
    return head[:1] == b"\x30" and (_SIGNED in start or ENVELOPED in start)


def signed_content(data: bytes) -> bytes:
    """Nothing for what is encrypted, or no such message."""
    at = data.find(_SIGNED)
    at = data.find(_DATA, at) if at >= 0 else -1
    if at < 0:
        return b""
    tag, at, _ = _header(data, at + len(_DATA))
    if tag != _EXPLICIT:
        return b""
    tag, at, end = _header(data, at)
    if tag == _BYTES:
        return data[at:end]
    pieces = []
    while tag == _BYTES_IN_RUNS and at < end:
        run, start, run_end = _header(data, at)
        if run != _BYTES:
            break
        pieces.append(data[start:run_end])
        at = run_end
    return b"".join(pieces)


def _header(data: bytes, at: int) -> tuple[int, int, int]:
    """Tag, where the content begins and where it ends; of one whose length is not said, with the data."""
    if at + 2 > len(data):
        return 0, len(data), len(data)
    tag, length = data[at], data[at + 1]
    at += 2
    if length == 0x80:
        return tag, at, len(data)
    if length > 0x80:
        size = length & 0x7F
        length = int.from_bytes(data[at : at + size], "big")
        at += size
    return tag, at, min(at + length, len(data))
