"""Says which addresses lead elsewhere, and how much of them and of their words is shown.

Pure.
"""

from __future__ import annotations

import re

LINKS_MAX, ADDRESS_CHARS_MAX, WORDS_CHARS_MAX = 5_000, 2_083, 200
"""The longest address that Word and Excel allow; those of mail programs and cloud services are long."""
_SCHEME = re.compile(r"(?:https?://(?:www\.)?|mailto:)", re.IGNORECASE)
ELSEWHERE = re.compile(r"(?:https?|ftp|mailto|tel):.", re.IGNORECASE)


def bare(address: str) -> str:
    """The address without what people leave out when they write it."""
    return _SCHEME.sub("", address).strip().rstrip("/")
