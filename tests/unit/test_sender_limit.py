"""Whoever sends thousands of deliveries at once waits with those, and another one's goes past."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from bot.slack.receive.sender_limit import AT_ONCE_MAX, SenderLimit


class Desk:
    def __init__(self) -> None:
        self.limit = SenderLimit()
        self.under_way: list[dict[str, Any]] = []
        self.may_end = asyncio.Event()
        self.changed = asyncio.Condition()

    async def take(self, body: dict[str, Any]) -> None:
        async with self.limit.of(body):
            async with self.changed:
                self.under_way.append(body)
                self.changed.notify_all()
            await self.may_end.wait()

    async def until(self, number: int) -> None:
        async with asyncio.timeout(30), self.changed:
            await self.changed.wait_for(lambda: len(self.under_way) >= number)


@pytest.mark.parametrize(
    ("flood", "others"),
    [
        ({"event": {"type": "message", "user": "U1"}}, {"event": {"type": "message", "user": "U2"}}),
        ({"event": {"type": "file_deleted", "user_id": "U1"}}, {"command": "/ask", "user_id": "U2"}),
        ({"event": {"bot_id": "B1", "subtype": "bot_message"}}, {"type": "block_actions", "user": {"id": "U2"}}),
        ({"event": {"subtype": "message_changed", "message": {"user": "U1"}}}, {"event": {"user": "U2"}}),
        ({"event": {"type": "something_new"}}, {"event": {"user": "U2"}}),
        ({"type": "view_submission", "user": {"id": "U1"}}, {"event": {"bot_id": "B2"}}),
    ],
)
async def test_another_ones_goes_past(flood: dict[str, Any], others: dict[str, Any]) -> None:
    desk = Desk()
    sending = [asyncio.create_task(desk.take(dict(flood))) for _ in range(3 * AT_ONCE_MAX)]
    await desk.until(AT_ONCE_MAX)
    sending.append(asyncio.create_task(desk.take(others)))
    await desk.until(AT_ONCE_MAX + 1)

    assert [body for body in desk.under_way if body != flood] == [others]
    assert len(desk.under_way) == AT_ONCE_MAX + 1
    desk.may_end.set()
    await asyncio.gather(*sending)
    assert len(desk.under_way) == 3 * AT_ONCE_MAX + 1


async def test_nothing_is_kept_of_who_has_nothing_under_way_also_where_one_was_given_up() -> None:
    desk = Desk()
    sending = [asyncio.create_task(desk.take({"user_id": f"U{number % 3}"})) for number in range(6 * AT_ONCE_MAX)]
    await desk.until(3 * AT_ONCE_MAX)
    for task in sending:
        task.cancel()
    await asyncio.gather(*sending, return_exceptions=True)

    assert desk.limit._senders == {}
