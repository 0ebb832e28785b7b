"""What processes of one workspace have spent, and write now, divides what is left of a minute's calls among them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.shares import NONE, PART_MIN, UNHEARD, Calls, Others, ProcessReport
from bot.slack.web_api.call_budget import CallBudget, Pace

CALLS_MAX, POSTS_MAX = 50, 300
LIVES_S = 20.0

parts = st.floats(0, 1)
spent = st.builds(Calls, parts, parts, parts, parts)
living = st.builds(ProcessReport, st.just(0.0), st.integers(0, 20), spent, st.just(False))


def others_of(processes: list[ProcessReport], number: int) -> Others:
    return Others.of([*processes[:number], *processes[number + 1 :]], processes[number].spent, LIVES_S)


@given(st.lists(living, min_size=2, max_size=7))
def test_what_is_left_of_a_minute_is_not_parted_twice(processes: list[ProcessReport]) -> None:
    """But for one edit that each may make, so that no answer stands still."""
    most = [others_of(processes, number).share_beside(one.answers).most for number, one in enumerate(processes)]
    for method in range(len(NONE)):
        spent = sum(one.spent[method] for one in processes)
        new = sum(max(0.0, most[number][method] - one.spent[method]) for number, one in enumerate(processes))
        assert new <= max(0.0, 1.0 - spent) + len(processes) * PART_MIN + 1e-9


def test_a_process_with_answers_to_write_does_not_wait_for_what_ended_processes_wrote() -> None:
    """Three processes ended a moment ago, after twelve edits each; two go on, and have twelve edits left."""
    ended = [ProcessReport(1.0, 0, Calls(12 / CALLS_MAX), stopping=True)] * 3
    beside = ProcessReport(0.0, 3, Calls(2 / CALLS_MAX), stopping=False)
    share = Others.of([*ended, beside], NONE, LIVES_S).share_beside(3)
    budget = CallBudget(CALLS_MAX, share=share.words, most=share.most.edits)
    for _ in range(6):
        assert budget.ready_at(0.0) <= 0.0
        budget.spend(0.0)
    assert budget.ready_at(0.0) > 0.0, "the other one has as many answers"


def test_a_process_that_ends_most_of_its_answers_leaves_its_posts_to_the_others() -> None:
    """Seventeen answers each, and 78 of the minute's 300 posts. Nine, four and four go on."""
    processes = [ProcessReport(0.0, answers, Calls(posts=0.26), stopping=False) for answers in (9, 4, 4)]
    most = [others_of(processes, number).share_beside(one.answers).most for number, one in enumerate(processes)]
    further = [one.posts - 0.26 for one in most]
    assert further == pytest.approx([0.12, 0.05, 0.05], abs=0.02), "nobody waits until what it made is a minute old"


def test_a_process_that_spent_more_than_its_share_still_gets_a_share_of_what_is_left() -> None:
    own = 30 / CALLS_MAX
    share = Others.of([ProcessReport(0.0, 4, Calls(4 / CALLS_MAX), stopping=False)], Calls(own), LIVES_S).share_beside(
        4
    )
    assert share.most.edits - own == pytest.approx(0.5 * (16 / CALLS_MAX - UNHEARD.edits))


def test_and_gives_back_what_comes_back_until_it_has_its_part() -> None:
    """Where nothing is left: two processes with as many answers, and one had all of them before. They report each
    second, and make every call that they may make."""
    spender, newcomer = (CallBudget(CALLS_MAX) for _ in range(2))
    for call in range(CALLS_MAX):
        spender.spend(call * 1.2)
    for now_s in range(60, 180):
        reports = [ProcessReport(0.0, 5, Calls(budget.spent(now_s)), stopping=False) for budget in (spender, newcomer)]
        for number, budget in enumerate((spender, newcomer)):
            share = others_of(reports, number).share_beside(5)
            budget.share, budget.most = share.words, share.most.edits
        for budget in (spender, newcomer):
            while budget.ready_at(now_s + 0.9) <= now_s + 0.9:
                budget.spend(now_s + 0.9)
    parts_at_end = [budget.spent(180.0) for budget in (spender, newcomer)]
    assert parts_at_end == pytest.approx([0.5, 0.5], abs=2 * PART_MIN)


def test_one_answer_that_goes_on_where_many_ended_is_shown_as_often_as_those_of_other_processes() -> None:
    """Ten answers are left. The process with one of them wrote eighteen, and has made its share of the posts; of the
    300 a minute, 230 are made, and what is kept for first words is a tenth of what is left for each of the ten."""
    spent = [Calls(posts=made / POSTS_MAX) for made in (84, 81, 65)]
    reports = [
        ProcessReport(0.0, answers, of_one, stopping=False) for answers, of_one in zip((1, 5, 4), spent, strict=True)
    ]
    made_per_answer = []
    for number, report in enumerate(reports):
        share = others_of(reports, number).share_beside(report.answers)
        budget = CallBudget(POSTS_MAX, pace=Pace(kept=100), share=share.words, most=share.most.posts)
        for call in range(round(report.spent.posts * POSTS_MAX)):
            budget.spend(call * 30 / 84)
        made, now_s = 0, 33.0
        while (now_s := max(now_s, budget.ready_at(now_s, can_wait=True))) < 58.0:
            budget.spend(now_s)
            made += 1
        made_per_answer.append(made / report.answers)
    assert min(made_per_answer) >= 4
    assert max(made_per_answer) - min(made_per_answer) < 2


def test_what_was_spent_counts_after_a_process_was_heard_of_for_the_last_time_and_less_each_second() -> None:
    ended = (ProcessReport(ago_s, 0, Calls(posts=0.6), stopping=True) for ago_s in (0, 4, 30, 59, 61))
    parts = [Others.of([one], NONE, LIVES_S).spent.posts for one in ended]
    assert parts[:2] == [0.6, 0.6]
    assert parts == sorted(parts, reverse=True)
    assert parts[2] == pytest.approx(0.6 * 30 / 55)
    assert parts[-1] == 0.0


def test_a_process_that_is_not_heard_of_any_more_writes_nothing_and_has_no_share() -> None:
    dead = ProcessReport(LIVES_S + 1, 7, NONE, stopping=False)
    assert Others.of([dead], Calls(0.3), LIVES_S) == Others()
