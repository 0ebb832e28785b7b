"""Plays a scenario with a seed, and returns what happened as a row of the table. I/O: everything that a world does."""

from __future__ import annotations

import asyncio
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from random import Random

from tests.chaos.bots import left_over
from tests.chaos.readers import Seen, look
from tests.chaos.scenarios import Scenario
from tests.chaos.troubles import TROUBLES
from tests.chaos.world import World, world
from tests.postgres import postgres

ANSWERED_WITHIN_S = 240.0
ASKED_WITHIN_S = 70.0
STATUS_WITHIN_S = 75.0
"""A minute's calls and some pauses."""
TIDY_WITHIN_S = 150.0
"""What a process that died has left goes a minute and a half after its answer or later."""
"""The question that is on its way when there are enough."""
TROUBLE_S_MAX = 60.0
REPORT_EVERY = 10
"""Disturbances: where few of them are kills, a run until there were so many of those takes minutes."""
Pace = tuple[float, float]
SOON_S: Pace = (0.0, 2.0)
PACES: Sequence[Pace] = (SOON_S, (5.0, 9.0))
"""Between two disturbances: hardly started, or long enough for what waits until a process has lived for a while."""
HEADER = (
    f"{'scenario':20} {'seed':>4} {'asked':>5} {'kills':>5} {'other':>5} {'told':>5} {'stopped':>7} "
    f"{'lost':>5} {'doubled':>7} {'orphaned':>8} {'older':>5} {'order':>5} {'noise':>5} {'s':>5}"
)


@dataclass(slots=True)
class Played:
    scenario: Scenario
    seed: int
    asked: int = 0
    kills: int = 0
    troubles: Counter[str] = field(default_factory=Counter)
    seen: Seen = field(default_factory=Seen)
    noise: list[str] = field(default_factory=list)
    took_s: float = 0.0
    logs: list[str] = field(default_factory=list)

    @property
    def faults(self) -> list[str]:
        return [*self.seen.faults, *(f"noise: {line}" for line in self.noise)]

    def row(self) -> str:
        seen = self.seen
        other = sum(count for name, count in self.troubles.items() if not name.startswith("kill"))
        return (
            f"{self.scenario.name:20} {self.seed:4} {self.asked:5} {self.kills:5} {other:5} "
            f"{seen.told:5} {seen.stopped:7} "
            f"{len(seen.lost):5} {len(seen.doubled):7} {len(seen.orphaned):8} {len(seen.older):5} "
            f"{len(seen.disordered):5} {len(self.noise):5} {self.took_s:5.0f}"
        )


async def play(
    scenario: Scenario, seed: int, *, kills: int = 0, troubles: int = 0, paces: Sequence[Pace] = PACES
) -> Played:
    """Until there were so many kills, or so many disturbances of any kind where ``kills`` is 0."""
    started_s = time.monotonic()
    played = Played(scenario, seed)
    dice = Random(f"{scenario.name} {seed}")
    with tempfile.TemporaryDirectory(prefix="chaos-") as directory, _database(scenario) as database:
        async with world(scenario, dice, database, Path(directory)) as made:
            asking = asyncio.create_task(made.ask())
            stopping = asyncio.create_task(made.stop_some())
            try:
                await _disturb(made, played, kills, troubles, paces)
                made.heal()
            finally:
                made.enough = True
                await asyncio.wait_for(asyncio.gather(asking, stopping), ASKED_WITHIN_S)
            answered = await made.until_answered(ANSWERED_WITHIN_S)
            await made.until_no_status(STATUS_WITHIN_S)
            await _until_tidy(made)
        await asyncio.sleep(0.1)
        played.asked, played.kills = len(made.asked), made.kills
        _look(made, played, answered=answered)
    played.took_s = time.monotonic() - started_s
    return played


async def _disturb(made: World, played: Played, kills: int, troubles: int, paces: Sequence[Pace]) -> None:
    for name in made.scenario.plan(made.dice, 20 * (kills or troubles)):
        if (kills and made.kills >= kills) or (not kills and sum(played.troubles.values()) >= troubles):
            return
        played.troubles[name] += 1
        if (number := sum(played.troubles.values())) % REPORT_EVERY == 0:
            print(f"{played.scenario.name}: {made.kills} kills in {number} disturbances", file=sys.stderr, flush=True)
        async with asyncio.timeout(TROUBLE_S_MAX):
            await TROUBLES[name](made)
        await made.until_one_is_ready()
        await made.pause(*made.dice.choice(paces))


async def _until_tidy(made: World) -> None:
    ends_s = time.monotonic() + TIDY_WITHIN_S
    while time.monotonic() < ends_s and ((seen := _seen(made)).orphaned or seen.doubled):  # noqa: ASYNC110
        await asyncio.sleep(1.0)


def _seen(made: World) -> Seen:
    troubled, stopped = made.model.failed, made.stopped
    asked = [
        replace(one, troubled=one.number in troubled, stopped=one.number in stopped) for one in made.asked.values()
    ]
    return look(asked, made.changes(), made.shown_statuses())


def _look(made: World, played: Played, *, answered: bool) -> None:
    played.seen = _seen(made)
    played.noise = [line for bot in made.bots for line in bot.noise]
    played.noise += [f"left over: {line}" for line in left_over(made.bots)]
    if not answered:
        played.noise.append("questions were left unfinished")
    if made.given_up:
        played.noise.append(f"{made.given_up} questions were never acknowledged")
    played.logs = [str(change) for change in made.changes()]
    played.logs += [f"{number}: {line}" for number, bot in enumerate(made.bots) for line in bot.tail]


@contextmanager
def _database(scenario: Scenario) -> Iterator[str]:
    if not scenario.postgresql:
        yield ""
        return
    with postgres() as server:
        yield server.format(name="postgres")
