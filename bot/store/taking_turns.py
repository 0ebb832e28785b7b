"""Those who wait, and the turns that run in each channel, go in; the questions that run next come out. Pure.

The workspace that runs the fewest turns has one more, and in it whoever runs the fewest. ``fairness`` finds them in the
database.
"""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass

Channel = tuple[str, str]
"""Workspace and channel."""


@dataclass(frozen=True, slots=True)
class Waits:
    """A question that may run."""

    id: int
    channel: Channel


@dataclass(frozen=True, slots=True)
class Person:
    """Who has ``waiting`` questions and ``turns``. ``first`` is the next question's id; ``None``: all have to wait.
    ``level``: so many turns the workspace has once this person and those who go before there have one more."""

    first: int | None
    turns: int
    waiting: int
    team_id: str
    user_id: str
    level: int


_InLine = tuple[int, int, Person, Iterator[Waits]]


@dataclass(frozen=True, slots=True)
class Most:
    """Of questions ``in_all``, of turns of a person, and of turns in a channel."""

    in_all: int
    per_user: int
    per_channel: int


def chosen(
    found: Sequence[Person],
    next_of: Callable[[Person], Iterator[Waits]],
    turns: Counter[Channel],
    most: Most,
    more_in: Collection[str],
) -> list[int]:
    """The ids of the questions that run next, in the order in which workspaces and people take turns.

    ``found`` come in the order in which each has one turn; ``next_of`` gives a person's questions; ``turns`` of the
    channels are counted on. ``more_in``: the workspaces in which others wait, too: nobody there has two turns before
    those, and nothing more is chosen when it would be theirs.
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
            teams[team_id] = people  # behind those that run as many
        elif team_id in more_in:
            break
    return ids


def _teams(found: Sequence[Person], next_of: Callable[[Person], Iterator[Waits]]) -> dict[str, list[_InLine]]:
    """Heaps of each workspace's people: whoever has fewest turns, and of those who comes first."""
    teams: dict[str, list[_InLine]] = {}
    for place, person in enumerate(found):
        heapq.heappush(teams.setdefault(person.team_id, []), (person.turns, place, person, next_of(person)))
    return teams
