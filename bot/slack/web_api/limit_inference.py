"""Concludes from the calls before a refusal how many are sure to fit from now on. Pure.

Slack does not say how it counts a minute's calls: over the minute up to now, over this minute of the clock, or as a
bucket that holds a burst and fills up evenly. One line holds under all three: at most ``burst`` calls at once and so
many more in each second that a minute has ``calls`` in all. A refusal says where the line has to be lower:

- A short wait points to a bucket: the calls above the even rate were its burst. If the rate itself is lower, the next
  refusal shows that. Or a full minute ends just then: if that many calls were made, the line holds for both.
- After a longer wait, the calls of the minute that ends with the wait are those that fit.
- A refusal of few calls had another reason, say another app's calls on the same token, and teaches nothing.
"""

from __future__ import annotations

from collections.abc import Sequence

from bot.learned_limits import LearnedLimit

MINUTE_S = 60.0
SURE = 0.95
"""Of the calls that had gone when one was refused; the others may have been under way."""
PLAUSIBLE = 0.5
"""Of what was allowed: fewer calls than that are no full minute."""
FULL = 0.67
"""Of what was allowed: so many calls may be a full minute, of a workspace as strict as we know them."""
LOWERED = 0.85
"""What is left of a line that was refused though it was kept."""
CALLS_MIN, BURST_MIN = 4, 1.5
"""Fewer calls than that teach nothing, and are no burst."""
MOMENT_CALLS, ROUNDED_UP_S = 2.0, 1.0
"""A bucket asks for as long as one call takes to come back, two where Slack is stricter than it says."""
BURST_PART_MAX = 0.25
"""Of a minute's calls: what more of them go at once is missing afterwards."""
LEAST_PART = 0.25
"""Of what Slack documents; below that something else is wrong."""


def inferred_limit(
    ages_s: Sequence[float], retry_after_s: float, known: LearnedLimit | None, documented: int, steady_per_min: float
) -> LearnedLimit | None:
    """``ages_s`` of this minute's calls for the whole workspace, the refused one left out, the newest first; ``None``
    where nothing is to be learned. ``steady_per_min`` calls should go evenly, so that only more of them are a burst."""
    if len(ages_s) < CALLS_MIN:
        return None
    calls = float(documented) if known is None else known.calls
    burst = SURE * _above_the_rate(ages_s, calls)
    minute = sum(age_s <= MINUTE_S - retry_after_s + ROUNDED_UP_S / 2 for age_s in ages_s)
    moment = retry_after_s <= MOMENT_CALLS * MINUTE_S / documented + ROUNDED_UP_S
    if moment and known is not None:
        calls, burst = LOWERED * calls, LOWERED * known.burst
    elif moment and burst >= BURST_MIN:
        calls = min(calls, SURE * minute) if minute >= FULL * calls else calls
    elif minute >= PLAUSIBLE * calls:
        calls = SURE * minute if known is None else min(LOWERED * calls, SURE * minute)
        burst = max(BURST_MIN, burst) if known is None else known.burst
    else:
        return None
    calls = max(calls, LEAST_PART * documented)
    burst = min(burst, BURST_PART_MAX * calls, calls - steady_per_min)
    return LearnedLimit(calls, max(1.0, burst))


def _above_the_rate(ages_s: Sequence[float], calls: float) -> float:
    """The most calls that went above an even rate up to now."""
    return max(number - calls / MINUTE_S * age_s for number, age_s in enumerate(ages_s, 1))
