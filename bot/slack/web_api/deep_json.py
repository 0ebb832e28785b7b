"""Reads JSON text of any depth, with ``null`` for what is nested deeper than anybody reads.

I/O: the loop's clock, and a response that aiohttp reads. Python's own reader gives up at some hundred levels, and with
it a whole page of a thread for one message in it.
"""

from __future__ import annotations

import json
import re
from typing import Any

import aiohttp

from bot.loop_share import LoopShare, uncollected
from bot.slack.shapes import Json

DEPTH_MAX = 100
DIGITS_MAX = 100
LONG_CHARS = 200_000
_DECODER = json.JSONDecoder()
_BLANKS = re.compile(r"[ \t\n\r]*")
_TOKEN = re.compile(r'"(?:[^"\\]++|\\.)*+"?|[\[\]{}]', re.DOTALL)
"""A string, which may lack its end, or a bracket. Possessive: a string is never tried in two ways."""


def loads(text: str) -> Any:  # noqa: ANN401 (JSON)
    """Raises ``ValueError``, but not for depth, nor for a number of thousands of digits, which Python refuses too."""
    try:
        return json.loads(text)
    except (RecursionError, ValueError):
        return json.loads(shallow(text), parse_int=_number)


async def loads_in_turns(text: str) -> Any:  # noqa: ANN401 (JSON)
    """The same, but a long text is read one item of an outer list at a time, and other tasks run in between."""
    if len(text) < LONG_CHARS:
        return loads(text)
    try:
        return await _outer_object(text)
    except (IndexError, RecursionError, ValueError):  # no object, or deep
        return loads(text)


async def _outer_object(text: str) -> Json:
    """Raises ``IndexError`` if it has no end, ``ValueError`` if it is not an object."""
    share, found = LoopShare(half=True), dict[str, Any]()
    at = _after("{", text, _blank(text, 0))
    while True:
        key, at = _value(text, at)
        at = _after(":", text, at)
        if text[at] == "[":
            items: list[Any] = []
            at = _blank(text, at + 1)
            while text[at] != "]":
                item, at = _value(text, at)
                items.append(item)
                at = at if text[at] == "]" else _after(",", text, at)
                await share.give_way()
            found[key], at = items, _blank(text, at + 1)
        else:
            found[key], at = _value(text, at)
        if text[at] == "}":
            return found
        at = _after(",", text, at)


def _value(text: str, at: int) -> tuple[Any, int]:
    """The value that begins there, and where what follows it begins."""
    with uncollected():
        value, end = _DECODER.raw_decode(text, at)
    return value, _blank(text, end)


def _after(mark: str, text: str, at: int) -> int:
    if text[at] != mark:
        raise ValueError(mark)
    return _blank(text, at + 1)


def _blank(text: str, at: int) -> int:
    found = _BLANKS.match(text, at)
    return found.end() if found else at


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
        text = await super().json(**{**options, "loads": str})
        return None if text is None else await loads_in_turns(text)
