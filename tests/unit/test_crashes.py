"""Which questions a dead process speaks against: those that bring it down, and no others."""

from __future__ import annotations

import pytest

from bot.ports import SETTLED_S, STRIKES_MAX, Stage
from bot.store.crashes import Death, after

ALONE = Death(lived_s=60.0, stopping=False, answers=1)
IN_COMPANY = Death(lived_s=60.0, stopping=False, answers=20)


def strikes(*deaths: tuple[Death, Stage | None]) -> int:
    count, stage = 0, None
    for death, reached in deaths:
        count, stage = after(death, reached, count, stage)
    return count


def test_one_that_is_alone_each_time_is_guilty_whatever_its_stage() -> None:
    stages = [Stage.READING, Stage.FILES, Stage.ASKING, Stage.READING, Stage.FILES]
    assert strikes(*((ALONE, stage) for stage in stages)) == STRIKES_MAX


def test_one_that_is_at_the_same_stage_each_time_is_guilty_whatever_runs_beside_it() -> None:
    assert strikes(*[(IN_COMPANY, Stage.FILES)] * STRIKES_MAX) == STRIKES_MAX


def test_one_that_was_there_by_chance_is_not_guilty() -> None:
    by_chance = [Stage.READING, Stage.ASKING, Stage.FILES, Stage.ASKING, Stage.READING, Stage.ASKING]
    assert strikes(*((IN_COMPANY, stage) for stage in by_chance)) == 1


@pytest.mark.parametrize(
    "death",
    [
        Death(lived_s=SETTLED_S - 0.1, stopping=False, answers=1),
        Death(lived_s=0.0, stopping=False, answers=1),
        Death(lived_s=3_600.0, stopping=True, answers=1),
    ],
)
def test_a_process_that_is_killed_at_its_start_or_while_it_stops_means_nobody(death: Death) -> None:
    assert strikes(*[(death, Stage.FILES)] * 10) == 0


@pytest.mark.parametrize("death", [ALONE, IN_COMPANY])
def test_an_answer_that_people_see_is_completed_however_often_it_takes(death: Death) -> None:
    assert strikes(*[(death, Stage.WRITING)] * 10) == 0
