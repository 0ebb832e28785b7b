"""``python -m bot run``, with a look at what uses the processor, or at how long the loop stands still.

    python -m bench.measured_bot profile|silence|plain

I/O: the bot's. ``profile``: from SIGUSR1 on, each time that a millisecond of the processor was used it is noted what
the loop's thread and the database's are in the midst of; SIGUSR2 writes that down as one line of JSON. ``silence``: the
watchdog looks every five milliseconds, and logs each time that the loop stood still for twenty.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import signal
import sys
import threading
import time
from collections import defaultdict
from types import FrameType

from bot import app
from bot.configuration.environment import secrets_of
from bot.operations.watchdog import Watchdog
from bot.settings import Settings
from bot.telemetry import logs

SAMPLE_EVERY_S = 0.001
STALLED_S, LOOK_EVERY_S = 0.02, 0.005
PARTS = (
    ("logging", ("/bot/telemetry/logs.py", "/bot/telemetry/redaction.py", "/structlog/", "/logging/")),
    ("database", ("/bot/store/", "/sqlalchemy/", "/asyncpg/")),
    ("model stream", ("/bot/llm/", "/httpx/", "/httpx_aiohttp/", "/bot/costs/meter.py")),
    ("live reply", ("/bot/slack/write/",)),
    ("deliveries", ("/slack_bolt/", "/bot/slack/receive/", "/slack_sdk/socket_mode/")),
    ("Slack calls", ("/slack_sdk/", "/bot/slack/web_api/", "/bot/slack/read/")),
    ("aiohttp, no more is known", ("/aiohttp/",)),
    ("inbox and turn", ("/bot/",)),
    ("event loop", ("/asyncio/",)),
)
"""By the innermost frame that belongs to one of the first six, else by any. What the live reply sends is a call."""
BELONGS = 6


class Sampler:
    """The kernel's timer counts the processor time of all threads; whose it was is seen by their clocks."""

    def __init__(self) -> None:
        self.seconds: dict[tuple[str, str], float] = defaultdict(float)
        self._used: dict[int, float] = {}
        self._all_s = 0.0
        self._main = threading.get_ident()

    def start(self, *_: object) -> None:
        self.seconds.clear()
        self._used, self._all_s = self._clocks(), time.process_time()
        signal.signal(signal.SIGPROF, self._look)
        signal.setitimer(signal.ITIMER_PROF, SAMPLE_EVERY_S, SAMPLE_EVERY_S)

    def report(self, *_: object) -> None:
        signal.setitimer(signal.ITIMER_PROF, 0)
        found = [[*key, seconds] for key, seconds in sorted(self.seconds.items(), key=lambda item: -item[1])]
        os.write(2, json.dumps({"event": "bench.profile", "found": found}).encode() + b"\n")

    def _clocks(self) -> dict[int, float]:
        threads = [thread.ident for thread in threading.enumerate() if thread.ident is not None]
        return {thread: time.clock_gettime(time.pthread_getcpuclockid(thread)) for thread in threads}

    def _look(self, _number: int, interrupted: FrameType | None) -> None:
        all_s, used = time.process_time(), self._clocks()
        more = {thread: used_s - self._used.get(thread, 0.0) for thread, used_s in used.items()}
        more_s, self._all_s, self._used = all_s - self._all_s, all_s, used
        thread, frame = self._main, interrupted
        if interrupted is not None and interrupted.f_code.co_name == "select":  # the loop waits: another one ran
            others = {other: spent for other, spent in more.items() if other != self._main}
            busiest = max(others, key=lambda other: others[other], default=self._main)
            if others.get(busiest, 0.0) > SAMPLE_EVERY_S / 4:
                thread, frame = busiest, sys._current_frames().get(busiest)  # noqa: SLF001 - as in the watchdog
        names = {one.ident: one.name for one in threading.enumerate()}
        part = "database" if names.get(thread, "").startswith("database") else _part(frame)
        self.seconds[part, _place(frame)] += more_s


def _part(frame: FrameType | None) -> str:
    files: list[str] = []
    while frame is not None:
        files.append(frame.f_code.co_filename)
        frame = frame.f_back
    for parts in (PARTS[:BELONGS], PARTS[BELONGS:]):
        for file in files:
            for name, paths in parts:
                if any(path in file for path in paths):
                    return name
    return "else"


def _place(frame: FrameType | None) -> str:
    """The innermost function of any, and the innermost of ours."""
    if frame is None:
        return ""
    code, ours = frame.f_code, frame.f_back
    while ours is not None and "/bot/" not in ours.f_code.co_filename:
        ours = ours.f_back
    below = f" < {_short(ours.f_code.co_filename)} {ours.f_code.co_name}" if ours else ""
    return f"{_short(code.co_filename)} {code.co_name}{below}"


def _short(file: str) -> str:
    return "/".join(file.split("/")[-2:])


async def run(settings: Settings, how: str) -> None:
    watchdog = Watchdog(stalled_s=STALLED_S, look_every_s=LOOK_EVERY_S) if how == "silence" else None
    await app.run(settings)
    if watchdog is not None:
        await watchdog.close()


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.measured_bot", description=__doc__.split("\n", 1)[0])
    parser.add_argument("how", choices=("profile", "silence", "plain"))
    how: str = parser.parse_args().how
    if how == "profile":
        sampler = Sampler()
        signal.signal(signal.SIGUSR1, sampler.start)
        signal.signal(signal.SIGUSR2, sampler.report)
    settings = Settings.load()
    logs.set_up(settings.bot_log_level, settings.bot_log_format, secrets_of(settings))
    asyncio.run(run(settings, how))


if __name__ == "__main__":
    main()
