"""Whatever the API documents, it can send: every event, delta, block, citation, stop reason and error of its SDK.

The samples are made from the SDK's own types when the test runs, so that a new release brings new ones. Each goes over
the wire to the client; what comes out has every visible word, and no exception but the error that was sent.
"""

from __future__ import annotations

import json
import types
from collections.abc import Iterable, Iterator
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from anthropic import types as sdk
from anthropic.types import shared
from pydantic import BaseModel

from bot.errors import (
    AnswerCut,
    ModelBalanceEmpty,
    ModelError,
    ModelKeyInvalid,
    ModelNotFound,
    ModelOverloaded,
    ModelRateLimited,
    ModelRequestInvalid,
    ModelUnavailable,
)
from bot.stream_events import StopReason, StreamEvent
from playground.practice_model.script import HttpError, RawAnswer
from playground.practice_model.server import PracticeModel
from tests.messages_link import asking, ending_of, linked, once, text_of

HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n"
WORDS = "Words that people see."
Event = dict[str, Any]


# --- samples -------------------------------------------------------------------------------------------------------


def members(union: Any) -> list[Any]:
    """Of a union, however it is spelt."""
    while get_origin(union) is Annotated:
        union = get_args(union)[0]
    return [inner for part in get_args(union) for inner in (members(part) if _is_union(part) else [part])]


def _is_union(kind: Any) -> bool:
    return get_origin(kind) in (Union, types.UnionType, Annotated)


def sample(kind: Any) -> Any:
    """A JSON value of a type, every field filled."""
    while get_origin(kind) is Annotated:
        kind = get_args(kind)[0]
    if get_origin(kind) is Literal:
        return get_args(kind)[0]
    if _is_union(kind):
        return sample(next(part for part in get_args(kind) if part is not types.NoneType))
    if get_origin(kind) is list:
        return [sample(get_args(kind)[0])]
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return {name: sample(field.annotation) for name, field in kind.model_fields.items()}
    return {str: "a word", int: 1, float: 1.0, bool: True}.get(kind, {})


def stream(*middle: Event, stop_reason: str = "end_turn") -> list[Event]:
    """``middle`` in a block of its own, before a block of text, in a stream as it is documented."""
    message = sample(sdk.Message) | {"content": [], "stop_reason": None}
    return [
        {"type": "message_start", "message": message},
        *middle,
        {"type": "content_block_start", "index": 1, "content_block": {"type": "text", "text": ""}},
        {"type": "ping"},
        {"type": "content_block_delta", "index": 1, "delta": {"type": "text_delta", "text": WORDS}},
        {"type": "content_block_stop", "index": 1},
        {"type": "message_delta", "delta": {"stop_reason": stop_reason}, "usage": sample(sdk.MessageDeltaUsage)},
        {"type": "message_stop"},
    ]


def block(started: Any, *deltas: Any) -> list[Event]:
    return [
        {"type": "content_block_start", "index": 0, "content_block": started},
        *({"type": "content_block_delta", "index": 0, "delta": delta} for delta in deltas),
        {"type": "content_block_stop", "index": 0},
    ]


def streams() -> Iterator[tuple[str, list[Event], str]]:
    """A name, the events, and the words that people should see."""
    for kind in members(sdk.ContentBlock):
        given = sample(kind)
        yield (
            f"block {given['type']}",
            stream(*block(given)),
            (given["text"] if given["type"] == "text" else "") + WORDS,
        )
    for kind in members(sdk.RawContentBlockDelta):
        given = sample(kind)
        shown = given["text"] if given["type"] == "text_delta" else ""
        yield f"delta {given['type']}", stream(*block({"type": "text", "text": ""}, given)), shown + WORDS
    for kind in members(sdk.TextCitation):
        citing = block(
            {"type": "text", "text": "", "citations": []}, {"type": "citations_delta", "citation": sample(kind)}
        )
        yield f"citation {sample(kind)['type']}", stream(*citing), WORDS
    for kind in members(sdk.RawMessageStreamEvent):
        if sample(kind)["type"] not in ("message_stop", "message_start"):
            before = "a word" if sample(kind)["type"] == "content_block_start" else ""
            before = "a word" if sample(kind)["type"] == "content_block_delta" else before
            yield f"event {sample(kind)['type']}", stream(sample(kind)), before + WORDS
    yield "event of next year", stream({"type": "weather", "sky": {"text": "clear"}}), WORDS


async def answered(*answers: RawAnswer | HttpError) -> list[list[StreamEvent] | ModelError]:
    """What the client makes of each."""
    made: list[list[StreamEvent] | ModelError] = []
    async with PracticeModel() as model, linked(model, patience=once()) as client:
        for answer in answers:
            model.script(answer)
            try:
                made.append([event async for event in client.stream(asking())])
            except ModelError as error:
                made.append(error)
    return made


def sent(events: Iterable[Event]) -> RawAnswer:
    lines = (f"event: {event['type']}\ndata: {json.dumps(event)}\n\n" for event in events)
    return RawAnswer((HEAD, *(line.encode() for line in lines)))


# --- answers -------------------------------------------------------------------------------------------------------


async def test_every_event_delta_block_and_citation_leaves_every_visible_word() -> None:
    cases = list(streams())
    made = await answered(*(sent(events) for _, events, _ in cases))
    read = {name: text_of(got) if isinstance(got, list) else got for (name, _, _), got in zip(cases, made, strict=True)}

    assert read == {name: words for name, _, words in cases}
    assert len(cases) >= 27


