"""Extracts the file from a signed or compressed one (PKCS #7, CMS: .p7m, .p7s, .p7z).

I/O: reads the file and writes the one in it; runs in a worker process. Nothing is verified.
"""

from __future__ import annotations

import re
from binascii import Error, a2b_base64
from pathlib import Path

from bot.files import inner_notes
from bot.files.extracts import Extract, MemberExtract, NoteExtract, Unreadable
from bot.files.outbox import Outbox
from bot.files.worker.mails.smime import is_compressed, is_encrypted, is_signed, sealed_content

_START_BYTES = 30
_ARMOUR = re.compile(rb"\s*-----BEGIN (?:PKCS7|CMS|PKCS #7 SIGNED DATA)-----\s*([A-Za-z0-9+/=\s]+)-----END ")
_ENDINGS = (".p7m", ".p7s", ".p7z", ".p7", ".pkcs7", ".sig", ".pem", ".txt")


def convert(source: Path, name: str, out: Outbox) -> list[Extract]:
    """Raises ``Unreadable`` for an encrypted file, and for a signature alone."""
    data = source.read_bytes()
    if not is_signed(data[:_START_BYTES]):
        armour = _ARMOUR.match(data)
        try:
            data = a2b_base64(armour[1] if armour else data)
        except Error:
            raise Unreadable(inner_notes.SIGNATURE_ALONE) from None
    if is_encrypted(data):
        raise Unreadable(inner_notes.ENCRYPTED_FILE)
    content = sealed_content(data)
    if not content:
        raise Unreadable(inner_notes.SIGNATURE_ALONE)
    path = out.new(".bin")
    path.write_bytes(content)
    bare = next((name[: -len(end)] for end in _ENDINGS if name.lower().endswith(end) and len(name) > len(end)), name)
    member = MemberExtract(path.name, bare)
    return [member] if is_compressed(data) else [member, NoteExtract(inner_notes.SIGNATURE_UNCHECKED)]
