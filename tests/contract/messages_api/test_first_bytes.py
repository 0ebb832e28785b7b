"""What an answer is, its bytes say and not its label: streams, whole messages and bare errors under any name."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from bot.errors import AnswerCut, ModelError, ModelKeyInvalid, ModelOverloaded, ModelRateLimited, ModelUnavailable
from bot.llm.patience import Patience
from bot.stream_events import StopReason, StreamEvent, TextDelta
from playground.practice_model.grammar import Quirk
from playground.practice_model.script import Answer, HeldAnswer, HttpError, RawAnswer, Scripted
from playground.practice_model.server import PracticeModel
from tests.messages_link import Waits, asking, ending_of, linked, once, text_of

LABELS = ["text/event-stream", "application/json", "text/plain", "text/html", "application/octet-stream", ""]
TEXT = b'data: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"Paris."}}\n\n'
END = b'data: {"type":"message_delta","delta":{"stop_reason":"end_turn"}}\n\n'
WRONG_KEY: dict[str, Any] = {
    "type": "error",
    "error": {"type": "authentication_error", "message": "invalid x-api-key"},
}
MESSAGE: dict[str, Any] = {
    "id": "msg_1",
    "type": "message",
    "role": "assistant",
    "model": "claude-sonnet-5-5",
    "content": [
        {"type": "thinking", "thinking": "Which city?", "signature": "c2ln"},
        {"type": "text", "text": "Paris, ", "citations": None},
        {"type": "text", "text": "of course."},
    ],
    "stop_reason": "end_turn",
    "stop_sequence": None,
    "usage": {"input_tokens": 12, "output_tokens": 5},
}


def response(body: bytes, label: str = "text/event-stream", status: str = "200 OK") -> RawAnswer:
    """A whole response that ends where the connection ends."""
    line = f"content-type: {label}\r\n" if label else ""
    return RawAnswer((f"HTTP/1.1 {status}\r\n{line}connection: close\r\n\r\n".encode() + body,))


async def answered(*answers: Scripted) -> list[StreamEvent]:
    async with PracticeModel() as model, linked(model, patience=once()) as client:
        model.script(*answers)
        return [event async for event in client.stream(asking())]


async def failed(*answers: Scripted) -> tuple[ModelError, int]:
    """The error, and how many requests it took, with the usual number of tries."""
    async with PracticeModel() as model, linked(model, sleep=Waits()) as client:
        model.script(*answers)
        with pytest.raises(ModelError) as caught:
            [event async for event in client.stream(asking())]
        return caught.value, len(model.requests)


# --- the end of an answer ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("close_delimited", [False, True], ids=["chunked", "close-delimited"])
async def test_a_stop_reason_ends_an_answer_without_message_stop(close_delimited: bool) -> None:
    quirks = {Quirk.NO_MESSAGE_STOP} | ({Quirk.CLOSE_DELIMITED} if close_delimited else set())
    events = await answered(Answer("All of it.", stop_reason="max_tokens", quirks=frozenset(quirks)))

    assert text_of(events) == "All of it."
    assert ending_of(events).stop_reason is StopReason.MAX_TOKENS


async def test_a_connection_that_stays_open_or_breaks_after_the_stop_reason_takes_nothing_away() -> None:
    events = await answered(RawAnswer((b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n", *chunked(TEXT, END))))

    assert text_of(events) == "Paris."
    assert ending_of(events).stop_reason is StopReason.END_TURN


def chunked(*data: bytes) -> list[bytes]:
    """Without the last chunk, so that the connection breaks in the middle of the body."""
    return [b"%x\r\n%s\r\n" % (len(part), part) for part in data]


async def test_nobody_waits_long_for_a_message_stop_that_does_not_come() -> None:
    patience = Patience(idle_timeout_s=60, after_end_timeout_s=0.05)
    held = HeldAnswer(frozenset({Quirk.NO_MESSAGE_STOP}))
    async with PracticeModel() as model, linked(model, patience=patience) as client:
        model.script(held)
        stream = client.stream(asking())
        first = asyncio.ensure_future(anext(stream))
        await held.asked.wait()
        await held.write("All of it.")
        await first
        await held.send({"type": "message_delta", "delta": {"stop_reason": "end_turn"}})
        async with asyncio.timeout(5):
            assert [event async for event in stream][-1].stop_reason is StopReason.END_TURN  # type: ignore[union-attr]


async def test_an_error_after_the_stop_reason_takes_nothing_away() -> None:
    late = json.dumps({"type": "error", "error": {"type": "api_error", "message": "late"}}).encode()
    events = await answered(response(TEXT + END + b"data: " + late + b"\n\n"))

    assert ending_of(events).stop_reason is StopReason.END_TURN


async def test_words_after_a_stop_reason_belong_to_the_answer() -> None:
    assert text_of(await answered(response(TEXT + END + TEXT))) == "Paris.Paris."


@pytest.mark.parametrize("reason", ["stop", "eos", "guardrail_intervened", "something_new"])
async def test_a_stop_reason_that_nobody_knows_ends_a_whole_answer(reason: str) -> None:
    events = await answered(Answer("All of it.", stop_reason=reason))

    assert text_of(events) == "All of it."
    assert ending_of(events).stop_reason == reason


async def test_what_a_server_calls_its_reason_is_fit_for_a_log() -> None:
    code = ending_of(await answered(Answer("Hi.", stop_reason="a§b\x1bc" + "x" * 500)))
    words = ending_of(await answered(Answer("Hi.", stop_reason="as the\nuser wrote")))

    assert code.stop_reason == "a_b_c" + "x" * 75
    assert words.stop_reason == "(words)"


async def test_a_limit_of_length_in_other_words_is_one() -> None:
    assert ending_of(await answered(Answer("Hi.", stop_reason="length"))).stop_reason is StopReason.MAX_TOKENS


async def test_message_stop_ends_an_answer_without_a_reason() -> None:
    assert ending_of(await answered(Answer("All of it.", stop_reason=None))).stop_reason == ""


# --- labels and framing --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("label", LABELS)
async def test_a_healthy_stream_is_an_answer_under_any_label(label: str) -> None:
    events = await answered(response(TEXT + END, label))

    assert text_of(events) == "Paris."


@pytest.mark.parametrize("status", ["200 OK", "201 Created", "203 Non-Authoritative Information"])
async def test_a_healthy_stream_is_an_answer_with_any_status_of_success(status: str) -> None:
    assert text_of(await answered(response(TEXT + END, status=status))) == "Paris."


@pytest.mark.parametrize(
    "body",
    [
        b"\xef\xbb\xbf" + TEXT + END,
        (TEXT + END).replace(b"\n", b"\r\n"),
        (TEXT + END).replace(b"\n", b"\r"),
        (TEXT + END).replace(b"data: ", b"data:"),
        (TEXT + END).replace(b"\n\n", b"\n"),
        (TEXT + END).replace(b',"', b',\ndata: "'),
        (TEXT + END).rstrip(b"\n"),
        b"\n\n: keep alive\n\n" + TEXT + b": keep alive\n\n" + END,
        b"retry: 3000\nid: 1\n" + TEXT + END,
        (TEXT + END).replace(b"data: ", b""),
    ],
    ids=["BOM", "CRLF", "CR", "no space", "no blank lines", "several data lines", "no last line end", "comments",
         "other fields", "lines of JSON"],
)  # fmt: skip
async def test_events_are_read_however_they_are_framed(body: bytes) -> None:
    events = await answered(response(body))

    assert text_of(events) == "Paris."
    assert ending_of(events).stop_reason is StopReason.END_TURN


# --- a whole message where a stream was asked for ------------------------------------------------------------------


@pytest.mark.parametrize("label", LABELS)
@pytest.mark.parametrize("indent", [None, 2], ids=["one line", "many lines"])
async def test_a_whole_message_is_the_answer(label: str, indent: int | None) -> None:
    events = await answered(response(json.dumps(MESSAGE, indent=indent).encode(), label))

    assert text_of(events) == "Paris, of course."
    ending = ending_of(events)
    assert ending.stop_reason is StopReason.END_TURN
    assert (ending.usage.input, ending.usage.output) == (12, 5)


async def test_a_whole_message_in_place_of_a_stream_is_the_answer() -> None:
    events = await answered(Answer("Whole at once.", stop_reason="refusal", whole=True))

    assert text_of(events) == "Whole at once."
    assert ending_of(events).stop_reason is StopReason.REFUSAL


async def test_a_whole_message_inside_one_event_is_the_answer() -> None:
    assert text_of(await answered(response(b"data: " + json.dumps(MESSAGE).encode()))) == "Paris, of course."


async def test_text_that_comes_with_the_start_of_the_message_belongs_to_the_answer_once() -> None:
    start = b"data: " + json.dumps({"type": "message_start", "message": MESSAGE | {"stop_reason": None}}).encode()
    events = await answered(response(start + b"\n\n" + start + b"\n\n" + END))

    assert text_of(events) == "Paris, of course."


async def test_half_of_a_whole_message_is_no_answer() -> None:
    error, _ = await failed(*[response(json.dumps(MESSAGE).encode()[:-40], "application/json")] * 3)

    assert isinstance(error, ModelUnavailable)


# --- errors where a stream was asked for ---------------------------------------------------------------------------

ERROR_BODIES = {
    "bare line": json.dumps(WRONG_KEY).encode(),
    "bare lines": json.dumps(WRONG_KEY, indent=2).encode(),
    "event": b"event: error\ndata: " + json.dumps(WRONG_KEY).encode() + b"\n\n",
    "unnamed event": b"data: " + json.dumps(WRONG_KEY).encode() + b"\n\n",
    "BOM": b"\xef\xbb\xbf" + json.dumps(WRONG_KEY).encode(),
    "after a comment": b": processing\n\n" + json.dumps(WRONG_KEY).encode(),
    "OpenAI's shape": b'{"error":{"message":"no","type":"invalid_request_error","code":"invalid_api_key"}}',
    "a number": b'{"error":{"message":"no","code":401}}',
    "a number in words": b'{"error":{"message":"no","code":"401"}}',
    "words alone": b'{"error":"Invalid API key"}',
    "flat": b'{"object":"error","message":"Incorrect API key provided","type":"AuthenticationError","code":401}',
    "flatter": b'{"code":401,"message":"unauthorized"}',
    "a list": b'[{"error":{"code":401,"message":"no","status":"UNAUTHENTICATED"}}]',
}


@pytest.mark.parametrize("label", LABELS)
@pytest.mark.parametrize("body", ERROR_BODIES.values(), ids=ERROR_BODIES)
async def test_a_wrong_key_is_not_tried_three_times_whatever_it_looks_like(body: bytes, label: str) -> None:
    error, requests = await failed(response(body, label))

    assert type(error) is ModelKeyInvalid
    assert requests == 1


@pytest.mark.parametrize("body", ERROR_BODIES.values(), ids=ERROR_BODIES)
async def test_an_error_under_the_status_of_an_error_is_named_by_its_body(body: bytes) -> None:
    error, requests = await failed(response(body, "text/event-stream", "500 Internal Server Error"))

    assert type(error) is ModelKeyInvalid
    assert requests == 1


@pytest.mark.parametrize(
    ("error_type", "expected"), [("overloaded_error", ModelOverloaded), ("rate_limit_error", ModelRateLimited)]
)
async def test_a_bare_error_that_passes_is_tried_again(error_type: str, expected: type[ModelError]) -> None:
    bare = Answer("x", error_after=0, error_type=error_type, quirks=frozenset({Quirk.BARE_ERROR}))
    error, requests = await failed(bare, bare, bare)

    assert type(error) is expected
    assert requests == 3


async def test_a_bare_error_after_some_words_ends_the_answer_as_what_it_is() -> None:
    error, requests = await failed(response(TEXT + json.dumps(WRONG_KEY, indent=1).encode()))

    assert type(error) is ModelKeyInvalid
    assert requests == 1


@pytest.mark.parametrize(
    "answer",
    [
        HttpError(200, "<html>Welcome to the router</html>"),
        HttpError(200, "<html>\n<script>\n{broken\n</script>"),
        HttpError(200, "upstream connect error", label="text/plain"),
        HttpError(200, {"hello": "world"}),
        HttpError(200, ""),
        HttpError(302, "", {"location": "http://127.0.0.1:9/"}),
    ],
    ids=["HTML", "HTML with a script", "text", "JSON", "nothing", "redirect"],
)
async def test_a_success_that_is_no_answer_may_be_tried_again(answer: HttpError) -> None:
    error, requests = await failed(answer, answer, answer)

    assert isinstance(error, ModelUnavailable)
    assert requests == 3


async def test_a_line_without_an_end_is_not_collected_for_ever() -> None:
    endless = RawAnswer(
        (b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n" + TEXT, *[b'data: {"type":"' + b"x" * 1_000_000] * 20)
    )
    async with PracticeModel() as model, linked(model, patience=once()) as client:
        model.script(endless)
        stream = client.stream(asking())
        assert await anext(stream) == TextDelta("Paris.")
        with pytest.raises(AnswerCut, match="StreamBroken"):
            await anext(stream)