async def test_every_stop_reason_ends_an_answer_streamed_or_whole() -> None:
    reasons = get_args(sdk.StopReason)
    message = sample(sdk.Message) | {"content": [{"type": "text", "text": WORDS}]}
    whole = [HttpError(200, message | {"stop_reason": reason}) for reason in reasons]
    made = await answered(*(sent(stream(stop_reason=reason)) for reason in reasons), *whole)

    assert [ending_of(got).stop_reason for got in made if isinstance(got, list)] == [*reasons, *reasons]
    assert [text_of(got) for got in made if isinstance(got, list)] == [WORDS] * 2 * len(reasons)
    assert set(reasons) == set(StopReason), "each has its sentence, or needs none"


async def test_every_block_of_a_whole_message_leaves_every_visible_word() -> None:
    blocks = [sample(kind) for kind in members(sdk.ContentBlock)]
    message = sample(sdk.Message) | {"content": [*blocks, {"type": "text", "text": WORDS}], "stop_reason": "end_turn"}
    [got] = await answered(HttpError(200, message))

    assert isinstance(got, list)
    assert text_of(got) == "a word" + WORDS


async def test_the_sdk_s_own_reading_of_a_stream_is_ours() -> None:
    """Of the sample that the documentation gives for a tool, thinking and a search, with text between them."""
    events = stream(
        *block({"type": "thinking", "thinking": "", "signature": ""},
               {"type": "thinking_delta", "thinking": "Let me see."}, {"type": "signature_delta", "signature": "EqQB"}),
        *block({"type": "text", "text": "I'll look. "}),
        *block({"type": "server_tool_use", "id": "srvtoolu_1", "name": "web_search", "input": {}},
               {"type": "input_json_delta", "partial_json": ""},
               {"type": "input_json_delta", "partial_json": '{"q":"x"}'}),
        *block({"type": "web_search_tool_result", "tool_use_id": "srvtoolu_1", "content": []}),
        *block({"type": "text", "text": ""}, {"type": "text_delta", "text": "It is "},
               {"type": "citations_delta", "citation": sample(sdk.CitationPageLocation)},
               {"type": "text_delta", "text": "sunny. "}),
    )  # fmt: skip
    [got] = await answered(sent(events))

    assert isinstance(got, list)
    assert text_of(got) == "I'll look. It is sunny. " + WORDS
    assert ending_of(got).usage.output == 1


# --- errors --------------------------------------------------------------------------------------------------------

STATUS = {
    "invalid_request_error": 400,
    "authentication_error": 401,
    "billing_error": 402,
    "permission_error": 403,
    "not_found_error": 404,
    "conflict_error": 409,
    "memory_path_conflict_error": 409,
    "memory_precondition_failed_error": 409,
    "rate_limit_error": 429,
    "api_error": 500,
    "timeout_error": 504,
    "overloaded_error": 529,
}
KIND: dict[str, type[ModelError]] = {
    "invalid_request_error": ModelRequestInvalid,
    "authentication_error": ModelKeyInvalid,
    "billing_error": ModelBalanceEmpty,
    "permission_error": ModelKeyInvalid,
    "not_found_error": ModelNotFound,
    "rate_limit_error": ModelRateLimited,
    "overloaded_error": ModelOverloaded,
}


def error(error_type: str, **details: Any) -> Event:
    inner = {"type": error_type, "message": "Something about it."} | ({"details": details} if details else {})
    return {"type": "error", "error": inner, "request_id": "req_1"}


async def test_every_type_of_error_is_the_same_as_a_response_as_an_event_and_as_a_bare_line() -> None:
    kinds = get_args(shared.ErrorType)
    assert set(kinds) == set(STATUS)
    expected = [KIND.get(kind, ModelUnavailable) for kind in kinds]
    responses = [HttpError(STATUS[kind], error(kind)) for kind in kinds]
    events = [sent([error(kind)]) for kind in kinds]
    bare = [RawAnswer((HEAD, json.dumps(error(kind)).encode())) for kind in kinds]

    made = await answered(*responses, *events, *bare)

    assert [type(got) for got in made] == expected * 3


async def test_every_error_object_and_every_code_of_its_details_ends_in_an_error_of_ours() -> None:
    objects = [sample(kind) for kind in members(shared.ErrorObject)]
    details = [sample(kind) for kind in members(shared.ErrorDetails)]
    bodies = [{"type": "error", "error": given} for given in objects]
    bodies += [error("invalid_request_error", **given) for given in details]
    statuses = [STATUS[given["type"]] for given in objects] + [400] * len(details)

    made = await answered(*(HttpError(status, body) for status, body in zip(statuses, bodies, strict=True)))

    assert [got for got in made if not isinstance(got, ModelError)] == []
    assert all(given["error_code"] in str(got) for given, got in zip(details, made[len(objects) :], strict=True))
    assert len(made) >= 100


async def test_an_error_in_the_middle_of_an_answer_is_what_it_is() -> None:
    begun = stream()[:5]
    made = await answered(*(sent([*begun, error(kind)]) for kind in STATUS), sent(begun))

    assert [type(got) for got in made] == [*(KIND.get(kind, ModelUnavailable) for kind in STATUS), AnswerCut]
