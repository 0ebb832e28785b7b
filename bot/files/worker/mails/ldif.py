"""Reads entries of a directory or an address book in LDIF: lines for people, and the files in them.

Pure. Source: RFC 2849. A value that is not plain ASCII, such as many names, is in base64, and long lines are folded.
"""

from __future__ import annotations

import binascii
import re

from bot.files.worker.encodings.charsets import decoded
from bot.files.worker.mails.calendars import Reading

_FOLD = re.compile(rb"\r?\n ")
_PACKED = re.compile(r"([A-Za-z0-9.;_-]{1,200})::[ \t]*([A-Za-z0-9+/= \t]*)")
_INDENT = "\n  "
_PICTURES = frozenset({"jpegphoto", "thumbnailphoto", "photo", "thumbnaillogo"})
_CONTROLS = bytes(set(range(0x20)) - set(b"\t\r\n"))


def read(data: bytes) -> Reading:
    """Each line as it is, but for those in base64: of these what they say, or how many bytes they are. The further
    lines of a value are indented: they are no lines of the entry."""
    reading = Reading()
    lines = []
    for line in decoded(_FOLD.sub(b"", data)).splitlines():
        packed = _PACKED.fullmatch(line)
        lines.append(_unpacked(packed, reading) if packed else line)
        if lines[-1].startswith("dn:"):
            reading.whose = lines[-1][3:].strip()
    reading.text = "\n".join(lines).strip() + "\n"
    return reading


def _unpacked(packed: re.Match[str], reading: Reading) -> str:
    name = packed[1]
    try:
        content = binascii.a2b_base64(packed[2])
    except binascii.Error:
        return packed[0]
    if name.partition(";")[0].lower() in _PICTURES:
        return f"{name}: {reading.kept(content, name.partition(';')[0])}"
    if content.translate(None, _CONTROLS) == content and ";binary" not in name.lower():
        return f"{name}: {_INDENT.join(decoded(content).splitlines())}"
    return f"{name}: ({len(content):,} bytes that are not shown)"
