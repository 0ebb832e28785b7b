"""The short version of ``make chaos``: a few disturbances by fixed seeds, and the check of what readers saw itself."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.chaos.readers import Asked, Change, Seen, look
from tests.chaos.run import SOON_S, play
from tests.chaos.scenarios import Scenario
from tests.chaos.words import answer

SHORT = Scenario(
    "short", {"kill_at_call": 1, "commit_lost": 1}, postgresql=True, replicas=2, slack_fails=0.2, lease_s=2.0
)
FIRST = Asked(1, "C1", "1.0", 30)
SECOND = Asked(2, "C1", "1.0", 10)


async def test_whatever_happens_each_question_gets_one_whole_answer() -> None:
    played = await play(SHORT, seed=3, troubles=2, paces=[SOON_S])

    assert (played.faults, played.asked > 0) == ([], True)
    assert {*played.troubles} == {*SHORT.troubles}


# --- the check itself -------------------------------------------------------------------------------------------------


def change(at: float, ts: str, text: str, *, thread_ts: str = "1.0") -> Change:
    return Change(at, "C1", thread_ts, ts, text)


def seen(*changes: Change, statuses: tuple[str, ...] = ()) -> Seen:
    return look([FIRST, SECOND], list(changes), statuses)


WHOLE = change(3.0, "2.0", answer(1, 30))
NEXT = change(4.0, "3.0", answer(2, 10))
HALF = change(2.0, "2.0", answer(1, 30)[:100])


def test_whole_answers_in_order_are_no_finding() -> None:
    assert seen(change(1.0, "2.0", "Thinking…"), HALF, WHOLE, NEXT).faults == []


@pytest.mark.parametrize(
    ("changes", "name", "count"),
    [
        ((HALF, NEXT), "lost", 1),
        ((WHOLE,), "lost", 1),
        ((WHOLE, change(5.0, "2.5", answer(1, 30)), NEXT), "doubled", 1),
        ((WHOLE, NEXT, change(5.0, "2.5", "Queued behind 1 question…")), "orphaned", 1),
        ((change(1.0, "2.0", answer(1, 30)), HALF, WHOLE, NEXT), "older", 1),
        ((WHOLE, change(1.0, "3.0", answer(2, 10))), "disordered", 1),
    ],
)
def test_what_is_wrong_is_found(changes: tuple[Change, ...], name: str, count: int) -> None:
    found = seen(*changes)
    assert len(getattr(found, name)) == count
    assert len(found.faults) == count


def test_what_slack_gave_up_is_answered_whole_or_not_at_all() -> None:
    given_up = replace(FIRST, acknowledged=False)

    assert look([given_up, SECOND], [WHOLE, NEXT], ()).faults == []
    assert look([given_up, SECOND], [NEXT], ()).faults == []
    assert len(look([given_up, SECOND], [HALF, NEXT], ()).lost) == 1


def test_an_answer_to_what_nobody_knows_was_asked_is_as_long_as_it_is() -> None:
    assert seen(WHOLE, NEXT, change(5.0, "4.0", answer(3, 20))).faults == []


def test_a_status_that_stays_is_found() -> None:
    assert seen(WHOLE, NEXT, statuses=("C1 1.0 is thinking…",)).orphaned == ["status C1 1.0 is thinking…"]
