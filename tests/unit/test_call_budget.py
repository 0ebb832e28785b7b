"""A method's budget: never too many calls in a minute, none wasted, and a limit that is learned where it is another."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.learned_limits import LearnedLimit
from bot.slack.web_api.call_budget import WINDOW_S, CallBudget, Pace

CALLS_MAX = 50
DAY_S = 86_400.0


def busiest(calls_s: list[float], window_s: float = 60.0) -> int:
    """Most calls in any window."""
    return max((sum(start <= at < start + window_s for at in calls_s) for start in calls_s), default=0)


def spend_at(budget: CallBudget, now_s: float, *, paced: bool = False) -> float:
    """Makes a call as soon as the budget allows after ``now_s``; returns when that is."""
    at_s = max(now_s, budget.paced_at(now_s) if paced else budget.ready_at(now_s))
    budget.spend(at_s)
    return at_s


@given(st.lists(st.tuples(st.floats(0, 5), st.booleans()), max_size=200), st.sampled_from([1, 7, CALLS_MAX]))
def test_no_sequence_of_calls_has_more_than_the_limit_in_any_minute(
    wishes: list[tuple[float, bool]], calls_max: int
) -> None:
    budget = CallBudget(calls_max, pace=Pace(every_s=0.6, kept=3))
    now_s, calls_s = 0.0, []
    for gap_s, paced in wishes:
        now_s = spend_at(budget, now_s + gap_s, paced=paced)
        calls_s.append(now_s)
    assert busiest(calls_s) <= calls_max


@given(st.lists(st.tuples(st.floats(0, 2), st.floats(0, 8)), min_size=60, max_size=200))
@example([(0.0, 2.0), (0.0, 1.1663059142125587), *[(0.0, 0.0)] * 58])
def test_nor_where_slack_is_slow_and_counts_a_call_when_it_answers_it(wishes: list[tuple[float, float]]) -> None:
    """One after the other, as one reply's calls are; ``took_s`` each."""
    budget = CallBudget(CALLS_MAX, pace=Pace(every_s=0.6, kept=3))
    now_s, counted_s = 0.0, []
    for gap_s, took_s in wishes:
        now_s = spend_at(budget, now_s + gap_s) + took_s
        budget.landed(now_s, took_s)
        counted_s.append(now_s)
    assert busiest(counted_s) <= CALLS_MAX


def test_calls_that_cannot_wait_go_at_once_while_any_are_left() -> None:
    budget = CallBudget(CALLS_MAX)
    assert [spend_at(budget, 0.0) for _ in range(CALLS_MAX)] == [0.0] * CALLS_MAX
    assert spend_at(budget, 0.0) == WINDOW_S


def test_calls_that_can_wait_go_at_their_pace_and_leave_some_for_those_that_cannot() -> None:
    budget = CallBudget(CALLS_MAX, pace=Pace(every_s=0.5, kept=10))
    now_s = 0.0
    for _ in range(43):
        now_s = spend_at(budget, now_s, paced=True)
    assert now_s == 21.0
    kept = budget.left(now_s)
    assert kept == 7, "ten a minute, and two thirds of the minute are left"
    assert budget.paced_at(now_s) > now_s + 1
    assert [spend_at(budget, now_s) for _ in range(kept)] == [now_s] * kept


def test_less_is_kept_the_sooner_new_calls_are_free() -> None:
    budget = CallBudget(10, pace=Pace(kept=5))
    for _ in range(5):
        budget.spend(0.0)
    assert budget.paced_at(0.1) > 0.1
    assert budget.paced_at(30.0) <= 30.0


def test_and_a_call_that_can_wait_goes_as_soon_as_enough_of_it_is_free() -> None:
    """With seven calls of ten made there are three left; at first five are kept, and two when 0.4 of the window
    remains."""
    budget = CallBudget(10, pace=Pace(kept=5))
    for _ in range(7):
        budget.spend(0.0)
    assert budget.paced_at(0.1) == pytest.approx(0.6 * WINDOW_S)
    assert spend_at(budget, 0.1, paced=True) == pytest.approx(0.6 * WINDOW_S)
    assert budget.paced_at(0.6 * WINDOW_S) == pytest.approx(0.8 * WINDOW_S), "then one is kept"


def test_three_processes_that_share_lose_no_more_to_rounding_than_each_a_part_of_one_call() -> None:
    shares = (0.45, 0.29, 0.26)
    budgets = [CallBudget(30, pace=Pace(kept=10), share=share) for share in shares]
    made = 0
    for budget in budgets:
        while budget.ready_at(1.0, can_wait=True) <= 1.0:
            budget.spend(1.0)
            made += 1
    assert made == 19, "13.5 - 4.5, 8.7 - 2.9 and 7.8 - 2.6, each rounded once"


def test_everyone_waits_as_long_as_slack_says() -> None:
    budget = CallBudget(CALLS_MAX)
    budget.spend(0.0)
    budget.refused(0.1, 30)
    assert budget.ready_at(0.2) == 30.1
    assert budget.pace_s(0.2) > 29


def test_a_shorter_word_of_slack_does_not_undo_a_longer_one() -> None:
    budget = CallBudget(CALLS_MAX)
    budget.refused(0.0, 30)
    budget.refused(0.1, 5)
    assert budget.ready_at(0.2) == 30


def calls_in_a_minute(budget: CallBudget, from_s: float) -> int:
    """How many go if all go as soon as they may."""
    now_s, calls_s = from_s, []
    while now_s < from_s + 60.0:
        now_s = spend_at(budget, now_s)
        calls_s.append(now_s)
    return busiest(calls_s)


