"""The practice model sends what servers of this format were seen to send, beside what the documentation says."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from playground.practice_model.grammar import Quirk
from playground.practice_model.received import Received
from playground.practice_model.script import Answer, HeldAnswer, HttpError, Silence
from playground.practice_model.server import PracticeModel

BODY = {
    "model": "claude-sonnet-5-5",
    "max_tokens": 100,
    "stream": True,
    "messages": [{"role": "user", "content": "Hello?"}],
}
HEADERS = {"authorization": "Bearer practice-key", "anthropic-version": "2023-06-01"}


@pytest.fixture
async def model() -> AsyncIterator[PracticeModel]:
    async with PracticeModel(token_rate_per_s=None, first_token_delay_s=0) as model:
        yield model


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(headers=HEADERS) as session:
        yield session


async def ask(session: aiohttp.ClientSession, model: PracticeModel, *quirks: Quirk, **answer: Any) -> tuple[str, bytes]:
    """The label and the bytes of an answer."""
    model.script(Answer("Hi.", quirks=frozenset(quirks), **answer))
    async with session.post(f"{model.url}/messages", json=BODY) as response:
        assert response.status == 200
        return response.headers.get("content-type", ""), await response.read()


@pytest.mark.parametrize(
    ("quirks", "label"),
    [
        ((), "text/event-stream; charset=utf-8"),
        ((Quirk.LABELLED_JSON,), "application/json"),
        ((Quirk.LABELLED_TEXT,), "text/plain; charset=utf-8"),
        ((Quirk.NOT_LABELLED,), ""),
        ((Quirk.NOT_LABELLED, Quirk.CLOSE_DELIMITED), ""),
        ((Quirk.LABELLED_JSON, Quirk.CLOSE_DELIMITED), "application/json"),
    ],
)
async def test_a_stream_is_the_same_under_any_label(
    model: PracticeModel, session: aiohttp.ClientSession, quirks: tuple[Quirk, ...], label: str
) -> None:
    labelled, body = await ask(session, model, *quirks)

    assert labelled == label
    assert body == (await ask(session, model))[1].replace(b"msg_00000002", b"msg_00000001")


async def test_a_stream_without_its_last_event(model: PracticeModel, session: aiohttp.ClientSession) -> None:
    _, body = await ask(session, model, Quirk.NO_MESSAGE_STOP)

    assert b"end_turn" in body
    assert b"message_stop" not in body


async def test_events_are_framed_in_every_way_that_servers_do_it(
    model: PracticeModel, session: aiohttp.ClientSession
) -> None:
    assert b'\ndata:{"type"' in (await ask(session, model, Quirk.NO_SPACE))[1]
    assert b"\ndata: {\ndata:  " in (await ask(session, model, Quirk.DATA_LINES))[1]
    assert (await ask(session, model, Quirk.BYTE_ORDER_MARK))[1].startswith(b"\xef\xbb\xbfevent: message_start")


async def test_an_error_may_come_as_a_bare_line(model: PracticeModel, session: aiohttp.ClientSession) -> None:
    _, body = await ask(session, model, Quirk.BARE_ERROR, error_after=0, error_type="authentication_error")

    assert json.loads(body.splitlines()[-1])["error"]["type"] == "authentication_error"


async def test_a_whole_message_where_a_stream_was_asked_for(
    model: PracticeModel, session: aiohttp.ClientSession
) -> None:
    label, body = await ask(session, model, whole=True, stop_reason="something_new")
    message = json.loads(body)

    assert label.startswith("application/json")
    assert (message["content"], message["stop_reason"]) == ([{"type": "text", "text": "Hi."}], "something_new")


async def test_silence_until_the_asking_side_goes_away(model: PracticeModel, session: aiohttp.ClientSession) -> None:
    silence = Silence()
    model.script(silence)
    asking = asyncio.create_task(session.post(f"{model.url}/messages", json=BODY).__aenter__())
    await silence.asked.wait()
    assert not asking.done()
    asking.cancel()

    async with asyncio.timeout(5):
        await silence.hung_up.wait()


async def test_an_event_of_one_s_own_in_a_held_answer(model: PracticeModel, session: aiohttp.ClientSession) -> None:
    held = HeldAnswer()
    model.script(held)
    async with session.post(f"{model.url}/messages", json=BODY) as response:
        await held.send({"type": "weather", "sky": "clear"})
        await held.finish()
        assert b'event: weather\ndata: {"type": "weather", "sky": "clear"}\n\n' in await response.read()


async def test_a_model_that_refuses_by_a_rule_of_its_own(model: PracticeModel, session: aiohttp.ClientSession) -> None:
    """What was scripted is kept for the first request that is not refused."""

    def short_only(received: Received) -> HttpError | None:
        refusal = HttpError.in_openais_shape(400, "too long", error_type="exceed_context_size_error", code=400)
        return refusal if received.tokens > 100 else None

    model.refuses = short_only
    model.script(Answer(chunks=("Scripted.",)))
    long = BODY | {"messages": [{"role": "user", "content": "Hello? " * 100}]}
    async with session.post(f"{model.url}/messages", json=long) as response:
        assert response.status == 400
        assert (await response.json())["error"] == {
            "message": "too long",
            "type": "exceed_context_size_error",
            "param": None,
            "code": 400,
        }
    async with session.post(f"{model.url}/messages", json=BODY) as response:
        assert b"Scripted." in await response.read()
