"""The published limits hold in every minute, and Retry-After says the truth."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import limits
from playground.workspace.rate_limits import POST_BURST, RateLimits

steps = st.lists(st.floats(min_value=0, max_value=20), min_size=1, max_size=200)


@given(steps)
def test_no_minute_holds_more_updates_than_the_tier_allows(gaps: list[float]) -> None:
    allowed, now, passed = RateLimits(), 0.0, []
    for gap in gaps:
        now += gap / 10
        if allowed.retry_after_s("chat.update", "C1", now) is None:
            passed.append(now)
    tier = limits.TIER_CALLS_PER_MIN[limits.METHOD_TIERS["chat.update"]]
    assert all(sum(start - 60 < at <= start for at in passed) <= tier for start in passed)


@given(steps, st.sampled_from(["chat.update", "chat.postMessage", "chat.startStream"]))
def test_who_waits_as_told_is_let_through(gaps: list[float], method: str) -> None:
    allowed, now = RateLimits(), 0.0
    for gap in gaps:
        now += gap / 100
        wait_s = allowed.retry_after_s(method, "C1", now)
        if wait_s is not None:
            now += wait_s
            assert allowed.retry_after_s(method, "C1", now) is None


def test_a_channel_takes_a_burst_of_posts_and_then_one_a_second() -> None:
    allowed = RateLimits()
    assert [allowed.retry_after_s("chat.postMessage", "C1", 0.0) for _ in range(POST_BURST)] == [None] * POST_BURST
    assert allowed.retry_after_s("chat.postMessage", "C1", 0.5) == 1
    assert allowed.retry_after_s("chat.postMessage", "C2", 0.5) is None
    assert allowed.retry_after_s("chat.postMessage", "C1", 1.0) is None


def test_methods_do_not_share_a_limit_and_unlisted_ones_have_none() -> None:
    allowed = RateLimits()
    for _ in range(50):
        assert allowed.retry_after_s("chat.update", "C1", 0.0) is None
    assert allowed.retry_after_s("chat.update", "C2", 0.0) == 60
    assert allowed.retry_after_s("conversations.replies", "C1", 0.0) is None
    assert all(allowed.retry_after_s("unlisted", None, 0.0) is None for _ in range(1000))


@pytest.mark.parametrize(("strictness", "calls"), [(1.0, 50), (0.7, 35)])
def test_a_stricter_server(strictness: float, calls: int) -> None:
    allowed = RateLimits(strictness=strictness)
    passed = [allowed.retry_after_s("chat.update", "C1", 0.0) for _ in range(100)]
    assert passed.count(None) == calls
