"""Encrypts tokens for the database. Pure, but for the random part of each text.

Fernet (AES-128-CBC with HMAC-SHA256, https://github.com/fernet/spec) of the cryptography library, which takes some
megabytes and is loaded only if installations are stored.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence

KEY_BYTES = 32


class NotReadable(Exception):
    """The text was written with another key, or it has been changed, or it is too old."""


def keys_of(text: str) -> list[bytes]:
    """Keys, by commas, each 32 bytes in base64. Raises ``ValueError`` with what is wrong."""
    keys = []
    for each in filter(None, (part.strip() for part in text.split(","))):
        try:
            key = base64.b64decode(each.replace("-", "+").replace("_", "/"), validate=True)
        except binascii.Error:
            key = b""
        if len(key) != KEY_BYTES:
            raise ValueError("is not a key of 32 bytes in base64; `openssl rand -base64 32` makes one")
        keys.append(key)
    if not keys:
        raise ValueError("contains no key; `openssl rand -base64 32` makes one")
    return keys


class TokenCipher:
    """The first key encrypts; all of them decrypt, so that a key can be replaced while texts of the old one stand."""

    def __init__(self, keys: Sequence[bytes]) -> None:
        from cryptography.fernet import Fernet, MultiFernet  # noqa: PLC0415 - see above

        self._fernet = MultiFernet([Fernet(base64.urlsafe_b64encode(key)) for key in keys])

    def encrypt(self, text: str) -> str:
        return self._fernet.encrypt(text.encode()).decode("ascii")

    def decrypt(self, text: str, *, age_max_s: int | None = None) -> str:
        """Raises ``NotReadable``."""
        from cryptography.fernet import InvalidToken  # noqa: PLC0415 - likewise

        try:
            return self._fernet.decrypt(text.encode(), ttl=age_max_s).decode()
        except (InvalidToken, ValueError) as error:
            raise NotReadable from error
