"""Replaces HTML entities by their characters, whatever number an entity claims. Pure."""

from __future__ import annotations

import html
import re

_NO_CHARACTER = re.compile(r"&#0*[0-9]{8,};?")
"""Python refuses to read a decimal number of thousands of digits; no character has more than seven."""


def unescape(text: str) -> str:
    return html.unescape(_NO_CHARACTER.sub("\ufffd", text))
