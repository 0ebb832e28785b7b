"""How long work takes and how that grows with its size, in processor time of this process alone."""

from __future__ import annotations

import time
from collections.abc import Callable

CHARS = 2_500
QUICK_S = 0.05
"""What takes no longer than this for four times as much needs no comparing."""
GROWTH_MAX = 9.0


def seconds(work: Callable[[], object], *, runs: int = 2) -> float:
    """The least of some runs."""
    best = float("inf")
    for _ in range(runs):
        start = time.process_time()
        work()
        best = min(best, time.process_time() - start)
    return best


def grows_linearly(work: Callable[[int], object], chars: int = CHARS) -> None:
    long = seconds(lambda: work(4 * chars))
    if long > QUICK_S:
        assert long < GROWTH_MAX * seconds(lambda: work(chars))
