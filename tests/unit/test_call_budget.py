"""A method's budget: never too many calls in a minute, none wasted, and a limit that is learned where it is another."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.slack.web_api.call_budget import WINDOW_S, CallBudget, Pace
from playground.workspace.rate_limits import RateLimits

CALLS_MAX = 50
METHOD = "chat.update"


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


def test_the_limit_is_what_had_fitted_when_slack_refused() -> None:
    budget = CallBudget(CALLS_MAX)
    for number in range(36):
        budget.spend(number * 0.5)
    budget.refused(17.6, 43)
    assert 32 <= budget.left(100.0) <= 35


def test_calls_that_were_under_way_together_count_as_one_refusal() -> None:
    budget, alone = CallBudget(CALLS_MAX), CallBudget(CALLS_MAX)
    for number in range(40):
        budget.spend(number * 0.5)
        alone.spend(number * 0.5)
    alone.refused(20.0, 41)
    for late_s in (0.0, 0.05, 0.1):
        budget.refused(20.0 + late_s, 41)
    assert budget.left(90.0) == alone.left(90.0)


def test_a_refusal_out_of_nowhere_costs_little() -> None:
    budget = CallBudget(CALLS_MAX)
    budget.spend(0.0)
    budget.refused(0.1, 1)
    assert budget.left(70.0) == 45


def test_trust_comes_back_slowly() -> None:
    budget = CallBudget(CALLS_MAX)
    for number in range(36):
        budget.spend(number * 0.5)
    budget.refused(17.6, 43)
    minute_later, hour_later = budget.left(121.0), budget.left(3_700.0)
    assert minute_later < 36
    assert hour_later == CALLS_MAX


@settings(max_examples=20, deadline=None)
@given(st.floats(0.55, 1.0))
def test_in_a_stricter_workspace_refusals_stay_rare(strictness: float) -> None:
    workspace, budget = RateLimits(strictness=strictness), CallBudget(CALLS_MAX)
    now_s, refused, made = 0.0, 0, 0
    while now_s < 1_200:
        now_s = spend_at(budget, now_s + 0.05)
        retry_after_s = workspace.retry_after_s(METHOD, None, now_s)
        made += 1
        if retry_after_s is not None:
            refused += 1
            budget.refused(now_s, retry_after_s)
    assert refused <= max(1, 0.02 * made)
    assert made > 15 * int(CALLS_MAX * strictness), "nor are the calls that it does allow wasted"


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
