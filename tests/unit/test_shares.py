"""What processes of one workspace have spent, and write now, parts what is left of a minute's edits among them."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.shares import HEARD_S, MINUTE_S, PART_MIN, Heard, Others
from bot.slack.web_api.call_budget import CallBudget

CALLS_MAX = 50
LIVES_S = 20.0

living = st.builds(Heard, st.just(0.0), st.integers(0, 20), st.floats(0, 1), st.just(False))


def others_of(processes: list[Heard], number: int) -> Others:
    return Others.of([*processes[:number], *processes[number + 1 :]], processes[number].spent, LIVES_S)


@given(st.lists(living, min_size=2, max_size=7))
def test_what_is_left_of_a_minute_is_not_parted_twice(processes: list[Heard]) -> None:
    """But for one edit that each may make, so that no answer stands still."""
    spent = sum(one.spent for one in processes)
    new = 0.0
    for number, one in enumerate(processes):
        new += max(0.0, others_of(processes, number).share_beside(one.answers).edits - one.spent)
    assert new <= max(0.0, 1.0 - spent) + len(processes) * PART_MIN + 1e-9


def test_who_has_answers_to_write_now_does_not_wait_for_what_others_wrote_before_they_ended() -> None:
    """Three processes ended a moment ago, after twelve edits each; two go on, and have twelve edits left."""
    ended = [Heard(1.0, 0, 12 / CALLS_MAX, stopping=True)] * 3
    beside = Heard(0.0, 3, 2 / CALLS_MAX, stopping=False)
    share = Others.of([*ended, beside], 0.0, LIVES_S).share_beside(3)
    budget = CallBudget(CALLS_MAX, share=share.words, most=share.edits)
    for _ in range(6):
        assert budget.ready_at(0.0) <= 0.0
        budget.spend(0.0)
    assert budget.ready_at(0.0) > 0.0, "the other one has as many answers"


def test_who_spent_more_than_its_part_has_a_part_of_what_is_left_all_the_same() -> None:
    own = 30 / CALLS_MAX
    share = Others.of([Heard(0.0, 4, 4 / CALLS_MAX, stopping=False)], own, LIVES_S).share_beside(4)
    assert share.edits - own * (1 - HEARD_S / MINUTE_S) == pytest.approx(0.5 * 16 / CALLS_MAX)


def test_and_gives_back_what_comes_back_until_it_has_its_part() -> None:
    """Where nothing is left: two processes with as many answers, and one had all of them before."""
    spender, newcomer = Heard(0.0, 5, 1.0, stopping=False), Heard(0.0, 5, 0.0, stopping=False)
    for _ in range(40):
        more = [others_of([spender, newcomer], number).share_beside(5).edits for number in range(2)]
        spender, newcomer = replace(spender, spent=more[0]), replace(newcomer, spent=more[1])
    assert [spender.spent, newcomer.spent] == pytest.approx([0.5, 0.5], abs=2 * PART_MIN)


def test_what_was_spent_counts_after_a_process_was_heard_of_for_the_last_time_and_less_each_second() -> None:
    parts = [Others.of([Heard(ago_s, 0, 0.6, stopping=True)], 0.0, LIVES_S).spent for ago_s in (0, 4, 30, 59, 61)]
    assert parts[:2] == [0.6, 0.6]
    assert parts == sorted(parts, reverse=True)
    assert parts[2] == pytest.approx(0.6 * 30 / 55)
    assert parts[-1] == 0.0


def test_a_process_that_is_not_heard_of_any_more_writes_nothing_and_has_no_share() -> None:
    dead = Heard(LIVES_S + 1, 7, 0.0, stopping=False)
    assert Others.of([dead], 0.3, LIVES_S) == Others()
