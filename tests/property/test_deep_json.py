"""However deep somebody nests what he sends, it is read as far as anybody looks, and nothing breaks."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from hypothesis import given, settings
from hypothesis import strategies as st
from slack_sdk.web.async_client import AsyncWebClient

from bot.llm.sse import ObjectReader, StreamBroken
from bot.messages import AuthorKind, Question
from bot.slack import buttons
from bot.slack.read import mentions
from bot.slack.read.file_objects import attachments_of
from bot.slack.read.markdown import TOO_DEEP
from bot.slack.read.message_text import markdown_of
from bot.slack.receive.payloads import question_from_event
from bot.slack.web_api.client import SlackClient
from bot.slack.web_api.deep_json import DEPTH_MAX, LONG_CHARS, SlackResponse, loads, loads_in_turns, shallow
from bot.slack.web_api.rate_limiter import RateLimiter
from tests.growth import grows_linearly
from tests.loopback import answering

DEEP = 1_000
LEAVES = st.none() | st.integers() | st.text('[]{}"\\,:a', max_size=8)
JSON = st.recursive(LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner))
Json = dict[str, Any]


def nested(inner: Json, wrap: Callable[[Json], Json]) -> Json:
    for _ in range(DEEP):
        inner = wrap(inner)
    return inner


def quote(kind: str) -> Callable[[Json], Json]:
    return lambda inner: {"type": kind, "style": "bullet", "elements": [inner]}


def forwarded(inner: Json) -> Json:
    return {"is_share": True, "text": "a", "attachments": [inner], "message_blocks": [{"message": inner}], "files": []}


WORDS = {"type": "text", "text": "deep"}
SHAPES: dict[str, Json] = {
    "quotes": {"blocks": [{"type": "rich_text", "elements": [nested(WORDS, quote("rich_text_quote"))]}]},
    "lists": {"blocks": [{"type": "rich_text", "elements": [nested(WORDS, quote("rich_text_list"))]}]},
    "sections": {"blocks": [{"type": "rich_text", "elements": [nested(WORDS, quote("rich_text_section"))]}]},
    "unknown blocks": {"blocks": [nested(WORDS, quote("tomorrow"))]},
    "containers": {"blocks": [nested(WORDS, lambda inner: {"type": "container", "child_blocks": [inner]})]},
    "attachments": {"attachments": [nested({"text": "deep"}, forwarded)]},
    "blocks of attachments": {
        "attachments": [nested({"text": "deep"}, lambda inner: {"blocks": [{"type": "x", "blocks": [inner]}]})]
    },
    "files": {"files": [nested({"id": "F1"}, lambda inner: {"id": "F1", "headers": inner, "transcription": inner})]},
}


def deep_text(depth: int) -> str:
    """A message as Slack would send it; Python cannot write such a one."""
    around = '{"type":"rich_text_quote","elements":['
    quotes = around * depth + '{"type":"text","text":"deep ]}"}' + "]}" * depth
    return f'{{"ts":"1.1","user":"U1","text":"words","blocks":[{{"type":"rich_text","elements":[{quotes}]}}]}}'


@pytest.mark.parametrize("shape", SHAPES)
def test_a_deep_message_is_read(shape: str) -> None:
    message = {"type": "app_mention", "user": "U1", "ts": "1.1", "channel": "C1", "text": "words", **SHAPES[shape]}
    for kind in AuthorKind:
        assert isinstance(markdown_of(message, kind, mentions.as_tokens), str)
    attachments_of(message)
    delivered = {"team_id": "T1", "event": message}
    assert isinstance(question_from_event(delivered, "UBOT", "BBOT", 2.0, is_bot=None), Question)
    assert buttons.pressed_message({"channel": {"id": "C1"}, "message": message}).ts == "1.1"


@given(JSON)
def test_what_is_not_deep_is_read_as_ever(value: object) -> None:
    text = json.dumps(value)
    assert (loads(text), shallow(text)) == (value, text)


@pytest.mark.parametrize("depth", [DEPTH_MAX, DEEP, 100_000])
def test_what_is_deep_is_read_but_for_its_depths(depth: int) -> None:
    message = loads(deep_text(depth))
    assert (message["text"], message["ts"]) == ("words", "1.1")
    assert TOO_DEEP in markdown_of(message, AuthorKind.PERSON, mentions.as_tokens)


@settings(max_examples=20)
@given(JSON, st.sampled_from([None, 1, " "]))
async def test_a_long_page_says_the_same_piece_by_piece(value: object, indent: int | str | None) -> None:
    for whole in (
        {"ok": True, "messages": [value] * 3, "more": value, "long": "a" * LONG_CHARS},
        [value, "a" * LONG_CHARS],
    ):
        text = json.dumps(whole, indent=indent)
        assert await loads_in_turns(text) == whole
        with pytest.raises(ValueError, match=r".*"):
            await loads_in_turns(text[:-1])


async def test_others_run_while_a_long_page_is_read() -> None:
    message = json.dumps({"elements": [{"type": "text", "text": "a", "style": {"bold": True}}] * 13_000})
    reading = asyncio.create_task(loads_in_turns(f'{{"ok":true,"messages":[{",".join([message] * 10)}]}}'))
    turns = 0
    while not reading.done():
        await asyncio.sleep(0)
        turns += 1

    assert len(reading.result()["messages"]) == 10
    assert turns > 3


def test_a_number_that_is_too_long_for_python_is_read_as_zero() -> None:
    assert loads('{"a": ' + "9" * 5_000 + ', "b": 12}') == {"a": 0, "b": 12}


@pytest.mark.parametrize("text", ["[" * 50_000, '{"a":' * 50_000, "]" * 50_000, '"' * 50_001, '"\\' * 50_001])
def test_what_is_not_json_is_refused_at_any_depth(text: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        loads(text)
    grows_linearly(lambda chars: shallow(text[:chars]), 10_000)


async def test_one_deep_message_does_not_take_a_page_of_a_thread_with_it() -> None:
    async def replies(_: web.Request) -> web.Response:
        body = f'{{"ok":true,"messages":[{{"ts":"1.0","text":"root"}},{deep_text(DEEP)}]}}'
        return web.Response(text=body, content_type="application/json")

    async with answering(replies) as url, aiohttp.ClientSession(response_class=SlackResponse) as session:
        sdk = AsyncWebClient(token="xoxb-1", base_url=f"{url}/", session=session, retry_handlers=[])
        page = await SlackClient(sdk, RateLimiter()).call("conversations.replies", channel="C1", ts="1.0")

    assert [message["text"] for message in page["messages"]] == ["root", "words"]


@pytest.mark.parametrize("text", ["[" * 100_000, '{"a":' * 100_000, '{"type":"error","error":' * 50_000])
def test_the_models_answers(text: str) -> None:
    reader = ObjectReader()
    with pytest.raises(StreamBroken):
        list(reader.feed(f'data: {{"a":{text}\n\n'.encode()))
