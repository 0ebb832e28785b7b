"""Unpacks the rich text of Outlook (PR_RTF_COMPRESSED).

Pure. Source: [MS-OXRTFCP]. Damaged data gives what comes before the damage; the checksum is not checked.
"""

from __future__ import annotations

import struct

_DICTIONARY = (
    rb"{\rtf1\ansi\mac\deff0\deftab720{\fonttbl;}{\f0\fnil \froman \fswiss \fmodern \fscript \fdecor MS Sans Serif"
    rb"SymbolArialTimes New RomanCourier{\colortbl\red0\green0\blue0{CRLF}\par \pard\plain\f0\fs20\b\i\u\tab\tx"
).replace(b"{CRLF}", b"\r\n")
_WINDOW = 4_096
_RAW_BYTES_MAX = 50_000_000


def unpacked(data: bytes) -> bytes:
    """Empty if it is neither packed nor rich text."""
    if len(data) < 16 or data[8:12] not in {b"LZFu", b"MELA"}:
        return data if data.startswith(b"{\\rtf") else b""
    raw_bytes = int(struct.unpack_from("<I", data, 4)[0])
    if data[8:12] == b"MELA":
        return data[16 : 16 + raw_bytes] if raw_bytes else data[16:]
    out = bytearray(_DICTIONARY)
    shift = len(_DICTIONARY)
    at = 16
    while at < len(data) and len(out) < _RAW_BYTES_MAX:
        control = data[at]
        at += 1
        for bit in range(8):
            if not control >> bit & 1:
                out += data[at : at + 1]
                at += 1
                continue
            if at + 1 >= len(data):
                return bytes(out[shift:])
            token = data[at] << 8 | data[at + 1]
            at += 2
            back = (len(out) - (token >> 4)) % _WINDOW
            if not back:
                return bytes(out[shift:])
            out += _repeated(out, back, (token & 15) + 2)
    return bytes(out[shift:])


def _repeated(out: bytearray, back: int, length: int) -> bytes:
    """Copies ``length`` bytes from ``back`` bytes before the end, repeating them if needed; before the beginning are
    blanks."""
    source = bytes(out[-back:]).rjust(back)
    return (source * (length // back + 1))[:length]
