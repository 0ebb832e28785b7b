"""How long Slack waits for its acknowledgement: many questions come at once, and a stream of them over some seconds.

    python -m bench.acks [--database postgresql://…] [--rounds 1]

I/O: a workspace and a practice model on 127.0.0.1 in one process, the bot in a second, and this one sends it signed
events over HTTP; prints a table. An acknowledgement counts from before the request is sent until its answer has been
read. The turns run meanwhile, as many at once as the settings allow, and the notices of those that wait are posted.
The exit code is 1 where an acknowledgement missed its bounds.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import multiprocessing
import os
import signal
import socket
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path
from statistics import quantiles
from typing import Any

import aiohttp

from playground.practice_model.server import PracticeModel
from playground.workspace.delivery import Delivery, Outcome
from playground.workspace.http_delivery import sign
from playground.workspace.workspace import Workspace

ROOT = Path(__file__).parents[1]
CHANNELS = 10
P99_MAX_S = 0.2
ACK_MAX_S = 1.0
SLACK_WAITS_S = 3.0


@dataclass(frozen=True, slots=True)
class Load:
    """``questions`` over ``within_s`` seconds, evenly, in turn in each of ``threads`` threads."""

    questions: int
    within_s: float
    threads: int


LOADS = (Load(100, 0.0, 100), Load(1_000, 10.0, 200))


# --- the workspace and the model, in a process of their own ---------------------------------------------------------


@dataclass(slots=True)
class Stage:
    """What the bot's process needs to know, and the events to send, as bodies of requests."""

    environment: dict[str, str]
    secret: str
    bodies: list[bytes] = field(default_factory=list)

    async def send(self, delivery: Delivery, _retry_num: int, _retry_reason: str) -> Outcome:
        """Takes a mention, as a transport does, so that it can be sent later; the same as a message is left out."""
        if delivery.payload["event"]["type"] == "app_mention":
            self.bodies.append(json.dumps(delivery.payload).encode())
        return Outcome(acknowledged=True)


def _run_stage(pipe: Connection, load: Load) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    asyncio.run(_serve(pipe, load))


async def _serve(pipe: Connection, load: Load) -> None:
    async with PracticeModel(first_token_delay_s=0.5) as model, Workspace(ROOT / "manifest.yml") as workspace:
        stage = Stage(
            {
                "SLACK_BOT_TOKEN": workspace.bot_token,
                "SLACK_SIGNING_SECRET": workspace.signing_secret,
                "SLACK_API_URL": workspace.api_url,
                "YOUROUTER_API_KEY": model.api_key,
                "MESSAGES_API_URL": model.url,
            },
            workspace.signing_secret,
        )
        workspace.courier.transport = stage
        channels = [workspace.add_channel(f"team-{number}") for number in range(CHANNELS)]
        first: list[str] = []
        for number in range(load.questions):
            thread = number % load.threads
            where = first[thread] if number >= load.threads else None
            text = f"@claude question {number}"
            first.append(await workspace.say(workspace.user("ada"), channels[thread % CHANNELS], text, thread_ts=where))
        await workspace.until(lambda _: len(stage.bodies) == load.questions)
        pipe.send(stage)
        await asyncio.get_running_loop().run_in_executor(None, pipe.recv)


@asynccontextmanager
async def _stage(load: Load) -> AsyncIterator[Stage]:
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_run_stage, args=(theirs, load))
    process.start()
    try:
        yield await asyncio.get_running_loop().run_in_executor(None, ours.recv)
    finally:
        ours.send("end")
        process.join(30)


