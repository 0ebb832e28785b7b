"""Extracts the mail from a signed or compressed S/MIME message (smime.p7m, smime.p7z).

Pure. Sources: RFC 5652 (signed-data) in BER, whose content is one run of bytes or many; RFC 3274 (compressed-data).
Nothing is verified.
"""

from __future__ import annotations

import zlib

_SIGNED = bytes.fromhex("06092a864886f70d010702")
_ENVELOPED = bytes.fromhex("06092a864886f70d010703")
_ENVELOPED_WITH_CODE = bytes.fromhex("060b2a864886f70d0109100117")
"""Authenticated as well, as newer programs encrypt. Source: RFC 5083."""
_COMPRESSED = bytes.fromhex("060b2a864886f70d0109100109")
_WITHIN_BYTES = 30
_UNPACKED_BYTES_MAX = 50_000_000
_DATA = bytes.fromhex("06092a864886f70d010701")
_EXPLICIT, _BYTES, _BYTES_IN_RUNS = 0xA0, 0x04, 0x24


def is_signed(head: bytes) -> bool:
    """DER or BER: a sequence that begins with the identifier of signed, compressed or enveloped data."""
    start = head[:_WITHIN_BYTES]
    return head[:1] == b"\x30" and (_SIGNED in start or is_compressed(head) or is_encrypted(head))


def is_encrypted(head: bytes) -> bool:
    return _ENVELOPED in head[:_WITHIN_BYTES] or _ENVELOPED_WITH_CODE in head[:_WITHIN_BYTES]


def is_compressed(head: bytes) -> bool:
    return _COMPRESSED in head[:_WITHIN_BYTES]


def sealed_content(data: bytes) -> bytes:
    """Nothing for what is encrypted, or no such message."""
    if not is_compressed(data):
        return _content(data, _SIGNED)
    try:
        return zlib.decompressobj().decompress(_content(data, _COMPRESSED), _UNPACKED_BYTES_MAX)
    except zlib.error:
        return b""


def _content(data: bytes, kind: bytes) -> bytes:
    at = data.find(kind)
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
    """The tag, and where the content begins and ends; content of unknown length ends with the data."""
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
