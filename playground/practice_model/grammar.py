"""Makes the events of an answer's stream, and their bytes.

Pure. Source: claude:en/build-with-claude/streaming, 2026-11-22.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterator, Sequence
from enum import Enum, auto
from typing import Any

from playground.practice_model.prompt_cache import Counted

Event = dict[str, Any]
TEXT_INDEX = 1
"""Current models open every answer with a thinking block and keep its text to themselves; the answer comes second."""


class Quirk(Enum):
    """Ways in which hosts of this format were seen to differ from the original."""

    NO_EVENT_LINES = auto()
    COMMENTS = auto()
    DONE = auto()
    UNKNOWN_EVENTS = auto()
    CRLF = auto()
    DUPLICATE_START = auto()
    NO_USAGE = auto()
    BYTE_BY_BYTE = auto()
    CLOSE_DELIMITED = auto()
    """The end of the connection is the end of the answer, so that a cut looks like an end."""
    NO_MESSAGE_STOP = auto()
    NO_SPACE = auto()
    """``data:{…}``, which is as good as ``data: {…}``."""
    DATA_LINES = auto()
    """One event's JSON spread over several ``data`` lines."""
    BYTE_ORDER_MARK = auto()
    BARE_ERROR = auto()
    """An error in the middle of a stream comes as a line of JSON, without ``data:`` before it."""
    LABELLED_JSON = auto()
    LABELLED_TEXT = auto()
    NOT_LABELLED = auto()
    """The stream is one, whatever its ``content-type`` says."""


Quirks = frozenset[Quirk]


def usage(counted: Counted | int, output_tokens: int) -> dict[str, Any]:
    """A bare number: of input tokens that no cache has to do with."""
    if isinstance(counted, int):
        counted = Counted(counted)
    return {
        "input_tokens": counted.plain,
        "cache_creation_input_tokens": counted.written_5m + counted.written_1h,
        "cache_creation": {
            "ephemeral_5m_input_tokens": counted.written_5m,
            "ephemeral_1h_input_tokens": counted.written_1h,
        },
        "cache_read_input_tokens": counted.read,
        "output_tokens": output_tokens,
    }


def tokens_of(text: str) -> int:
    return -(-len(text) // 4)


def message(message_id: str, model: str, counted: dict[str, Any]) -> Event:
    return {
        "id": message_id,
        "type": "message",
        "role": "assistant",
        "model": model,
        "content": [],
        "stop_reason": None,
        "stop_sequence": None,
        "usage": counted,
    }


def opening(started: Event) -> Iterator[Event]:
    yield {"type": "message_start", "message": started}
    thinking = {"type": "thinking", "thinking": "", "signature": ""}
    yield {"type": "content_block_start", "index": 0, "content_block": thinking}
    yield {"type": "ping"}
    yield {
        "type": "content_block_delta",
        "index": 0,
        "delta": {"type": "signature_delta", "signature": "cHJhY3RpY2U="},
    }
    yield {"type": "content_block_stop", "index": 0}


def block_start(index: int) -> Event:
    return {"type": "content_block_start", "index": index, "content_block": {"type": "text", "text": ""}}


def delta(text: str, index: int = TEXT_INDEX) -> Event:
    return {"type": "content_block_delta", "index": index, "delta": {"type": "text_delta", "text": text}}


def cited_end(citations: Sequence[Event], index: int) -> Iterator[Event]:
    """The end of a block of text that rests on ``citations``."""
    for citation in citations:
        delta = {"type": "citations_delta", "citation": citation}
        yield {"type": "content_block_delta", "index": index, "delta": delta}
    yield {"type": "content_block_stop", "index": index}


def closing(
    stop_reason: str | None,
    stop_details: dict[str, Any] | None,
    counted: dict[str, Any],
    index: int | None = TEXT_INDEX,
) -> Iterator[Event]:
    """``index`` of the block that is still open, if one is."""
    if index is not None:
        yield {"type": "content_block_stop", "index": index}
    ending: dict[str, Any] = {"stop_reason": stop_reason, "stop_sequence": None}
    if stop_details is not None:
        ending["stop_details"] = stop_details
    yield {"type": "message_delta", "delta": ending, "usage": counted}
    yield {"type": "message_stop"}


_HALF = re.compile("[\ud800-\udfff]")
"""Of a character, which some servers part between two events: only JSON's own escapes can say it."""


def encoded(event: Event, quirks: Quirks) -> bytes:
    """The event as it goes over the wire, quirks and all."""
    if Quirk.NO_MESSAGE_STOP in quirks and event["type"] == "message_stop":
        return b""
    end = "\r\n" if Quirk.CRLF in quirks else "\n"
    return "".join(line + end for line in _lines(event, quirks)).encode()


def _lines(event: Event, quirks: Quirks) -> Iterator[str]:
    if Quirk.BARE_ERROR in quirks and event["type"] == "error":
        yield json.dumps(event)
        return
    if Quirk.NO_USAGE in quirks:
        event = {key: value for key, value in event.items() if key != "usage"}
    if Quirk.COMMENTS in quirks:
        yield from (": PROCESSING", "")
    if Quirk.UNKNOWN_EVENTS in quirks:
        yield from ("event: weather", 'data: {"type":"weather","sky":"clear"}', "", "data: 7", "")
    repeats = 3 if Quirk.DUPLICATE_START in quirks and event["type"] == "message_start" else 1
    field = "data:" if Quirk.NO_SPACE in quirks else "data: "
    indent = 1 if Quirk.DATA_LINES in quirks else None
    data = json.dumps(event, ensure_ascii=False, indent=indent)
    if _HALF.search(data):
        data = json.dumps(event, indent=indent)
    for _ in range(repeats):
        if Quirk.NO_EVENT_LINES not in quirks:
            yield f"event: {event['type']}"
        yield from (field + line for line in data.split("\n"))
        yield ""
    if Quirk.DONE in quirks and event["type"] == "message_stop":
        yield from ("data: [DONE]", "")


def content_type(quirks: Quirks) -> str | None:
    """What the answer is said to be."""
    if Quirk.NOT_LABELLED in quirks:
        return None
    if Quirk.LABELLED_JSON in quirks:
        return "application/json"
    return "text/plain; charset=utf-8" if Quirk.LABELLED_TEXT in quirks else "text/event-stream; charset=utf-8"


def bursts(text: str) -> Iterator[str]:
    """The text in pieces of 1 to 40 characters, the same for the same text: models write unevenly."""
    chance = random.Random(text)  # noqa: S311  # not a secret
    start = 0
    while start < len(text):
        size = chance.choice((1, 2, 3, 4, 6, 8, 12, 20, 40))
        yield text[start : start + size]
        start += size
