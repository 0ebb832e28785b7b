"""A model that never begins is given one patience in all, whatever way it has of not beginning."""

from __future__ import annotations

import asyncio
import itertools
import time
from dataclasses import replace
from pathlib import Path

import pytest

from bot.errors import AnswerCut, ModelError, ModelOverloaded, ModelSilent, ModelUnavailable
from bot.llm.client import MessagesClient
from bot.llm.patience import SIGNS_OF_WORK_MAX, Deadline, Patience
from playground.practice_model.script import Answer, HeldAnswer, HttpError, Silence
from playground.practice_model.server import PracticeModel
from tests.messages_link import KEY, MODEL, asking, asking_about, ending_of, linked, served_by, text_of

PATIENCE = Patience(first_event_timeout_s=0.4, pause_min_s=0, pause_max_s=0.01)


async def test_silence_is_waited_for_once_and_not_for_each_try() -> None:
    silences = [Silence(), Silence(), Silence()]
    async with PracticeModel() as model, linked(model, patience=PATIENCE) as client:
        model.script(*silences)
        began_s = time.monotonic()
        with pytest.raises(ModelSilent):
            [event async for event in client.stream(asking())]
        took_s = time.monotonic() - began_s

        assert len(model.requests) == 1
        async with asyncio.timeout(5):
            await silences[0].hung_up.wait()
    assert took_s >= PATIENCE.first_event_timeout_s


async def test_servers_that_break_the_link_late_share_the_patience_too() -> None:
    """Each try takes more than half of it, so that there is no time for a third."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        tried.append(await reader.readuntil(b"\r\n\r\n"))
        await asyncio.sleep(0.25)

    tried: list[bytes] = []
    async with served_by(serve) as url, at(url, PATIENCE) as client:
        with pytest.raises(ModelUnavailable):
            [event async for event in client.stream(asking())]

    assert 1 <= len(tried) <= 2


async def test_a_model_that_says_that_it_is_at_work_is_waited_for_longer() -> None:
    held = HeldAnswer()
    async with PracticeModel() as model, linked(model, patience=PATIENCE) as client:
        model.script(held)
        answer = asyncio.create_task(_all_of(client))
        await held.asked.wait()
        for _ in range(4):
            await asyncio.sleep(0.2)
            await held.send({"type": "ping"})
        await held.write("Well thought out.")
        await held.finish()

        assert await answer == "Well thought out."


def at(url: str, patience: Patience) -> MessagesClient:
    return MessagesClient(api_url=url, api_key=KEY, model=MODEL, max_tokens=9, patience=patience)


async def _all_of(client: MessagesClient) -> str:
    return text_of([event async for event in client.stream(asking())])


async def test_a_router_that_pings_for_ever_has_an_end() -> None:
    held = HeldAnswer()
    patience = Patience(first_event_timeout_s=0.1, retries_max=0)
    async with PracticeModel() as model, linked(model, patience=patience) as client:
        model.script(held)
        answer = asyncio.create_task(_all_of(client))
        await held.asked.wait()
        pings = asyncio.create_task(_ping_for_ever(held))
        with pytest.raises(ModelSilent):
            await asyncio.wait_for(answer, 60)
        pings.cancel()


async def _ping_for_ever(held: HeldAnswer) -> None:
    for _ in itertools.count():
        await held.send({"type": "ping"})
        await asyncio.sleep(0.02)


async def test_neither_has_a_router_that_pings_for_ever_after_the_first_words_or_after_the_last() -> None:
    patience = Patience(idle_timeout_s=0.1, after_end_timeout_s=0.1)
    for ended in (False, True):
        held = HeldAnswer()
        async with PracticeModel() as model, linked(model, patience=patience) as client:
            model.script(held)
            stream = client.stream(asking())
            first = asyncio.ensure_future(anext(stream))
            await held.asked.wait()
            await held.write("All of it.")
            await first
            if ended:
                await held.send({"type": "message_delta", "delta": {"stop_reason": "end_turn"}})
            pings = asyncio.create_task(_ping_for_ever(held))
            async with asyncio.timeout(5):
                if ended:
                    assert ending_of([event async for event in stream]).stop_reason == "end_turn"
                else:
                    with pytest.raises(AnswerCut):
                        [event async for event in stream]
            pings.cancel()


async def test_comments_are_no_sign_of_the_model() -> None:
    """A router in front of a model that is stuck sends them by itself."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n")
        while True:  # ends by an exception when the asking side hangs up
            writer.write(b": PROCESSING\n\n")
            await writer.drain()
            await asyncio.sleep(0.02)

    async with served_by(serve) as url, at(url, PATIENCE) as client:
        with pytest.raises(ModelSilent):
            [event async for event in client.stream(asking())]