def refused_after(number: int, every_s: float, retry_after_s: float) -> tuple[CallBudget, float]:
    """A budget that was refused after so many calls, and when the wait is over."""
    budget = CallBudget(CALLS_MAX)
    for call in range(number + 1):
        budget.spend(call * every_s)
    refused_s = number * every_s + 0.1
    budget.refused(refused_s, retry_after_s)
    return budget, refused_s + retry_after_s


def test_the_limit_is_what_had_fitted_when_slack_refused() -> None:
    budget, over_s = refused_after(35, 0.5, retry_after_s=43)
    assert 31 <= calls_in_a_minute(budget, over_s + 60) <= 35


def test_a_wait_of_a_moment_says_that_a_burst_was_too_long_and_nothing_of_the_minute() -> None:
    budget, over_s = refused_after(20, 0.5, retry_after_s=2)
    assert 9 <= budget.left(over_s + 60) <= 11, "20 calls in 10 seconds are 12 more than come back in that time"
    assert 45 <= calls_in_a_minute(budget, over_s + 60) <= CALLS_MAX


def test_a_line_that_was_refused_though_it_was_kept_is_lowered() -> None:
    budget, over_s = refused_after(20, 0.5, retry_after_s=2)
    before = calls_in_a_minute(budget, over_s + 60)
    budget.refused(over_s + 121, 2)
    assert calls_in_a_minute(budget, over_s + 200) < 0.9 * before


def test_what_is_saved_is_spent_evenly_by_those_who_can_wait() -> None:
    budget = CallBudget(CALLS_MAX, pace=Pace(every_s=0.6, kept=1, alone_s=0.9, steady_s=1.9))
    budget.adopt(0.0, LearnedLimit(calls=50, burst=12))
    now_s, calls_s = 60.0, []
    while now_s < 120.0:
        now_s = spend_at(budget, now_s, paced=True)
        calls_s.append(now_s)
    gaps_s = [after - before for before, after in pairwise(calls_s)]
    assert gaps_s == sorted(gaps_s), "each a little longer than the one before, without a jump"
    assert gaps_s[0] > 0.8
    assert gaps_s[-1] < 1.9


def test_calls_that_were_under_way_together_count_as_one_refusal() -> None:
    budget, alone = CallBudget(CALLS_MAX), CallBudget(CALLS_MAX)
    for number in range(40):
        budget.spend(number * 0.5)
        alone.spend(number * 0.5)
    alone.refused(20.0, 41)
    for late_s in (0.0, 0.05, 0.1):
        budget.refused(20.0 + late_s, 41)
    assert budget.learned == alone.learned


def test_a_refusal_out_of_nowhere_teaches_nothing_and_costs_little() -> None:
    budget = CallBudget(CALLS_MAX)
    budget.spend(0.0)
    budget.refused(0.1, 1)
    assert (budget.left(70.0), budget.learned) == (45, None)
    assert budget.left(700.0) == CALLS_MAX


def test_what_was_learned_is_kept_to_for_a_week_also_in_another_process() -> None:
    budget, over_s = refused_after(35, 0.5, retry_after_s=43)
    learned = budget.learned
    assert learned is not None
    other = CallBudget(CALLS_MAX)
    other.adopt(0.0, replace(learned, age_s=DAY_S))
    assert calls_in_a_minute(budget, over_s + 6.9 * DAY_S) <= 35
    assert calls_in_a_minute(other, 5.9 * DAY_S) <= 35
    assert (budget.left(over_s + 7 * DAY_S), other.left(6.1 * DAY_S)) == (CALLS_MAX, CALLS_MAX)


def test_what_another_process_learned_earlier_does_not_undo_what_was_learned_here() -> None:
    budget, over_s = refused_after(35, 0.5, retry_after_s=43)
    known = budget.learned
    budget.adopt(over_s, LearnedLimit(50, 12, age_s=3_600))
    assert budget.learned == known
    budget.adopt(over_s, LearnedLimit(40, 6, age_s=1))
    assert budget.learned == LearnedLimit(40, 6, age_s=1)


@given(st.integers(1, 6))
def test_replicas_together_stay_within_the_limit(replicas: int) -> None:
    budgets = [CallBudget(CALLS_MAX, share=1 / replicas) for _ in range(replicas)]
    calls_s = [spend_at(budget, number * 0.1) for budget in budgets for number in range(CALLS_MAX)]
    assert busiest(sorted(calls_s)) <= CALLS_MAX


def test_a_share_that_is_taken_away_counts_what_was_called_before() -> None:
    budget = CallBudget(CALLS_MAX)
    for _ in range(40):
        budget.spend(0.0)
    budget.share = 0.5
    assert budget.ready_at(1.0) == WINDOW_S
    budget.share = 1.0
    assert budget.ready_at(1.0) <= 1.0


def test_what_was_spent_of_a_minute_is_told_as_a_part_of_what_the_workspace_has_whatever_our_share() -> None:
    budget = CallBudget(CALLS_MAX, share=0.5)
    for second in range(10):
        budget.spend(float(second))
    assert budget.spent(10.0) == 10 / CALLS_MAX
    assert budget.spent(WINDOW_S + 4.0) == 5 / CALLS_MAX


def test_each_process_keeps_a_call_for_what_it_has_not_heard_of_the_others_yet() -> None:
    """Of the edits one is kept, for all of them together; three that begin at once would otherwise spend the last."""
    budgets = [CallBudget(CALLS_MAX, pace=Pace(kept=1), share=share) for share in (0.36, 0.36, 0.28)]
    made = 0
    for budget in budgets:
        while budget.ready_at(1.0, can_wait=True) <= 1.0:
            budget.spend(1.0)
            made += 1
    assert made == CALLS_MAX - 3
