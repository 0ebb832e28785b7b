"""How long Slack waits for its acknowledgement: many questions come at once, and a burst of them over some seconds.

    python -m bench.acks [--database postgresql://…] [--rounds 1]

I/O: a workspace and a practice model on 127.0.0.1 in this process, the bot as a process of its own that takes signed
events over HTTP; prints a table. An acknowledgement counts from before the request is sent until its answer has been
read. The turns run meanwhile, as many at once as the settings allow, and the notices of those that wait are posted.
The exit code is 1 where an acknowledgement missed its bounds or a question was not acknowledged at once.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import signal
import socket
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from statistics import quantiles

from playground.practice_model.server import PracticeModel
from playground.workspace.delivery import Delivery, Outcome, Transport
from playground.workspace.workspace import Workspace

ROOT = Path(__file__).parents[1]
CHANNELS = 10
P99_MAX_S = 0.2
ACK_MAX_S = 1.0


@dataclass(frozen=True, slots=True)
class Load:
    """``questions`` over ``within_s`` seconds, evenly, in turn in each of ``threads`` threads."""

    questions: int
    within_s: float
    threads: int


LOADS = (Load(100, 0.0, 100), Load(1_000, 10.0, 200))


@dataclass(slots=True)
class Stopwatch:
    """A transport that notes how long each delivery took and how many tries it needed."""

    inner: Transport
    seconds: list[float] = field(default_factory=list)
    failed: int = 0

    async def send(self, delivery: Delivery, retry_num: int, retry_reason: str) -> Outcome:
        sent_s = time.perf_counter()
        outcome = await self.inner.send(delivery, retry_num, retry_reason)
        self.seconds.append(time.perf_counter() - sent_s)
        self.failed += not outcome.acknowledged
        return outcome


@dataclass(frozen=True, slots=True)
class Figures:
    acks_s: list[float]
    failed: int
    bot_cpu_s: float
    answered: int

    def row(self, load: Load) -> str:
        cuts = quantiles(self.acks_s, n=100, method="inclusive")
        name = f"{load.questions} within {load.within_s:g} s, {load.threads} threads"
        times = " ".join(f"{1000 * value:9.0f}" for value in (cuts[49], cuts[98], max(self.acks_s)))
        return f"{name:34} {times} {self.failed:7} {self.answered:9} {self.bot_cpu_s:8.1f}"

    @property
    def good(self) -> bool:
        p99_s = quantiles(self.acks_s, n=100, method="inclusive")[98]
        return not self.failed and p99_s <= P99_MAX_S and max(self.acks_s) <= ACK_MAX_S


async def play(load: Load, database: str) -> Figures:
    async with (
        PracticeModel(first_token_delay_s=0.5) as model,
        Workspace(ROOT / "manifest.yml", retry_delays_s=()) as workspace,
    ):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = int(probe.getsockname()[1])
        async with _bot(workspace, model, port, database) as bot:
            workspace.events_url = f"http://127.0.0.1:{port}/slack/events"
            watch = Stopwatch(workspace.courier.transport)
            workspace.courier.transport = watch
            begun_s, cpu_s = time.perf_counter(), _cpu_s(bot.process)
            channels = [workspace.add_channel(f"team-{number}") for number in range(CHANNELS)]
            first: list[str] = []
            for number in range(load.questions):
                at_s = begun_s + load.within_s * number / load.questions
                if (wait_s := at_s - time.perf_counter()) > 0:
                    await asyncio.sleep(wait_s)
                thread = number % load.threads
                channel = channels[thread % CHANNELS]
                where = first[thread] if number >= load.threads else None
                ts = await workspace.say(workspace.user("ada"), channel, f"@claude question {number}", thread_ts=where)
                first.append(ts)
            async with asyncio.timeout(60):
                while len(watch.seconds) < load.questions:  # noqa: ASYNC110 - bounded, and of no weight here
                    await asyncio.sleep(0.05)
            return Figures(watch.seconds, watch.failed, _cpu_s(bot.process) - cpu_s, bot.answered)


@dataclass(slots=True)
class _Bot:
    process: asyncio.subprocess.Process
    ready: asyncio.Event = field(default_factory=asyncio.Event)
    answered: int = 0

    async def read(self) -> None:
        assert self.process.stderr is not None
        async for raw in self.process.stderr:
            with suppress(ValueError):
                line = json.loads(raw)
                if line["event"] == "bot.ready":
                    self.ready.set()
                self.answered += line["event"] == "turn.done" and line["outcome"] == "answered"


@asynccontextmanager
async def _bot(workspace: Workspace, model: PracticeModel, port: int, database: str) -> AsyncIterator[_Bot]:
    with tempfile.TemporaryDirectory(prefix="bench-") as directory:
        environment = {
            **os.environ,
            "SLACK_BOT_TOKEN": workspace.bot_token,
            "SLACK_APP_TOKEN": "",
            "SLACK_SIGNING_SECRET": workspace.signing_secret,
            "SLACK_API_URL": workspace.api_url,
            "YOUROUTER_API_KEY": model.api_key,
            "MESSAGES_API_URL": model.url,
            "DATABASE_URL": database,
            "BOT_DATA_DIR": directory,
            "BOT_HTTP_PORT": str(port),
            "BOT_HTTP_HOST": "127.0.0.1",
            "BOT_LOG_FORMAT": "json",
            "BOT_SHUTDOWN_GRACE_S": "0",
        }
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bot", "run", cwd=ROOT, env=environment, stderr=asyncio.subprocess.PIPE, limit=1 << 20
        )
        bot = _Bot(process)
        reading = asyncio.create_task(bot.read())
        try:
            await asyncio.wait_for(bot.ready.wait(), 30)
            yield bot
        finally:
            if process.returncode is None:
                process.send_signal(signal.SIGTERM)
                try:
                    await asyncio.wait_for(process.wait(), 30)
                except TimeoutError:
                    process.kill()
                    await process.wait()
            await reading


def _cpu_s(process: asyncio.subprocess.Process) -> float:
    """Processor time of the bot so far; 0 where the system does not tell."""
    with suppress(OSError):
        fields = Path(f"/proc/{process.pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return 0.0


async def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m bench.acks", description=__doc__.split("\n", 1)[0] if __doc__ else ""
    )
    parser.add_argument("--database", default="", help="an empty PostgreSQL; not given: SQLite")
    parser.add_argument("--rounds", type=int, default=1)
    options = parser.parse_args(arguments)
    good = True
    print(
        f"{'acknowledgements, ms':34} {'median':>9} {'p99':>9} {'max':>9} {'failed':>7} {'answered':>9} {'CPU, s':>8}"
    )
    for load in LOADS * options.rounds:
        figures = await play(load, options.database)
        print(figures.row(load), flush=True)
        good = good and figures.good
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
