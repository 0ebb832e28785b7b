"""Counts how often Slack refuses one of several days' edits, for each way in which it may count. I/O: the terminal.

    python -m bench.refusals_a_day [--days 3] [--restart-every-h 6]

Days are virtual. A workspace as people use it: answers alone and up to twelve at once, half a minute to two minutes
long, with pauses of up to twenty minutes between such times. What the budget has learned outlives restarts, as it does
in the database. The columns: calls, refusals in all, refusals on each day after the first.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from random import Random

from bot.slack.web_api.call_budget import CallBudget
from bot.slack.web_api.rate_limiter import EDITS
from playground.workspace.rate_limits import RateLimits, Shape

METHOD, CALLS_MAX, LATENCY_S = "chat.update", 50, 0.1
DAY_S = 86_400.0


def usage(dice: Random) -> Iterator[tuple[float, int]]:
    """How long answers are written and how many of them at once; 0: nobody asks."""
    while True:
        yield dice.uniform(20, 120), dice.choice((1, 1, 1, 2, 3, 5, 12))
        yield dice.uniform(0, 1_200) * dice.choice((0, 0.1, 1)), 0


def played(workspace: RateLimits, days: int, restart_every_s: float, seed: int) -> tuple[int, list[int]]:
    """Calls, and refusals by the day."""
    dice, budget, now_s = Random(seed), CallBudget(CALLS_MAX, pace=EDITS), 0.0
    calls, refusals, restart_s = 0, [0] * days, restart_every_s
    for lasts_s, answers in usage(dice):
        until_s = now_s + lasts_s
        while answers and now_s < until_s:
            now_s = max(now_s + LATENCY_S, budget.paced_at(now_s, alone=answers == 1))
            if dice.random() < answers / 60:  # somebody's final words
                now_s = max(now_s, budget.ready_at(now_s))
            budget.spend(now_s)
            calls += 1
            retry_after_s = workspace.retry_after_s(METHOD, None, now_s + dice.uniform(0.02, 0.1))
            if retry_after_s is not None and now_s < days * DAY_S:
                refusals[int(now_s // DAY_S)] += 1
                budget.refused(now_s + LATENCY_S, retry_after_s)
        now_s = max(now_s, until_s)
        if now_s > restart_s and answers == 0 and lasts_s > 61:
            known, restart_s = budget.learned, now_s + restart_every_s
            budget = CallBudget(CALLS_MAX, pace=EDITS)
            if known is not None:
                budget.adopt(now_s, known)
        if now_s >= days * DAY_S:
            return calls, refusals
    raise AssertionError("people never stop asking")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.refusals_a_day", description=__doc__.split("\n", 1)[0])
    parser.add_argument("--days", type=int, default=3)
    parser.add_argument("--restart-every-h", type=float, default=6.0)
    chosen = parser.parse_args()
    print("| counted | strictness | burst | calls | refused | on each day after the first |")
    print("|---|---:|---:|---:|---:|---|")
    for strictness in (1.0, 0.7):
        for shape, burst in ((Shape.SLIDING, 0), (Shape.FIXED, 0), *((Shape.BUCKET, burst) for burst in (5, 12, 25))):
            workspace = RateLimits(strictness=strictness, shape=shape, burst=burst)
            calls, refusals = played(workspace, chosen.days, chosen.restart_every_h * 3_600, seed=1)
            later = ", ".join(map(str, refusals[1:]))
            print(f"| {shape} | {strictness} | {burst or '-'} | {calls:,} | {sum(refusals)} | {later} |")
    return 0


if __name__ == "__main__":
    sys.exit(main())
