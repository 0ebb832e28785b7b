"""Whether a process stays as it is: thousands of questions go through one bot, and samples of it are printed.

    python -m bench.soak [--questions 5000] [--mentions 0.2] [--name soak]

I/O: a workspace and a practice model on 127.0.0.1 in this process, the bot in a second; Linux only (``/proc``). Most
questions are commands, since Slack allows 300 posts a minute; the others are mentions, in threads of some questions
each. Writes ``docs/bench/<name>.json`` and ``docs/bench/<name>.svg``. Blocks are what Python's own objects occupy:
memory that grows beside them is held by a library, as SQLite's pages are. The exit code is 1 where something has grown
from the first half of the samples to the second.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import re
import signal
import sys
import tempfile
import time
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from random import Random
from typing import Any

from bench import plot
from playground.practice_model.server import PracticeModel
from playground.workspace.workspace import Workspace

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs" / "bench"
AT_ONCE = 40
CHANNELS = 20
THREAD_QUESTIONS = 5
SAMPLES = 20
STUCK_S = 120.0
GROWTH_MAX = {"memory_mb": 1.05, "blocks": 1.01, "handles": 1.1, "threads": 1.1, "tasks": 1.2, "wal_kb": 1.5}
"""Of the median of a half; ``+ SLACK`` for what is small."""
SLACK = 3
# Runs the bot; on SIGUSR1 it says how many tasks its loop has, and how many blocks of memory Python's objects.
PROGRAM = """
import asyncio, os, runpy, signal, sys
def tell(*_):
    figures = len(asyncio.all_tasks()), sys.getallocatedblocks()
    os.write(2, b'{"event": "soak.figures", "tasks": %d, "blocks": %d}\\n' % figures)
