"""Decides how many items at the start of a list have to go so that the rest fits.

Pure. A thread that is larger than the model's window loses its oldest part. If it were cut anew each turn, it would
begin differently each time, and the prompt cache would be useless. So slightly more goes than has to: up to a multiple
of a step, counted from the beginning, so that the cut stays in place until the list has grown by a step. The step is a
power of two, and stays the same while the available size varies.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import accumulate

STEP = 0.5
"""The largest share of the available size that a step may be. On average a half to a quarter of that is cut
unnecessarily."""


def cut(sizes: Sequence[float], available: float) -> int:
    excess = sum(sizes) - available
    if excess <= 0:
        return 0
    step = 2.0 ** math.floor(math.log2(max(STEP * available, 1.0)))
    to_drop = math.ceil(excess / step) * step
    return next((number for number, dropped in enumerate(accumulate(sizes), 1) if dropped >= to_drop), len(sizes))


def rounded(least: int, most: int) -> int:
    """The number from ``least`` (at least 1) to ``most`` that has the most factors of two: a place that stays, even if
    the sizes of what was left out are not known."""
    best = most
    while (rounder := best & (best - 1)) >= least:
        best = rounder
    return best
