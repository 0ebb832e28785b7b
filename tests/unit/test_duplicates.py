"""A message that is delivered twice is handled once, and one that is delivered once is never taken for a duplicate."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from bot.messages import Question
from bot.slack.receive.duplicates import KNOWN_MAX, Duplicates, message_of
from bot.slack.receive.listeners import Listeners
from bot.slack.web_api.identity import Identity
from tests.handlers import handlers

BOT = Identity("T1", "UBOT", "BBOT", "")


def delivered(kind: str, text: str = "<@UBOT> hello", **more: object) -> dict[str, Any]:
    event = {"type": kind, "channel": "C1", "channel_type": "channel", "user": "U1", "ts": "1700000000.000100"}
    return {"type": "event_callback", "team_id": "T1", "event": {**event, "text": text, **more}}


class Bot:
    """One workspace's, whose database takes a question when ``there`` is set, or fails as ``fault`` says."""

    def __init__(self) -> None:
        self.there = asyncio.Event()
        self.asked: list[Question] = []
        self.fault: Exception | None = None
        self.listeners = Listeners(BOT, handlers(accept=self.accept, replace=self.accept))

    async def accept(self, question: Question) -> bool:
        await self.there.wait()
        fault, self.fault = self.fault, None
        if fault is not None:
            raise fault
        self.asked.append(question)
        return True


@pytest.mark.parametrize("kinds", [("app_mention", "message"), ("message", "app_mention"), ("message", "message")])
async def test_the_second_delivery_waits_until_the_first_is_written_down_and_is_not_looked_at(
    kinds: tuple[str, str],
) -> None:
    bot = Bot()
    deliveries = [asyncio.create_task(bot.listeners.on_event(delivered(kind))) for kind in kinds]
    for _ in range(10):
        await asyncio.sleep(0)
    assert not any(one.done() for one in deliveries)
    bot.there.set()
    await asyncio.gather(*deliveries)
    await bot.listeners.on_event(delivered(kinds[1]))
    assert len(bot.asked) == 1


@pytest.mark.parametrize("kind", ["app_mention", "message"])
async def test_one_that_comes_alone_is_handled(kind: str) -> None:
    bot = Bot()
    bot.there.set()
    await bot.listeners.on_event(delivered(kind))
    assert [one.ts for one in bot.asked] == ["1700000000.000100"]


async def test_a_duplicate_is_handled_where_the_first_could_not_be_written_down() -> None:
    bot = Bot()
    bot.fault = OSError("the disk is full")
    deliveries = [asyncio.create_task(bot.listeners.on_event(delivered(kind))) for kind in ("app_mention", "message")]
    await asyncio.sleep(0)
    bot.there.set()
    first, second = await asyncio.gather(*deliveries, return_exceptions=True)
    assert isinstance(first, OSError)
    assert second is None
    assert len(bot.asked) == 1


async def test_a_mention_is_handled_where_its_message_does_not_look_like_one() -> None:
    """As when the message shows the bot's name in a block that nobody knows."""
    bot = Bot()
    bot.there.set()
    await bot.listeners.on_event(delivered("message", "hello"))
    assert bot.asked == []
    await bot.listeners.on_event(delivered("app_mention", "hello"))
    assert len(bot.asked) == 1


@pytest.mark.parametrize("subtype", ["message_changed", "message_deleted", "channel_join", "tombstone"])
def test_what_happened_to_a_message_is_no_duplicate_of_it(subtype: str) -> None:
    assert message_of(delivered("message")) is not None
    assert message_of(delivered("message", subtype=subtype)) is None


async def test_no_more_is_remembered_than_comes_twice() -> None:
    duplicates = Duplicates()
    for number in range(KNOWN_MAX + 1):
        duplicates.known(("C1", str(number)))
    assert [await duplicates.is_known(("C1", ts)) for ts in ("0", "1", str(KNOWN_MAX))] == [False, True, True]
