"""The published limits hold in every minute, and Retry-After says the truth."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import limits
from playground.workspace.rate_limits import CALL_BURST, POST_BURST, RateLimits, Shape

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
def test_a_caller_who_waits_as_told_is_let_through(gaps: list[float], method: str) -> None:
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
def test_a_stricter_server_allows_fewer_calls(strictness: float, calls: int) -> None:
    allowed = RateLimits(strictness=strictness)
    passed = [allowed.retry_after_s("chat.update", "C1", 0.0) for _ in range(100)]
    assert passed.count(None) == calls


def passed_at(allowed: RateLimits, now: float) -> int:
    """How many edits pass at one moment."""
    return sum(allowed.retry_after_s("chat.update", "C1", now) is None for _ in range(100))


def test_a_sliding_minute_is_the_one_up_to_now() -> None:
    allowed = RateLimits(shape=Shape.SLIDING)
    assert [passed_at(allowed, now) for now in (30.0, 89.9, 90.0)] == [50, 0, 50]


def test_a_fixed_minute_is_the_clocks() -> None:
    allowed = RateLimits(shape=Shape.FIXED)
    assert [passed_at(allowed, now) for now in (50.0, 59.9, 60.0)] == [50, 0, 50]
    assert allowed.retry_after_s("chat.update", "C1", 70.0) == 50


def test_a_bucket_holds_a_burst_and_fills_up_evenly() -> None:
    allowed = RateLimits(shape=Shape.BUCKET)
    assert [passed_at(allowed, now) for now in (0.0, 1.2, 2.4, 60.0)] == [CALL_BURST, 1, 1, CALL_BURST]
    assert allowed.retry_after_s("chat.update", "C1", 60.0) == 2


def test_a_stricter_bucket_is_smaller_and_slower() -> None:
    allowed = RateLimits(shape=Shape.BUCKET, strictness=0.5, burst=10)
    assert [passed_at(allowed, now) for now in (0.0, 1.2, 2.4)] == [5, 0, 1]


@pytest.mark.parametrize("shape", list(Shape))
def test_whoever_waits_as_told_is_let_through_whatever_the_shape(shape: Shape) -> None:
    allowed, now = RateLimits(shape=shape, strictness=0.7), 100.3
    passed_at(allowed, now)
    wait_s = allowed.retry_after_s("chat.update", "C1", now)
    assert wait_s is not None
    assert allowed.retry_after_s("chat.update", "C1", now + wait_s) is None


def test_a_channel_may_take_no_burst_at_all() -> None:
    allowed = RateLimits(post_burst=1)
    assert [allowed.retry_after_s("chat.postMessage", "C1", now) for now in (0.0, 0.1, 1.0)] == [None, 1, None]
