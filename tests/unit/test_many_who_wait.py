"""Thousands who wait to post in one channel, as for one person's thousands of questions, cost each post little."""

from __future__ import annotations

import asyncio

import pytest

from bot.slack.web_api.call_budget import Bid, CallBudget, Urgency
from bot.slack.web_api.channel_posts import ChannelPosts
from bot.slack.web_api.channel_slots import ChannelSlots, Reserve, WorkspaceSlots
from bot.slack.web_api.method_limiter import MethodLimiter

WAITING = 2_000


class Counted(ChannelPosts):
    """How often it is asked when the next post may go."""

    asked = 0

    def ready_at(self, now_s: float, *, first_words: bool) -> float:
        Counted.asked += 1
        return super().ready_at(now_s, first_words=first_words)


async def a_slot(_channel_id: str, _at_once: float, _per_s: float) -> float:
    return 0.0


@pytest.mark.parametrize("reserve", [None, a_slot])
async def test_when_a_post_may_go_is_asked_for_the_channel_and_not_for_each_who_waits(reserve: Reserve | None) -> None:
    """``reserve``: beside other processes, which post there, too."""
    limiter = MethodLimiter(CallBudget(1_000), lambda: 1.0)
    workspace = WorkspaceSlots(limiter.grant_soon)
    workspace.share(reserve)
    channel = ChannelSlots("C1", Counted(workspace.limits), workspace)
    tickets = [limiter.request(lambda _: Bid(Urgency.FINAL), channel) for _ in range(WAITING)]
    first = limiter.request(lambda _: Bid(Urgency.FIRST, since_s=1.0), channel)

    async with asyncio.timeout(30):
        assert await first.granted()
    Counted.asked = 0
    limiter.grant()

    assert Counted.asked <= 10
    for ticket in tickets:
        ticket.recall()
