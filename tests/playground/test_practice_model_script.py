"""What a test can decide about the practice model's answers, and what it can see of the requests."""

from __future__ import annotations

import asyncio

import pytest

from bot.stream_events import TextDelta
from playground.practice_model.script import Answer, HeldAnswer
from playground.practice_model.server import PracticeModel
from tests.messages_link import asking, linked, text_of


async def test_scripted_answers_come_in_order_and_then_truthful_ones_again() -> None:
    async with PracticeModel(token_rate_per_s=None, first_token_delay_s=0) as model, linked(model) as client:
        model.script(Answer("one"), Answer(chunks=("t", "wo")))
        answers = [text_of([event async for event in client.stream(asking("And now?"))]) for _ in range(3)]

    assert answers[:2] == ["one", "two"]
    assert "> And now?" in answers[2]


async def test_a_held_answer_is_written_when_its_holder_says_so() -> None:
    held = HeldAnswer()
    async with PracticeModel() as model, linked(model) as client:
        model.script(held)
        stream = client.stream(asking())
        first = asyncio.ensure_future(anext(stream))
        async with asyncio.timeout(2):
            await held.asked.wait()
            assert not first.done()
            await held.write("now")
            assert await first == TextDelta("now")
            await asyncio.gather(held.finish(), *[anext(stream)])
            assert [event async for event in stream] == []


async def test_a_test_can_wait_for_requests() -> None:
    async with PracticeModel(token_rate_per_s=None, first_token_delay_s=0) as model, linked(model) as client:
        asked = asyncio.ensure_future(anext(client.stream(asking("Hm?"))))
        async with asyncio.timeout(2):
            await model.wait_for_requests(1)
            seen = model.requests[0].seen
            assert seen is not None
            assert seen.messages[0].texts == ("Hm?",)
            await asked


@pytest.mark.parametrize("token_rate_per_s", [1_000, 4_000])
async def test_answers_are_written_at_the_rate_that_was_set(token_rate_per_s: float) -> None:
    async with (
        PracticeModel(token_rate_per_s=token_rate_per_s, first_token_delay_s=0.01) as model,
        linked(model) as client,
    ):
        begun = asyncio.get_running_loop().time()
        text = text_of([event async for event in client.stream(asking("Hm?"))])
        took = asyncio.get_running_loop().time() - begun

    assert took >= 0.01 + len(text) / 4 / token_rate_per_s
