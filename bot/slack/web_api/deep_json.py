"""JSON text of any depth goes in; what it says comes out, with ``null`` for what is nested deeper than anybody reads.

Pure but for the response, which aiohttp has read already. Python's own reader gives up at some hundred levels, and with
it a whole page of a thread for one message in it.
"""

from __future__ import annotations

import json
import re
from typing import Any

import aiohttp

DEPTH_MAX = 100
DIGITS_MAX = 100
_TOKEN = re.compile(r'"(?:[^"\\]++|\\.)*+"?|[\[\]{}]', re.DOTALL)
"""A string, which may lack its end, or a bracket. Possessive: a string is never tried in two ways."""


def loads(text: str) -> Any:  # noqa: ANN401 (JSON)
    """Raises ``ValueError``, but not for depth, nor for a number of thousands of digits, which Python refuses too."""
    try:
        return json.loads(text)
    except (RecursionError, ValueError):
        return json.loads(shallow(text), parse_int=_number)


def _number(digits: str) -> int:
    return int(digits) if len(digits) <= DIGITS_MAX else 0


def shallow(text: str) -> str:
    """``text`` without what is deeper than ``DEPTH_MAX``; the same where nothing is."""
    kept: list[str] = []
    depth = end = 0
    for token in _TOKEN.finditer(text):
        if token[0] in ("[", "{"):
            depth += 1
            if depth == DEPTH_MAX + 1:
                kept += [text[end : token.start()], "null"]
        elif token[0] in ("]", "}"):
            depth -= 1
            if depth == DEPTH_MAX:
                end = token.end()
    return "".join([*kept, text[end:]])


class SlackResponse(aiohttp.ClientResponse):
    """An answer of Slack's, as the SDK reads it."""

    async def json(self, **options: Any) -> Any:  # noqa: ANN401 - as aiohttp has it
        return await super().json(**{"loads": loads, **options})
