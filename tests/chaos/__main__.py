"""Plays the scenarios that the arguments name, and prints a table. The exit code is 1 if anything went wrong.

I/O: the terminal, and everything that a run does.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from dataclasses import replace
from pathlib import Path

from tests.chaos.run import HEADER, play
from tests.chaos.scenarios import SCENARIOS


async def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos")
    parser.add_argument("--scenario", action="append", choices=SCENARIOS, help="may be given several times; else all")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=1, help="so many seeds, from --seed on")
    parser.add_argument(
        "--kills",
        type=int,
        default=0,
        help="until there were so many in each; where few disturbances are kills, that takes minutes",
    )
    parser.add_argument("--troubles", type=int, default=12, help="without --kills: so many disturbances in each")
    parser.add_argument("--database", choices=("sqlite", "postgresql"), help="only scenarios over this one")
    parser.add_argument("--replicas", type=int, help="instead of the scenario's own number")
    parser.add_argument("--log", type=Path, help="where the bots' logs go of a run that went wrong")
    options = parser.parse_args()
    chosen = [SCENARIOS[name] for name in options.scenario or SCENARIOS]
    if options.database:
        chosen = [one for one in chosen if one.postgresql == (options.database == "postgresql")]
    if options.replicas:
        chosen = [replace(one, replicas=options.replicas if one.postgresql else 1) for one in chosen]
    print(HEADER, flush=True)
    good = True
    for seed in range(options.seed, options.seed + options.rounds):
        for scenario in chosen:
            played = await play(scenario, seed, kills=options.kills, troubles=options.troubles)
            print(played.row(), flush=True)
            for fault in played.faults:
                print(f"    {fault}", flush=True)
            if played.faults and options.log:
                options.log.write_text("\n".join([*played.faults, *played.logs]), encoding="utf-8")
            good = good and not played.faults
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
