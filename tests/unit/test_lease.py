"""A lease is held until its time is over or it is lost, and never again after that."""

from __future__ import annotations

from bot.lease import Lease
from tests.clocks import StandingClock


def test_it_is_held_until_its_time_is_over() -> None:
    clock = StandingClock(100.0)
    lease = Lease(clock, until_s=115.0)
    clock.now = 114.9
    assert lease.held()
    clock.now = 115.0
    assert not lease.held()


def test_a_heartbeat_renews_it() -> None:
    clock = StandingClock(100.0)
    lease = Lease(clock, until_s=115.0)
    clock.now = 110.0
    lease.renew(125.0)
    clock.now = 124.0
    assert lease.held()


def test_one_that_was_lost_is_not_held_at_once_and_not_renewed() -> None:
    lease = Lease(StandingClock(100.0), until_s=115.0)
    lease.lose()
    assert not lease.held()
    lease.renew(200.0)
    assert not lease.held()


def test_what_was_stopped_because_it_was_over_does_not_begin_again() -> None:
    """The process was paused; its heartbeat comes late, and the database may still know nobody else."""
    clock = StandingClock(100.0)
    lease = Lease(clock, until_s=115.0)
    clock.now = 140.0
    lease.renew(160.0)
    assert not lease.held()
