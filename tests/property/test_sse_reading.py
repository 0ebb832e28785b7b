"""The same bytes mean the same answer, wherever the network cuts them."""

from __future__ import annotations

import itertools
import json
import time
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.errors import ModelError
from bot.llm.answer_reader import AnswerReader
from bot.llm.error_responses import error_from_response
from bot.llm.sse import OBJECT_BYTES_MAX, ObjectReader, StreamBroken
from bot.stream_events import StopReason, TextDelta
from playground.practice_model import grammar
from playground.practice_model.grammar import Quirk
from playground.practice_model.prompt_cache import Counted

TEXTS = st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=20), max_size=6)
"""NUL is no word, and is left out."""
SEPARATORS = "\u2028 \u2029 \x85 \x0b \x0c \x1c \r\n \ufeff"


def objects_in(packets: Sequence[bytes]) -> list[dict[str, Any]]:
    reader = ObjectReader()
    read = [data for packet in packets for data in reader.feed(packet)]
    return [*read, *reader.close()]


def answer_in(packets: Sequence[bytes]) -> tuple[list[str], AnswerReader]:
    answer = AnswerReader()
    events = [event for data in objects_in(packets) for event in answer.read(data)]
    return [event.text for event in events if isinstance(event, TextDelta)], answer


def with_a_word(texts: list[str]) -> list[str]:
    """White space before the first word comes with that word."""
    first = next((number for number, text in enumerate(texts) if text.strip()), None)
    return [] if first is None else ["".join(texts[: first + 1]), *texts[first + 1 :]]


def stream_of(texts: Sequence[str], quirks: frozenset[Quirk]) -> bytes:
    started = grammar.message("msg_1", "claude-sonnet-5-5", grammar.usage(Counted(7), 1))
    deltas = [grammar.delta(text) for text in texts]
    events = [*grammar.opening(started), *deltas, *grammar.closing("end_turn", None, grammar.usage(Counted(7), 9))]
    return b"".join(grammar.encoded(event, quirks) for event in events)


def cut_at(data: bytes, places: Sequence[int]) -> list[bytes]:
    edges = [0, *sorted(place % (len(data) + 1) for place in places), len(data)]
    return [data[start:end] for start, end in itertools.pairwise(edges) if end > start]


@settings(max_examples=150, deadline=None)
@given(texts=TEXTS, quirks=st.frozensets(st.sampled_from(Quirk)), places=st.lists(st.integers(0, 1 << 20), max_size=30))
@example(texts=["\r"], quirks=frozenset(), places=[])
@example(texts=[" ", "\n", "a", " "], quirks=frozenset(), places=[])
def test_any_chunking_gives_the_same_answer(texts: list[str], quirks: frozenset[Quirk], places: list[int]) -> None:
    read, answer = answer_in(cut_at(stream_of(texts, quirks), places))

    assert read == with_a_word(texts)
    assert answer.finished().stop_reason is StopReason.END_TURN


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"], ids=["LF", "CRLF", "CR"])
@pytest.mark.parametrize("quirks", [frozenset(), frozenset(Quirk) - {Quirk.CRLF}], ids=["plain", "every quirk"])
def test_one_byte_per_packet_and_line_separators_inside_json_change_nothing(
    quirks: frozenset[Quirk], end: bytes
) -> None:
    stream = stream_of([SEPARATORS, "grüße 🎉"], quirks).replace(b"\n", end)

    read, answer = answer_in([bytes([byte]) for byte in stream])

    assert read == [SEPARATORS, "grüße 🎉"]
    assert answer.ended


@settings(max_examples=60, deadline=None)
@given(texts=TEXTS, end=st.integers(0, 1 << 20))
def test_a_stream_cut_anywhere_before_its_stop_reason_is_a_beginning_without_an_end(texts: list[str], end: int) -> None:
    stream = stream_of(texts, frozenset())
    read, answer = answer_in([stream[: end % stream.index(b'{"type": "message_delta"')]])

    assert not answer.ended
    assert "".join(texts).startswith("".join(read))


@settings(max_examples=60, deadline=None)
@given(texts=TEXTS, end=st.integers(0, 1 << 20), indent=st.sampled_from([None, 1]))
def test_a_whole_message_is_read_in_any_chunking_and_half_of_one_not_at_all(
    texts: list[str], end: int, indent: int | None
) -> None:
    content = [{"type": "text", "text": text} for text in texts]
    ended = {"content": content, "stop_reason": "end_turn"}
    message = grammar.message("msg_1", "m", grammar.usage(Counted(7), 1)) | ended
    body = json.dumps(message, indent=indent).encode()

    assert answer_in([bytes([byte]) for byte in body])[0] == with_a_word(texts)
    read, answer = answer_in([body[: end % len(body)]])
    assert (read, answer.ended) == ([], False)


