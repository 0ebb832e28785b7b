"""Thousands who wait to post in one channel, as for one person's thousands of questions, cost each post little."""

from __future__ import annotations

import asyncio

from bot.slack.web_api.call_budget import Bid, CallBudget, Urgency
from bot.slack.web_api.channel_posts import ChannelLimits, ChannelPosts
from bot.slack.web_api.channel_slots import ChannelSlots, WorkspaceSlots
from bot.slack.web_api.method_limiter import MethodLimiter

WAITING = 2_000


class Counted(ChannelPosts):
    """How often it is asked when the next post may go."""

    asked = 0

    def ready_at(self, now_s: float, *, first_words: bool) -> float:
        Counted.asked += 1
        return super().ready_at(now_s, first_words=first_words)


async def test_when_a_post_may_go_is_asked_for_the_channel_and_not_for_each_who_waits() -> None:
    limits = ChannelLimits()
    channel = ChannelSlots("C1", Counted(limits), WorkspaceSlots(lambda: None))
    limiter = MethodLimiter(CallBudget(1_000), lambda: 1.0)
    tickets = [limiter.request(lambda _: Bid(Urgency.FINAL), channel) for _ in range(WAITING)]
    first = limiter.request(lambda _: Bid(Urgency.FIRST, since_s=1.0), channel)

    async with asyncio.timeout(30):
        assert await first.granted()
    Counted.asked = 0
    limiter.grant()

    assert Counted.asked <= 10
    for ticket in tickets:
        ticket.recall()
