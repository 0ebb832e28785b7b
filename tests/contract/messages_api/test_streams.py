"""What the client makes of answers as the Messages API and the hosts of its format stream them."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from bot.errors import AnswerCut, ModelError, ModelOverloaded, ModelRateLimited, ModelUnavailable
from bot.llm.patience import Patience
from bot.stream_events import Citation, StopReason, StreamEvent, TextDelta, Usage
from playground.practice_model import grammar
from playground.practice_model.grammar import Quirk
from playground.practice_model.prompt_cache import Counted
from playground.practice_model.script import Answer, HeldAnswer, RawAnswer
from playground.practice_model.server import PracticeModel
from tests.messages_link import KEY, MODEL, asking, ending_of, linked, once, text_of

HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n"
TEXT = "First line\nsecond\u2028third\u0085 – größer 🎉 <!channel> \u2029end"


async def answered(*answers: Answer | RawAnswer) -> list[StreamEvent]:
    """Everything the client yields for the last answer; the ones before are tried first."""
    async with PracticeModel() as model, linked(model, patience=once()) as client:
        model.script(*answers)
        return [event async for event in client.stream(asking())]


async def test_the_request_is_what_the_api_documents() -> None:
    async with PracticeModel() as model, linked(model) as client:
        model.script(Answer("Hi."))
        [event async for event in client.stream(asking("What is this?"))]
        request = model.requests[-1]

    headers = {name.lower(): value for name, value in request.headers.items()}
    assert headers["authorization"] == f"Bearer {KEY}"
    assert headers["anthropic-version"] == "2023-06-01"
    assert headers["vendor"] == "anthropic"
    assert headers["content-type"] == "application/json"
    assert int(headers["content-length"]) == request.body_bytes
    assert "transfer-encoding" not in headers
    assert request.body == {
        "model": MODEL,
        "max_tokens": 8_000,
        "stream": True,
        "system": "Be brief.",
        "messages": [{"role": "user", "content": [{"type": "text", "text": "What is this?"}]}],
    }


async def test_an_empty_vendor_sends_no_vendor_header() -> None:
    async with PracticeModel() as model, linked(model, vendor="") as client:
        model.script(Answer("Hi."))
        [event async for event in client.stream(asking())]

        assert "vendor" not in {name.lower() for name in model.requests[-1].headers}


@pytest.mark.parametrize(
    "quirks",
    [frozenset(), *({quirk} for quirk in Quirk), frozenset(Quirk)],
    ids=["none", *(quirk.name for quirk in Quirk), "all"],
)
async def test_an_answer_is_whole_whatever_the_hosts_quirks(quirks: frozenset[Quirk]) -> None:
    events = await answered(Answer(TEXT, quirks=frozenset(quirks)))

    assert text_of(events) == TEXT
    assert ending_of(events).stop_reason is StopReason.END_TURN


def cited(document: int, first_page: int, end_page: int) -> dict[str, Any]:
    return {
        "type": "page_location",
        "cited_text": "so it says",
        "document_index": document,
        "document_title": "contract.pdf",
        "start_page_number": first_page,
        "end_page_number": end_page,
    }


@pytest.mark.parametrize("citations_first", [False, True])
async def test_citations_follow_the_words_that_they_are_about(citations_first: bool) -> None:
    def block(index: int, text: str, *citations: dict[str, Any]) -> list[dict[str, Any]]:
        words = [{"type": "text_delta", "text": text}]
        sources = [{"type": "citations_delta", "citation": citation} for citation in citations]
        deltas = [*sources, *words] if citations_first else [*words, *sources]
        content = {"type": "text", "text": "", "citations": []}
        return [
            {"type": "content_block_start", "index": index, "content_block": content},
            *({"type": "content_block_delta", "index": index, "delta": delta} for delta in deltas),
            {"type": "content_block_stop", "index": index},
        ]

    stream = [
        *grammar.opening(grammar.message("msg_1", MODEL, grammar.usage(Counted(7), 1))),
        *block(5, "It ends in May", cited(1, 12, 13), cited(0, 3, 6)),
        *block(6, ", and begins in June."),
        *grammar.closing("end_turn", None, grammar.usage(Counted(7), 9)),
    ]
    events = await answered(RawAnswer((HEAD, *(grammar.encoded(event, frozenset()) for event in stream))))

    assert events[:-1] == [
        TextDelta("It ends in May"),
        Citation(1, 12, 12),
        Citation(0, 3, 5),
        TextDelta(", and begins in June."),
    ]


async def test_an_answer_in_one_message_has_its_citations_too() -> None:
    content = [{"type": "text", "text": "It ends in May.", "citations": [cited(0, 1, 2), {"type": "char_location"}]}]
    message = {"type": "message", "role": "assistant", "content": content, "stop_reason": "end_turn"}
    body = json.dumps(message).encode()
    head = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n" % len(body)

    events = await answered(RawAnswer((head, body)))

    assert events[:-1] == [TextDelta("It ends in May."), Citation(0, 1, 1)]


async def test_what_is_used_is_heard_of_as_soon_as_the_api_says_so_and_adds_up_to_the_figures_of_the_end() -> None:
    heard: list[Usage] = []
    async with PracticeModel(token_rate_per_s=None, first_token_delay_s=0.0) as server, linked(server) as client:
        server.script(Answer("x" * 400))
        events = client.stream(asking(), heard.append)
        await anext(events)
        assert heard[0].input > 0
        rest = [event async for event in events]
    assert sum(heard, Usage()) == ending_of(rest).usage


async def test_what_a_broken_answer_has_read_is_heard_of() -> None:
    heard: list[Usage] = []
    async with PracticeModel(token_rate_per_s=None, first_token_delay_s=0.0) as server, linked(server) as client:
        server.script(Answer("x" * 400, cut_after=1))
        with pytest.raises(AnswerCut):
            [event async for event in client.stream(asking(), heard.append)]
    assert sum(heard, Usage()).input > 0


async def test_usage_is_the_last_that_was_given() -> None:
    usage = ending_of(await answered(Answer("x" * 400))).usage

    assert usage.input > 0
    assert usage.output == 100


@pytest.mark.parametrize("reason", list(StopReason))
async def test_every_documented_stop_reason_is_told(reason: StopReason) -> None:
    assert ending_of(await answered(Answer("partial", stop_reason=reason.value))).stop_reason is reason


async def test_an_answer_without_text_is_still_an_answer() -> None:
    assert text_of(await answered(Answer(""))) == ""


async def test_text_that_comes_with_the_start_of_a_block_belongs_to_the_answer() -> None:
    start = b'data: {"type":"content_block_start","index":9,"content_block":{"type":"text","text":"early "}}\n\n'
    rest = (
        b'data: {"type":"content_block_delta","index":4,"delta":{"type":"text_delta","text":"late"}}\n\n'
        b'data: {"type":"content_block_delta","index":4,"delta":{"type":"input_json_delta","partial_json":""}}\n\n'
        b'data: {"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":null}\n\n'
        b'data: {"type":"message_stop"}\n\n'
    )

    assert text_of(await answered(RawAnswer((HEAD, start, rest)))) == "early late"


@pytest.mark.parametrize("quirks", [frozenset(), {Quirk.CLOSE_DELIMITED}], ids=["chunked", "close-delimited"])
async def test_a_cut_before_message_stop_is_no_answer_but_keeps_its_text(quirks: frozenset[Quirk]) -> None:
    held = HeldAnswer(frozenset(quirks))
    seen: list[StreamEvent] = []
    async with PracticeModel() as model, linked(model) as client:
        model.script(held)
        stream = client.stream(asking())
        first = asyncio.ensure_future(anext(stream))
        await held.asked.wait()
        await held.write("so far ")
        seen.append(await first)
        await held.cut()
        with pytest.raises(AnswerCut):
            await anext(stream)
        assert len(model.requests) == 1, "what people have read is not asked for again"

    assert text_of(seen) == "so far "


@pytest.mark.parametrize(
    ("error_type", "expected"),
    [
        ("overloaded_error", ModelOverloaded),
        ("rate_limit_error", ModelRateLimited),
        ("api_error", ModelUnavailable),
        ("timeout_error", ModelUnavailable),
        ("something_new", ModelUnavailable),
    ],
)
@pytest.mark.parametrize("quirks", [frozenset(), {Quirk.NO_EVENT_LINES}], ids=["named", "unnamed"])
async def test_an_error_frame_in_the_stream_is_raised_by_its_type(
    error_type: str, expected: type[ModelError], quirks: frozenset[Quirk]
) -> None:
    with pytest.raises(expected):
        await answered(Answer(chunks=("a", "b"), error_after=1, error_type=error_type, quirks=frozenset(quirks)))


async def test_a_routers_error_frame_in_openais_shape_is_understood() -> None:
    frame = b'data: {"error":{"code":429,"message":"slow down"}}\n\n'

    with pytest.raises(ModelRateLimited):
        await answered(RawAnswer((HEAD, frame)))


async def test_an_event_that_is_broken_json_cuts_the_answer() -> None:
    text = b'data: {"type":"content_block_delta","delta":{"type":"text_delta","text":"a"}}\n\n'
    broken = b'data: {"type":"content_block_delta","delta":{"type":"text_delta","te\n\n'

    with pytest.raises(AnswerCut):
        await answered(RawAnswer((HEAD + text, broken, b'data: {"type":"message_stop"}\n\n')))


async def test_silence_before_and_after_the_first_text_ends_the_request() -> None:
    patience = Patience(first_event_timeout_s=0.1, idle_timeout_s=0.05, retries_max=0)
    silent, stalled = HeldAnswer(), HeldAnswer()
    async with PracticeModel() as model, linked(model, patience=patience) as client:
        model.script(silent, stalled)
        with pytest.raises(ModelUnavailable, match="TimeoutError"):
            [event async for event in client.stream(asking())]
        async with asyncio.timeout(2):
            await silent.hung_up.wait()

        stream = client.stream(asking())
        first = asyncio.ensure_future(anext(stream))
        await stalled.asked.wait()
        await stalled.write("a word")
        assert await first == TextDelta("a word")
        with pytest.raises(AnswerCut, match="TimeoutError"):
            await anext(stream)


@pytest.mark.parametrize("how", ["close", "cancel"])
async def test_giving_up_closes_the_connection_at_once(how: str) -> None:
    held = HeldAnswer()
    async with PracticeModel() as model, linked(model) as client:
        model.script(held)
        stream = client.stream(asking())
        first = asyncio.ensure_future(anext(stream))
        await held.asked.wait()
        await held.write("a word")
        await first
        if how == "close":
            await stream.aclose()
        else:
            waiting = asyncio.ensure_future(anext(stream))
            await asyncio.sleep(0)
            waiting.cancel()
            with pytest.raises(asyncio.CancelledError):
                await waiting
        async with asyncio.timeout(2):
            await held.hung_up.wait()


async def test_many_streams_at_a_time_do_not_mix() -> None:
    async with PracticeModel() as model, linked(model) as client:

        async def ask(number: int) -> str:
            return text_of([event async for event in client.stream(asking(f"Say {number}"))])

        model._token_rate_per_s, model._first_token_delay_s = None, 0
        answers = await asyncio.gather(*(ask(number) for number in range(30)))

    assert all(f"> Say {number}\n" in answer for number, answer in enumerate(answers))