# --- the bot ---------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Bot:
    process: asyncio.subprocess.Process
    ready: asyncio.Event = field(default_factory=asyncio.Event)
    answered: int = 0
    lines: list[dict[str, Any]] = field(default_factory=list)
    """Of its log."""

    async def read(self) -> None:
        assert self.process.stderr is not None
        async for raw in self.process.stderr:
            with suppress(ValueError):
                line: dict[str, Any] = json.loads(raw)
                self.lines.append(line)
                if line["event"] == "bot.ready":
                    self.ready.set()
                self.answered += line["event"] == "turn.done" and line["outcome"] == "answered"

    def cpu_s(self) -> float:
        """Processor time so far; 0 where the system does not tell."""
        with suppress(OSError):
            stat = Path(f"/proc/{self.process.pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
            return (int(stat[11]) + int(stat[12])) / os.sysconf("SC_CLK_TCK")
        return 0.0


@asynccontextmanager
async def running_bot(stage: Stage, port: int, database: str) -> AsyncIterator[Bot]:
    with tempfile.TemporaryDirectory(prefix="bench-") as directory:
        environment = {
            **os.environ,
            "SLACK_APP_TOKEN": "",
            **stage.environment,
            "DATABASE_URL": database,
            "BOT_DATA_DIR": directory,
            "BOT_HTTP_PORT": str(port),
            "BOT_HTTP_HOST": "127.0.0.1",
            "BOT_TURNS_PER_USER_MAX": "1000",
            "BOT_TURNS_PER_CHANNEL_MAX": "1000",
            "BOT_LOG_FORMAT": "json",
            "BOT_START_PROBE": "off",
            "BOT_SHUTDOWN_GRACE_S": "0",
        }
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bot", "run", cwd=ROOT, env=environment, stderr=asyncio.subprocess.PIPE, limit=1 << 20
        )
        bot = Bot(process)
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


# --- the measurement -------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Figures:
    acks_s: list[float] = field(default_factory=list)
    failed: int = 0
    cpu_s: float = 0.0
    answered: int = 0

    @property
    def p99_s(self) -> float:
        return quantiles(self.acks_s, n=100, method="inclusive")[98]

    @property
    def good(self) -> bool:
        return not self.failed and self.p99_s <= P99_MAX_S and max(self.acks_s) <= ACK_MAX_S

    def row(self, load: Load) -> str:
        name = f"{load.questions} within {load.within_s:g} s, {load.threads} threads"
        median_s = quantiles(self.acks_s, n=2, method="inclusive")[0]
        times = " ".join(f"{1000 * value:9.0f}" for value in (median_s, self.p99_s, max(self.acks_s)))
        return f"{name:34} {times} {self.failed:7} {self.answered:9} {self.cpu_s:8.1f}"


async def play(load: Load, database: str) -> Figures:
    figures = Figures()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    async with (
        _stage(load) as stage,
        running_bot(stage, port, database) as bot,
        aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0), trust_env=False) as session,
    ):
        cpu_s, begun_s = bot.cpu_s(), time.perf_counter()
        sending = []
        for number, body in enumerate(stage.bodies):
            await asyncio.sleep(max(0.0, begun_s + load.within_s * number / load.questions - time.perf_counter()))
            url = f"http://127.0.0.1:{port}/slack/events"
            sending.append(asyncio.create_task(send(session, url, stage.secret, body, figures)))
        await asyncio.gather(*sending)
        figures.cpu_s, figures.answered = bot.cpu_s() - cpu_s, bot.answered
    return figures


async def send(session: aiohttp.ClientSession, url: str, secret: str, body: bytes, figures: Figures) -> None:
    timestamp = str(int(time.time()))
    headers = {
        "Content-Type": "application/json",
        "X-Slack-Request-Timestamp": timestamp,
        "X-Slack-Signature": sign(secret, timestamp, body),
    }
    sent_s = time.perf_counter()
    try:
        async with asyncio.timeout(SLACK_WAITS_S), session.post(url, data=body, headers=headers) as response:
            await response.read()
            figures.failed += response.status != 200
    except (TimeoutError, aiohttp.ClientError):
        figures.failed += 1
    figures.acks_s.append(time.perf_counter() - sent_s)


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