@pytest.mark.parametrize("data", ["[DONE]", "7", "null", "[1]", '"text"', "ping", "", "[]", "[[{}]]"])
def test_data_that_is_no_object_is_passed_over(data: str) -> None:
    assert objects_in([f'data: {data}\n\ndata: {{"type":"ping"}}\n\n'.encode()]) == [{"type": "ping"}]


@pytest.mark.parametrize("data", ['{"type":', '{"a":1}{', "{" * 50_000])
def test_an_object_that_is_broken_breaks_the_stream(data: str) -> None:
    with pytest.raises(StreamBroken):
        objects_in([f"data: {data}\n\n".encode()])


def test_an_event_may_spread_over_several_data_lines() -> None:
    lines = json.dumps({"type": "ping", "n": [1, 2]}, indent=1).splitlines()

    assert objects_in(["".join(f"data: {line}\n" for line in lines).encode() + b"\n"]) == [
        {"type": "ping", "n": [1, 2]}
    ]


@pytest.mark.parametrize(
    "endless",
    [
        b"data: {" + b"x" * 1_000,
        b"data: {\n" + b"data: 1,1,1,1,1,1,1,1,1,1,1,1,1,1,\n" * 25,
        b"{\n" + (b"}" * 40 + b"\n") * 25,
        b"x" * 1_000,
    ],
    ids=["one line", "many data lines", "many bare lines", "no event"],
)
def test_what_has_no_end_is_not_held_for_ever_and_costs_no_more_the_longer_it_is(endless: bytes) -> None:
    rest = endless.split(b"\n", 1)[-1]
    began_s = time.process_time()
    with pytest.raises(StreamBroken):
        objects_in([endless, *itertools.repeat(rest, 2 * OBJECT_BYTES_MAX // len(rest))])
    assert time.process_time() - began_s < 10


KEYS = [
    "type", "message", "content", "text", "delta", "content_block", "usage", "stop_reason", "error", "code", "status",
    "details", "error_code", "paths", "param", "detail", "request_id", "index", "role", "object", "n_ctx", "reason",
    "n_prompt_tokens", "input_tokens", "__type",
]  # fmt: skip
KINDS = [
    "message_start", "message_delta", "message_stop", "content_block_start", "content_block_delta", "text_delta",
    "text", "error", "message", "assistant", "overloaded_error", "401", "messages.0.content.1", "prompt is too long",
]  # fmt: skip
LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.sampled_from(KINDS) | st.text(max_size=5)
JSON = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=6),
    max_leaves=40,
)


SMALL = LEAVES | st.lists(LEAVES, max_size=2) | st.dictionaries(st.sampled_from(KEYS), LEAVES, max_size=3)
FILLED = st.fixed_dictionaries(
    dict.fromkeys(("content", "usage", "stop_reason", "type", "text", "message", "code", "details", "param"), SMALL)
)
INNER = st.one_of(FILLED, FILLED, SMALL)
EVENTS = st.fixed_dictionaries(
    {"type": st.sampled_from(KINDS), "message": INNER, "delta": INNER, "content_block": INNER},
    optional={"error": INNER, "usage": SMALL, "content": SMALL, "role": SMALL},
)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.one_of(EVENTS, EVENTS, JSON), max_size=4),
    st.sampled_from([200, 400, 404, 429, 500]),
    st.dictionaries(st.just("retry-after"), st.text()),
)
@example([{"type": "message_start", "message": {"content": 1}}], 200, {})
@example([{"type": "error", "error": {"message": {"error": [1]}, "param": {}, "n_ctx": "x"}}], 400, {})
def test_any_json_ends_in_an_answer_or_in_an_error_of_ours(
    values: list[object], status: int, headers: dict[str, str]
) -> None:
    body = b"".join(b"data: " + json.dumps(value).encode() + b"\n\n" for value in values)
    error = error_from_response(status, headers, body)
    assert isinstance(error, ModelError)
    assert "\n" not in str(error)
    try:
        _, answer = answer_in([body])
    except ModelError:
        return
    assert isinstance(answer.finished().stop_reason, str)
    assert isinstance(answer.unfinished(headers), ModelError)


@given(st.binary(max_size=300))
def test_any_bytes_do_too(body: bytes) -> None:
    assert isinstance(error_from_response(500, {}, body), ModelError)