async def test_a_busy_api_is_told_of_as_what_it_is_when_the_patience_ends() -> None:
    patience = Patience(first_event_timeout_s=2, retries_max=100, pause_min_s=0.5, pause_first_s=0.5, pause_max_s=0.5)
    async with PracticeModel() as model, linked(model, patience=patience) as client:
        model.script(*[HttpError.api(529, "overloaded_error")] * 100)
        with pytest.raises(ModelError) as caught:
            [event async for event in client.stream(asking())]

        assert 2 <= len(model.requests) <= 5
    assert type(caught.value) is ModelOverloaded


async def test_also_where_it_ends_while_the_busy_api_has_not_answered_the_next_try_yet() -> None:
    patience = replace(PATIENCE, first_event_timeout_s=2)
    async with PracticeModel() as model, linked(model, patience=patience) as client:
        model.script(HttpError.api(529, "overloaded_error"), Silence())
        with pytest.raises(ModelError) as caught:
            [event async for event in client.stream(asking())]

    assert type(caught.value) is ModelOverloaded


async def test_an_upload_takes_nothing_of_the_patience(tmp_path: Path) -> None:
    """Nor does one that is made again: each of the two takes longer than the whole patience."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        left = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
        while left > 0:
            left -= len(await reader.read(1 << 18))
            await asyncio.sleep(0.01)
        answers.append(b"HTTP/1.1 529 Overloaded\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
        writer.write(answers[-1])

    answers: list[bytes] = []
    file = tmp_path / "large.pdf"
    with file.open("wb") as large:
        large.truncate(40_000_000)
    patience = Patience(first_event_timeout_s=1.2, retries_max=1, pause_min_s=0, pause_max_s=0.01)
    async with served_by(serve) as url, at(url, patience) as client:
        with pytest.raises(ModelOverloaded):
            [event async for event in client.stream(asking_about(file))]

    assert len(answers) == 2


def test_the_patience_counts_what_is_not_upload() -> None:
    deadline = Deadline(Patience(first_event_timeout_s=10), now_s=100)
    assert deadline.ends_s == 110
    deadline.sending(103)
    deadline.sent(108)
    deadline.sent(120)
    assert deadline.ends_s == 110 + 17


def test_signs_of_work_renew_the_patience_so_often_and_no_more() -> None:
    deadline = Deadline(Patience(first_event_timeout_s=10, idle_timeout_s=4, after_end_timeout_s=1), now_s=100)
    deadline.heard(105, words=False, ended=False)
    assert deadline.ends_s == 115
    for now_s in range(106, 300, 5):
        deadline.heard(now_s, words=False, ended=False)
    assert deadline.ends_s == 100 + 10 * SIGNS_OF_WORK_MAX
    deadline.heard(149, words=True, ended=False)
    assert deadline.ends_s == 153
    for now_s in range(150, 300):
        deadline.heard(now_s, words=False, ended=False)
    assert deadline.ends_s == 149 + 4 * SIGNS_OF_WORK_MAX
    deadline.heard(160, words=False, ended=True)
    deadline.heard(160.9, words=True, ended=True)
    assert deadline.ends_s == 161, "what ended is not waited for again, whatever comes"


async def test_an_answer_that_begins_in_time_may_take_as_long_as_it_likes() -> None:
    async with PracticeModel() as model, linked(model, patience=PATIENCE) as client:
        model.script(Answer(chunks=("word ",) * 8, chunk_delay_s=0.1))

        assert await _all_of(client) == "word " * 8