signal.signal(signal.SIGUSR1, tell)
sys.argv = ["bot", "run"]
runpy.run_module("bot", run_name="__main__", alter_sys=True)
"""


@dataclass(slots=True)
class Sample:
    answered: int
    memory_mb: float
    blocks: int
    handles: int
    threads: int
    tasks: int
    wal_kb: int
    database_kb: int

    def row(self) -> str:
        return (
            f"{self.answered:9} {self.memory_mb:10.1f} {self.blocks:8} {self.handles:8} {self.threads:8} "
            f"{self.tasks:6} {self.wal_kb:8} {self.database_kb:12}"
        )


HEADER = (
    f"{'answered':>9} {'memory, MB':>10} {'blocks':>8} {'handles':>8} {'threads':>8} {'tasks':>6} {'WAL, kB':>8} "
    f"{'database, kB':>12}"
)


@dataclass(slots=True)
class Bot:
    process: asyncio.subprocess.Process
    data_dir: Path
    ready: asyncio.Event = field(default_factory=asyncio.Event)
    news: asyncio.Condition = field(default_factory=asyncio.Condition)
    answered: int = 0
    failed: int = 0
    figures: asyncio.Queue[tuple[int, int]] = field(default_factory=asyncio.Queue)

    async def read(self) -> None:
        assert self.process.stderr is not None
        async for raw in self.process.stderr:
            line: dict[str, Any] = {}
            with suppress(ValueError):
                line = json.loads(raw)
            match line.get("event"):
                case "bot.ready":
                    self.ready.set()
                case "soak.figures":
                    self.figures.put_nowait((int(line["tasks"]), int(line["blocks"])))
                case "turn.done":
                    async with self.news:
                        self.answered += 1
                        self.failed += line["outcome"] not in ("answered", "greeted")
                        self.news.notify_all()

    async def until_answered(self, number: int) -> None:
        async with asyncio.timeout(STUCK_S), self.news:
            await self.news.wait_for(lambda: self.answered >= number)

    async def sample(self) -> Sample:
        os.kill(self.process.pid, signal.SIGUSR1)
        tasks, blocks = await asyncio.wait_for(self.figures.get(), 60)
        return _sample(self.process.pid, self.data_dir, self.answered, tasks, blocks)


def _sample(pid: int, data_dir: Path, answered: int, tasks: int, blocks: int) -> Sample:
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    return Sample(
        answered,
        int(re.findall(r"VmRSS:\s+(\d+)", status)[0]) / 1024,
        blocks,
        len(list(Path(f"/proc/{pid}/fd").iterdir())),
        int(re.findall(r"Threads:\s+(\d+)", status)[0]),
        tasks,
        _kb(data_dir / "bot.sqlite3-wal"),
        _kb(data_dir / "bot.sqlite3"),
    )


def _kb(file: Path) -> int:
    return file.stat().st_size // 1024 if file.exists() else 0


async def _ask(workspace: Workspace, dice: Random, threads: list[tuple[str, str, int]], mentions: float) -> None:
    ada = workspace.user("ada")
    channel = workspace.channel(f"team-{dice.randrange(CHANNELS)}")
    if dice.random() >= mentions:
        await workspace.command(ada, channel, "/ask", f"question {dice.random()}")
        return
    open_threads = [thread for thread in threads if thread[2] < THREAD_QUESTIONS]
    if open_threads and dice.random() < 0.7:
        channel, ts, asked = dice.choice(open_threads)
        threads[threads.index((channel, ts, asked))] = (channel, ts, asked + 1)
        await workspace.say(ada, channel, f"@claude question {dice.random()}", thread_ts=ts)
        return
    threads.append((channel, await workspace.say(ada, channel, f"@claude question {dice.random()}"), 1))
    del threads[:-50]


async def soak(workspace: Workspace, bot: Bot, questions: int, mentions: float) -> list[Sample]:
    dice, threads, samples = Random(1), list[tuple[str, str, int]](), [await bot.sample()]
    print(samples[-1].row(), flush=True)
    for number in range(1, questions + 1):
        await _ask(workspace, dice, threads, mentions)
        await bot.until_answered(number - AT_ONCE)
        if number % max(1, questions // SAMPLES) == 0:
            samples.append(await bot.sample())
            print(samples[-1].row(), flush=True)
    await bot.until_answered(questions)
    await asyncio.sleep(2.0)  # what follows an answer, as the log's last lines and the heartbeat, is over then
    samples.append(await bot.sample())
    print(samples[-1].row(), flush=True)
    return samples


def _drawn(samples: list[Sample]) -> dict[str, list[tuple[float, float]]]:
    """The curves by their names."""
    names = {
        "memory_mb": "Memory, MB", "blocks": "Blocks of Python's objects", "handles": "Handles", "tasks": "Tasks",
        "wal_kb": "Write-ahead log, kB", "database_kb": "Database, kB",
    }  # fmt: skip
    return {text: [(one.answered, float(getattr(one, name))) for one in samples] for name, text in names.items()}


def grown(samples: list[Sample]) -> list[str]:
    """What has grown since the first quarter, which fills the caches."""
    rest = samples[len(samples) // 4 :]
    first, second = rest[: len(rest) // 2], rest[len(rest) // 2 :]
    found = []
    for name, most in GROWTH_MAX.items():
        early, late = (sorted(getattr(one, name) for one in half)[len(half) // 2] for half in (first, second))
        if late > early * most + (SLACK if name != "memory_mb" else 0):
            found.append(f"{name}: {early} → {late}")
    return found


async def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.soak", description=__doc__.split("\n", 1)[0])
    parser.add_argument("--questions", type=int, default=5_000)
    parser.add_argument("--mentions", type=float, default=0.2, help="this share of them, the others are commands")
    parser.add_argument("--name", default="soak", help="of the files in docs/bench; empty: none")
    options = parser.parse_args()
    async with (
        PracticeModel(token_rate_per_s=None, first_token_delay_s=0.0) as model,
        Workspace(ROOT / "manifest.yml") as workspace,
    ):
        for number in range(CHANNELS):
            workspace.add_channel(f"team-{number}")
        with tempfile.TemporaryDirectory(prefix="soak-") as directory:
            return await _run(model, workspace, Path(directory), options)


async def _run(model: PracticeModel, workspace: Workspace, data_dir: Path, options: argparse.Namespace) -> int:
    environment = {
        **os.environ,
        "SLACK_BOT_TOKEN": workspace.bot_token, "SLACK_APP_TOKEN": workspace.app_token, "SLACK_SIGNING_SECRET": "",
        "SLACK_API_URL": workspace.api_url, "YOUROUTER_API_KEY": model.api_key, "MESSAGES_API_URL": model.url,
        "DATABASE_URL": "", "BOT_DATA_DIR": str(data_dir), "BOT_LOG_FORMAT": "json", "BOT_START_PROBE": "off",
    }  # fmt: skip
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", PROGRAM, cwd=ROOT, env=environment, stderr=asyncio.subprocess.PIPE, limit=1 << 20
    )
    bot = Bot(process, data_dir)
    reading = asyncio.create_task(bot.read())
    started_s = time.monotonic()
    try:
        await asyncio.wait_for(bot.ready.wait(), 60)
        print(HEADER, flush=True)
        samples = await soak(workspace, bot, options.questions, options.mentions)
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()
        await reading
    found = grown(samples)
    if options.name:
        figures = json.dumps([asdict(one) for one in samples], indent=1)
        (DOCS / f"{options.name}.json").write_text(f"{figures}\n", encoding="utf-8")
        (DOCS / f"{options.name}.svg").write_text(plot.lines(_drawn(samples), "questions answered"), encoding="utf-8")
    print(f"{bot.answered} answered, {bot.failed} not whole, in {time.monotonic() - started_s:.0f} s")
    print(f"grown: {', '.join(found) or 'nothing'}")
    return 1 if found or bot.failed else 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
