"""Works out which questions run next, from who waits and which turns run. Pure.

A free turn goes to the workspace that runs the fewest, and in it to whoever runs the fewest. ``fairness`` finds them in
the database.
"""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass

ChannelKey = tuple[str, str]
"""Workspace and channel."""


@dataclass(frozen=True, slots=True)
class WaitingQuestion:
    """A question that may run."""

    id: int
    channel: ChannelKey


@dataclass(frozen=True, slots=True)
class Asker:
    """A person with ``waiting`` questions and running ``turns``. ``first`` is the id of their next question; ``None``:
    all have to wait. ``level``: how many turns the workspace has once this person and those before them there have one
    more."""

    first: int | None
    turns: int
    waiting: int
    team_id: str
    user_id: str
    level: int


_InLine = tuple[int, int, Asker, Iterator[WaitingQuestion]]


@dataclass(frozen=True, slots=True)
class Most:
    """Bounds: questions ``in_all``, turns of a person, and turns in a channel."""

    in_all: int
    per_user: int
    per_channel: int


def chosen(
    found: Sequence[Asker],
    next_of: Callable[[Asker], Iterator[WaitingQuestion]],
    turns: Counter[ChannelKey],
    most: Most,
    more_in: Collection[str],
) -> list[int]:
    """The ids of the questions that run next, in the order in which workspaces and people take turns.

    ``found`` come in the order in which each gets one turn; ``next_of`` gives a person's questions; ``turns`` of the
    channels are counted on. ``more_in``: workspaces in which others wait, too. Nobody there gets two turns before those
    others, and nothing more is chosen once it would be their turn.
    """
    ids: list[int] = []
    teams = _teams(found, next_of)
    of_team = Counter[str]()
    for (team_id, _), number in turns.items():
        of_team[team_id] += number
    while teams and len(ids) < most.in_all:
        team_id = min(teams, key=of_team.__getitem__)
        people = teams.pop(team_id)
        has, _, person, waiting = heapq.heappop(people)
        if (free := next((one for one in waiting if turns[one.channel] < most.per_channel), None)) is not None:
            ids.append(free.id)
            turns[free.channel] += 1
            of_team[team_id] += 1
            if team_id not in more_in and has + 1 < most.per_user:
                heapq.heappush(people, (has + 1, len(found) + len(ids), person, waiting))
        if people:
            teams[team_id] = people  # after those that run as many
        elif team_id in more_in:
            break
    return ids


def _teams(found: Sequence[Asker], next_of: Callable[[Asker], Iterator[WaitingQuestion]]) -> dict[str, list[_InLine]]:
    """Heaps of each workspace's people: whoever has the fewest turns, and among those whoever comes first."""
    teams: dict[str, list[_InLine]] = {}
    for place, person in enumerate(found):
        heapq.heappush(teams.setdefault(person.team_id, []), (person.turns, place, person, next_of(person)))
    return teams
