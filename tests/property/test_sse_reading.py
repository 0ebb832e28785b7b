"""The same bytes mean the same answer, wherever the network cuts them."""

from __future__ import annotations

import asyncio
import itertools
import json
from collections.abc import AsyncIterator, Sequence
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.llm.sse import StreamBroken, data_objects
from bot.llm.wire import AnswerReader
from bot.messages import Finished, StopReason, StreamEvent, TextDelta
from playground.practice_model import grammar
from playground.practice_model.grammar import Quirk

TEXTS = st.lists(st.text(st.characters(codec="utf-8"), min_size=1, max_size=20), max_size=6)
SEPARATORS = "\u2028 \u2029 \x85 \x0b \x0c \x1c \r\n \ufeff"


class Packets(httpx.AsyncByteStream):
    def __init__(self, packets: Sequence[bytes]) -> None:
        self._packets = packets

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for packet in self._packets:
            yield packet


def objects_in(packets: Sequence[bytes]) -> list[dict[str, Any]]:
    async def read() -> list[dict[str, Any]]:
        response = httpx.Response(200, headers={"content-type": "text/event-stream"}, stream=Packets(packets))
        return [data async for data in data_objects(response)]

    return asyncio.run(read())


def answer_in(packets: Sequence[bytes]) -> list[StreamEvent]:
    reader = AnswerReader()
    return [event for data in objects_in(packets) if (event := reader.read(data)) is not None]


def stream_of(texts: Sequence[str], quirks: frozenset[Quirk]) -> bytes:
    started = grammar.message("msg_1", "claude-sonnet-5-5", grammar.usage(7, 1))
    deltas = [grammar.delta(text) for text in texts]
    events = [*grammar.opening(started), *deltas, *grammar.closing("end_turn", None, grammar.usage(7, 9))]
    return b"".join(grammar.encoded(event, quirks) for event in events)


def cut_at(data: bytes, places: Sequence[int]) -> list[bytes]:
    edges = [0, *sorted(place % (len(data) + 1) for place in places), len(data)]
    return [data[start:end] for start, end in itertools.pairwise(edges) if end > start]


@settings(max_examples=150, deadline=None)
@given(texts=TEXTS, quirks=st.frozensets(st.sampled_from(Quirk)), places=st.lists(st.integers(0, 1 << 20), max_size=30))
def test_any_chunking_gives_the_same_answer(texts: list[str], quirks: frozenset[Quirk], places: list[int]) -> None:
    events = answer_in(cut_at(stream_of(texts, quirks), places))

    assert [event.text for event in events if isinstance(event, TextDelta)] == texts
    assert isinstance(events[-1], Finished)
    assert events[-1].stop_reason is StopReason.END_TURN


@pytest.mark.parametrize("quirks", [frozenset(), frozenset(Quirk)], ids=["plain", "every quirk"])
def test_one_byte_per_packet_and_line_separators_inside_json(quirks: frozenset[Quirk]) -> None:
    stream = stream_of([SEPARATORS, "grüße 🎉"], quirks)

    events = answer_in([bytes([byte]) for byte in stream])

    assert [event.text for event in events[:-1] if isinstance(event, TextDelta)] == [SEPARATORS, "grüße 🎉"]


@settings(max_examples=60, deadline=None)
@given(texts=TEXTS, end=st.integers(0, 1 << 20))
def test_a_stream_cut_anywhere_yields_a_beginning_of_the_answer_and_no_end(texts: list[str], end: int) -> None:
    stream = stream_of(texts, frozenset())
    cut = stream[: end % (len(stream) - 1)]

    events = answer_in([cut])

    assert not any(isinstance(event, Finished) for event in events)
    assert "".join(texts).startswith("".join(event.text for event in events if isinstance(event, TextDelta)))


@pytest.mark.parametrize("data", ["[DONE]", "7", "null", "[1]", '"text"', "ping", ""])
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
