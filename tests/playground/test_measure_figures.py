"""The figures that the bench reports: the bound is a true one, and what people saw is counted as they saw it."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from playground.measure.best_schedule import best_staleness_s
from playground.measure.readers import Written, seen
from playground.workspace.records import Revision

Arrivals = list[tuple[float, int]]
ARRIVALS = st.lists(
    st.tuples(st.integers(0, 50), st.integers(1, 20)), min_size=1, max_size=7, unique_by=lambda one: one[0]
)


def wait_s(arrivals: Arrivals, refreshes_s: tuple[float, ...]) -> float:
    """The sum of all characters' waits for the next refresh."""
    return sum(count * (min(at for at in refreshes_s if at >= written_s) - written_s) for written_s, count in arrivals)


def best_wait_s(arrivals: Arrivals, refreshes: int) -> float:
    """By trying every choice of moments; the last one must be among them."""
    moments = [at_s for at_s, _ in arrivals]
    others = min(refreshes, len(moments)) - 1
    choices = combinations(moments[:-1], others)
    return min(wait_s(arrivals, (*choice, moments[-1])) for choice in choices)


@settings(max_examples=60, deadline=None)
@given(st.lists(ARRIVALS.map(sorted), min_size=1, max_size=2), st.integers(2, 8))
def test_no_schedule_is_better_than_the_bound(answers: list[Arrivals], calls: int) -> None:
    chars = sum(count for arrivals in answers for _, count in arrivals)
    shares = [[calls]] if len(answers) == 1 else [[first, calls - first] for first in range(1, calls)]
    best_s = min(sum(map(best_wait_s, answers, share)) for share in shares) / chars
    bound_s = best_staleness_s(answers, calls, latency_s=0.0)
    assert bound_s <= best_s + 1e-6


@settings(max_examples=60, deadline=None)
@given(ARRIVALS.map(sorted))
def test_with_a_call_for_every_write_nobody_waits(arrivals: Arrivals) -> None:
    assert best_staleness_s([arrivals], len(arrivals), latency_s=0.1) == pytest.approx(0.1, abs=1e-3)


def test_the_bound_is_reached_where_words_come_evenly() -> None:
    arrivals = [(number * 0.05, 12) for number in range(600)]
    assert best_staleness_s([arrivals], 50, latency_s=0.0) == pytest.approx(0.6 / 2, rel=0.1)


def test_what_had_to_wait_for_the_next_minute_is_in_the_bound() -> None:
    answers = [[(0.0, 1), (30.0, 1)] for _ in range(4)]
    assert 0 < best_staleness_s(answers, 4, latency_s=0.0) <= 15.0


def view(at_s: float, ts: str, source: str) -> Revision:
    return Revision(at_s, "C", ts, "edit", "", source)


TEXT = "One two three four."
WRITTEN = Written(TEXT, [0.0, 1.0], [8, len(TEXT)])


def test_an_answer_as_it_was_seen() -> None:
    sight = seen(WRITTEN, [view(0.5, "1", "One two"), view(3.0, "1", TEXT)])
    assert (sight.backward_steps, sight.lost_words, sight.messages, sight.changes) == (0, 0, 1, 2)
    assert sight.first_words_s == 0.5
    assert sight.longest_wait_s == 2.0
    assert sight.staleness_s == pytest.approx((6 * 0.5 + 10 * 2.0) / 16)


def test_a_step_back_and_lost_words_are_noticed() -> None:
    sight = seen(WRITTEN, [view(0.5, "1", "One two"), view(0.7, "1", "One"), view(3.0, "1", "One two four.")])
    assert sight.backward_steps == 1
    assert sight.lost_words == 1


def test_words_shown_twice_are_noticed() -> None:
    sight = seen(WRITTEN, [view(0.5, "1", "One two"), view(3.0, "2", TEXT)])
    assert sight.longest_wait_s == float("inf"), "they are not the answer's next ones"


def test_what_closes_and_opens_code_and_tables_again_is_not_the_models() -> None:
    text = "```python\na\nb\n```\n\n| x | y |\n|---|---|\n| 1 | 2 |\n| 3 | 4 |"
    written = Written(text, [0.0], [len(text)])
    parts = [
        "```python\na\n```",
        "```python\nb\n```\n\n| x | y |\n|---|---|\n| 1 | 2 |",
        "| x | y |\n|---|---|\n| 3 | 4 |",
    ]
    sight = seen(written, [view(1.0, str(number), part) for number, part in enumerate(parts)])
    assert (sight.lost_words, sight.curve[-1][1]) == (0, sight.chars)
