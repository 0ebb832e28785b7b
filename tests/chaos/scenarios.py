"""What happens in which scenario: the database, the replicas, and how often which disturbance comes. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random

KILLS = {"kill_any_time": 4, "kill_at_call": 8, "kill_at_start": 1, "kill_in_shutdown": 2, "kill_in_conversion": 2}
STOPS = {"deploy": 3}
PAUSES = {"freeze": 3, "freeze_at_call": 3}
POSTGRESQL = {
    "database_stopped": 2, "database_paused": 2, "connections_killed": 3, "commit_lost": 5, "parted": 4, "cable_cut": 2,
}  # fmt: skip
SOCKETS = {"sockets_dropped": 3, "sockets_refreshed": 3, "socket_deaf": 1}
FEW_KILLS = {"kill_any_time": 1, "kill_at_call": 2}


@dataclass(frozen=True, slots=True)
class Scenario:
    """``troubles`` by their weights; ``slack_fails`` and ``model_fails`` are shares of the calls."""

    name: str
    troubles: Mapping[str, int]
    postgresql: bool = False
    replicas: int = 1
    slack_fails: float = 0.0
    model_fails: float = 0.0
    lease_s: float = 4.0
    skews_s: tuple[float, ...] = (0.0,)

    def plan(self, dice: Random, length: int) -> list[str]:
        return dice.choices(list(self.troubles), list(self.troubles.values()), k=length)


SCENARIOS = {
    scenario.name: scenario
    for scenario in (
        Scenario("kills-sqlite", KILLS | STOPS),
        Scenario("kills-postgresql", KILLS | STOPS, postgresql=True),
        Scenario("kills-3-replicas", KILLS | STOPS, postgresql=True, replicas=3),
        Scenario("pauses-3-replicas", PAUSES | FEW_KILLS, postgresql=True, replicas=3),
        Scenario("database-sqlite", {"sqlite_locked": 3} | FEW_KILLS),
        Scenario("database-postgresql", POSTGRESQL | FEW_KILLS, postgresql=True),
        Scenario("database-3-replicas", POSTGRESQL | FEW_KILLS, postgresql=True, replicas=3,
                 skews_s=(-25.0, 0.0, 25.0)),
        Scenario("calls-sqlite", SOCKETS | FEW_KILLS, slack_fails=1 / 3, model_fails=1 / 3),
        Scenario("calls-3-replicas", SOCKETS | FEW_KILLS, postgresql=True, replicas=3, slack_fails=1 / 3,
                 model_fails=1 / 3),
        Scenario("everything", KILLS | STOPS | PAUSES | POSTGRESQL | SOCKETS, postgresql=True, replicas=3,
                 slack_fails=0.1, model_fails=0.1, skews_s=(-25.0, 0.0, 25.0)),
    )
}  # fmt: skip
