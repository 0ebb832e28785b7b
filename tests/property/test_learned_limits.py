"""However Slack counts a minute's edits, a few refusals teach it for good, and no answer stands still for that."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise
from random import Random

from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.slack.web_api.call_budget import CallBudget
from bot.slack.web_api.rate_limiter import EDITS
from playground.workspace.rate_limits import RateLimits, Shape

METHOD, CALLS_MAX = "chat.update", 50
SILENCE_MAX_S = 2.0
WAY_S = 0.05
"""From the bot to Slack."""

workspaces = st.builds(
    RateLimits,
    strictness=st.floats(0.7, 1.0),
    shape=st.sampled_from(list(Shape)),
    burst=st.integers(5, 40),
)


class Times:
    """A budget in a workspace, and the time."""

    def __init__(self, workspace: RateLimits, begin_s: float = 0.0) -> None:
        self.workspace = workspace
        self.now_s = begin_s
        self.budget = CallBudget(CALLS_MAX, pace=EDITS)
        self.refusals_s: list[float] = []

    def edit(self, ready_s: float) -> bool:
        """Whether it passed."""
        self.now_s = max(self.now_s + WAY_S, ready_s)
        self.budget.spend(self.now_s)
        retry_after_s = self.workspace.retry_after_s(METHOD, None, self.now_s + WAY_S)
        if retry_after_s is not None:
            self.refusals_s.append(self.now_s)
            self.budget.refused(self.now_s + 2 * WAY_S, retry_after_s)
        return retry_after_s is None

    def answer(self, lasts_s: float, answers: int, final: Iterable[bool]) -> None:
        until_s = self.now_s + lasts_s
        for last in final:
            if self.now_s >= until_s:
                return
            paced_s = self.budget.paced_at(self.now_s, alone=answers == 1)
            self.edit(self.budget.ready_at(self.now_s) if last else paced_s)

    def alone(self, lasts_s: float) -> list[float]:
        """The times of the edits of an answer that nothing else is beside; the first comes right after its post."""
        begin_s, edits_s = self.now_s, [self.now_s]
        while self.now_s < begin_s + lasts_s:
            if self.edit(self.budget.paced_at(self.now_s, alone=True)):
                edits_s.append(self.now_s)
        return edits_s


def longest_silence_s(edits_s: list[float]) -> float:
    return max(after - before for before, after in pairwise(edits_s))


def use(times: Times, dice: Random, until_s: float) -> None:
    """As people do: alone and many at once, with pauses, and the bot starts again now and then."""
    while times.now_s < until_s:
        answers = dice.choice((1, 1, 2, 5, 12))
        times.answer(dice.uniform(10, 150), answers, (dice.random() < answers / 60 for _ in range(500)))
        times.now_s += dice.choice((0.0, 10.0, 100.0, 1_000.0))
        if dice.random() < 0.05:
            times.now_s += 61
            learned, times.budget = times.budget.learned, CallBudget(CALLS_MAX, pace=EDITS)
            if learned is not None:
                times.budget.adopt(times.now_s, learned)


@settings(max_examples=15, deadline=None)
@given(workspaces, st.integers(0, 1_000))
@example(RateLimits(strictness=0.7, shape=Shape.BUCKET, burst=5), 2)
def test_after_a_few_refusals_slack_refuses_nothing_for_days(workspace: RateLimits, seed: int) -> None:
    times, dice = Times(workspace), Random(seed)
    use(times, dice, 2 * 3_600)
    assert len(times.refusals_s) <= 6
    learned = len(times.refusals_s)
    use(times, dice, 5 * 3_600)
    assert len(times.refusals_s) <= learned + 1, "what an unusual hour still teaches"


def test_a_full_minute_is_not_taken_for_a_burst_where_it_was_refused_just_before_its_end() -> None:
    """Slack asks for a moment then, as a bucket does."""
    times = Times(RateLimits(strictness=0.8, shape=Shape.FIXED), begin_s=60 - 40 * 1.5)
    while times.edit(times.now_s + 1.45):
        assert times.now_s < 61
    times.now_s += 120
    use(times, Random(1), 5 * 3_600)
    assert len(times.refusals_s) == 1


@settings(max_examples=15, deadline=None)
@given(workspaces, st.floats(0, 60), st.floats(0, 20))
@example(RateLimits(strictness=0.71875, shape=Shape.BUCKET, burst=31), 0.0, 0.0)
def test_an_answer_that_is_alone_is_never_silent_for_two_seconds_whatever_was_learned(
    workspace: RateLimits, begin_s: float, pause_s: float
) -> None:
    """Ten minutes of it, once the workspace's limit is known; and another one right after the first."""
    times = Times(workspace, begin_s)
    for _ in range(8):
        times.answer(120.0, 5, (False for _ in range(500)))
        times.answer(60.0, 1, (False for _ in range(500)))
    known, times.now_s = len(times.refusals_s), times.now_s + 120
    first = times.alone(600)
    times.now_s += pause_s
    second = times.alone(120)
    taught = len(times.refusals_s) - known
    assert taught <= 1, "what an unusual minute still teaches"
    assert taught or max(longest_silence_s(first), longest_silence_s(second)) <= SILENCE_MAX_S


@settings(max_examples=15, deadline=None)
@given(st.floats(0, 60), st.floats(0.06, 0.3))
def test_nor_is_it_silent_where_nothing_had_to_be_learned(begin_s: float, call_s: float) -> None:
    """``call_s``: how long each edit is under way, and the next one cannot go."""
    times = Times(RateLimits(), begin_s)
    edits_s = [begin_s]
    while times.now_s < begin_s + 600:
        times.edit(max(times.now_s + call_s, times.budget.paced_at(times.now_s, alone=True)))
        edits_s.append(times.now_s)
    assert longest_silence_s(edits_s) <= SILENCE_MAX_S
    assert longest_silence_s([at_s for at_s in edits_s if at_s < begin_s + 29]) < 1.0, "most answers are short"
    assert not times.refusals_s
