"""Clocks that tests set. Where all of a test's time shall be virtual, see ``playground.measure.virtual_time``."""

from __future__ import annotations

import time
from dataclasses import dataclass


@dataclass
class StandingClock:
    """Seconds that pass only when a test sets ``now``."""

    now: float = 0.0

    def __call__(self) -> float:
        return self.now


@dataclass
class RunningClock:
    """Runs as the real one does, ``ahead_s`` seconds before it."""

    ahead_s: float = 0.0

    def __call__(self) -> float:
        return time.monotonic() + self.ahead_s
