"""How much of a list has to go comes in, as a range; where to cut it goes out, so that the cut rarely moves.

Pure. A thread that is larger than the model's window loses its oldest part. Cut anew each turn, it would begin
otherwise each time, and the prompt cache would serve nothing. So a little more goes than has to, up to ``STEP``, and
of the places that leaves the one is taken whose number has the most factors of two. As the thread grows that stays the
same place until it is about to leave the range, or a rounder one comes into it; and it depends on the thread alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate

STEP = 0.4
"""So much of what could stay may go, to cut rarely. On average it is half of that."""


def bounds(sizes: Sequence[float], available: float) -> tuple[int, int]:
    """The least and the most that may be cut off the beginning: what is left fits, and fills enough of it."""
    left = [*accumulate(reversed(sizes), initial=0.0)][::-1]
    if left[0] <= available:
        return 0, 0
    least = next(number for number, size in enumerate(left) if size <= available or number == len(sizes))
    full = [number for number in range(least, len(sizes) + 1) if left[number] >= (1 - STEP) * available]
    return least, full[-1] if full else least


def cut(least: int, most: int) -> int:
    """The number between them, both included, that more factors of two divide than any other."""
    best = most
    while (rounder := best & (best - 1)) >= max(least, 1):
        best = rounder
    return best
