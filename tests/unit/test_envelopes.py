"""One socket brings everybody's envelopes: what is huge in it holds up nobody else's."""

from __future__ import annotations

import asyncio
import json

from bot.slack.receive import envelopes
from bot.slack.receive.envelopes import Envelopes
from bot.slack.shapes import Json
from tests.logged import logged


def envelope(envelope_id: str, chars: int = 0) -> str:
    return json.dumps({"envelope_id": envelope_id, "payload": {"text": "x" * chars}})


class Taker:
    """Takes as long as it is told to."""

    def __init__(self) -> None:
        self.taken: list[object] = []
        self.may_end = asyncio.Event()
        self.changed = asyncio.Condition()

    async def take(self, body: Json, _text: str) -> None:
        async with self.changed:
            self.taken.append(body.get("envelope_id"))
            self.changed.notify_all()
        await self.may_end.wait()

    async def until(self, number: int) -> None:
        async with asyncio.timeout(30), self.changed:
            await self.changed.wait_for(lambda: len(self.taken) >= number)


async def test_huge_ones_are_taken_one_by_one_and_those_of_others_meanwhile() -> None:
    taker = Taker()
    received = Envelopes(taker.take)
    for number in range(3):
        await received.received(envelope(f"huge-{number}", envelopes.HUGE_CHARS))
    await taker.until(1)
    await received.received(envelope("small"))
    await received.received(envelope("long", envelopes.LONG_CHARS))
    await taker.until(3)

    assert sorted(map(str, taker.taken)) == ["huge-0", "long", "small"]
    taker.may_end.set()
    await taker.until(5)
    await received.close()


async def test_what_is_longer_than_any_of_slacks_and_more_than_may_wait_is_passed_over() -> None:
    taker = Taker()
    received = Envelopes(taker.take)
    with logged() as lines:
        await received.received(envelope("endless", envelopes.CHARS_MAX))
        for number in range(envelopes.WAITING_CHARS_MAX // envelopes.HUGE_CHARS + 2):
            await received.received(envelope(f"huge-{number}", envelopes.HUGE_CHARS))
        await received.received(envelope("small"))
        await taker.until(2)

    assert set(taker.taken) == {"huge-0", "small"}
    assert [line["event"] for line in lines.lines].count("socket.too_much") >= 2
    await received.close()


async def test_what_is_no_json_and_what_is_nested_without_end_breaks_nothing() -> None:
    taker = Taker()
    received = Envelopes(taker.take)
    for text in ("Ping from applink", "{", "[]", f'{{"envelope_id":"deep","payload":{"[" * 9_000}{"]" * 9_000}}}'):
        await received.received(text)
    await taker.until(4)

    assert taker.taken == [None, None, None, "deep"]
    await received.close()
