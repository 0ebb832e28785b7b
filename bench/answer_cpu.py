"""What an answer costs the bot's process: milliseconds of the processor for one, and microseconds for a further event.

    python -m bench.answer_cpu [--answers 60] [--database postgresql://…] [--profile]
    python -m bench.answer_cpu --live 500 [--every-s 0.2]

I/O: a workspace and a practice model on 127.0.0.1 in this process, the bot in a second; Linux only (``/proc``). Answers
are counted whole, from Slack's delivery to the last line of the log: half are asked by a mention in a channel, half in
a direct message, ten at a time, and their events come one by one. What the bot uses while nobody asks is left out. The
first table has answers of few and of many events, and the difference between them. ``--profile`` shows by which part
the time was used; it makes the whole a little slower. ``--live``: so many answers at once in a bot that is held on one
core, and for how long its loop was silent at most.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import signal
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playground.practice_model.script import Answer
from playground.practice_model.server import PracticeModel
from playground.workspace.records import User
from playground.workspace.workspace import Workspace

ROOT = Path(__file__).parents[1]
WORDS = "some words, "
EVENTS, MANY_EVENTS = 50, 500
EVENT_EVERY_S = 0.02
AT_ONCE = 10
CHANNELS, PEOPLE = 50, 100
WARM_UP = 20
IDLE_S = 4.0
STUCK_S = 120.0


@dataclass(slots=True)
class Bot:
    process: asyncio.subprocess.Process
    lines: list[dict[str, Any]] = field(default_factory=list)
    done: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    _news: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def read(self) -> None:
        assert self.process.stderr is not None
        async for raw in self.process.stderr:
            line: dict[str, Any] = {"event": raw.decode(errors="replace").rstrip()}
            with suppress(ValueError):
                line = json.loads(raw)
            async with self._news:
                self.lines.append(line)
                if line["event"] == "turn.done":
                    self.done += 1
                    self.outcomes[line["outcome"]] += 1
                self._news.notify_all()

    async def until_done(self, number: int, within_s: float = STUCK_S) -> None:
        async with asyncio.timeout(within_s), self._news:
            await self._news.wait_for(lambda: self.done >= number)

    async def until_logged(self, event: str, within_s: float = 30.0) -> dict[str, Any]:
        def found() -> list[dict[str, Any]]:
            return [line for line in self.lines if line["event"] == event]

        async with asyncio.timeout(within_s), self._news:
            await self._news.wait_for(found)
            return found()[-1]

    def cpu_s(self) -> float:
        stat = Path(f"/proc/{self.process.pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        return (int(stat[11]) + int(stat[12])) / os.sysconf("SC_CLK_TCK")


@asynccontextmanager
async def running_bot(workspace: Workspace, model: PracticeModel, database: str, how: str) -> AsyncIterator[Bot]:
    with tempfile.TemporaryDirectory(prefix="bench-") as directory:
        environment = {
            **os.environ, "SLACK_BOT_TOKEN": workspace.bot_token, "SLACK_APP_TOKEN": workspace.app_token,
            "SLACK_SIGNING_SECRET": "", "SLACK_API_URL": workspace.api_url, "YOUROUTER_API_KEY": model.api_key,
            "MESSAGES_API_URL": model.url, "DATABASE_URL": database, "BOT_DATA_DIR": directory,
            "BOT_LOG_FORMAT": "json", "BOT_START_PROBE": "off", "BOT_SHUTDOWN_GRACE_S": "0", "BOT_TURNS_MAX": "1000",
            "BOT_TURNS_PER_USER_MAX": "1000", "BOT_TURNS_PER_CHANNEL_MAX": "1000",
        }  # fmt: skip
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bench.measured_bot", how, cwd=ROOT, env=environment, stderr=-1, limit=1 << 22
        )
        bot = Bot(process)
        reading = asyncio.create_task(bot.read())
        try:
            await bot.until_logged("bot.ready")
            yield bot
        finally:
            if process.returncode is None:
                process.terminate()
            await process.wait()
            await reading


# --- answers, some at a time -----------------------------------------------------------------------------------------


async def ask(workspace: Workspace, number: int) -> None:
    """Every second question in a direct message, by somebody else each time; the others in channels, by turns."""
    if number % 2:
        name = f"team-{number // 2 % CHANNELS}"
        known = {channel.name for channel in workspace.state.channels.values()}
        channel = workspace.channel(name) if name in known else workspace.add_channel(name)
        await workspace.say(workspace.user("ada"), channel, f"@claude question {number}, please")
        return
    person = User(f"U0PERSON{number % PEOPLE:04}", f"person{number % PEOPLE}", f"Person Number {number % PEOPLE}")
    workspace.state.users.setdefault(person.id, person)
    await workspace.say(person.id, workspace.direct_message(person.id), f"question {number}, please")


@dataclass(frozen=True, slots=True)
class Cost:
    answers: int
    events: int
    cpu_s: float
    calls: Counter[str]

    @property
    def per_answer_ms(self) -> float:
        return 1000 * self.cpu_s / self.answers

    def row(self) -> str:
        calls = ", ".join(f"{method} {count / self.answers:.2f}" for method, count in self.calls.most_common(6))
        return f"{self.answers:8} {self.events:8} {self.per_answer_ms:12.1f}   {calls}"


async def play(workspace: Workspace, model: PracticeModel, bot: Bot, answers: int, events: int) -> Cost:
    """The same for every answer: ``events`` with text, one after the other."""
    chunks = tuple(f"{number} {WORDS}" for number in range(events))
    model.script(*[Answer(chunks=chunks, chunk_delay_s=EVENT_EVERY_S)] * answers)
    begun_s, cpu_s, before, calls = asyncio.get_running_loop().time(), bot.cpu_s(), bot.done, len(workspace.calls)
    for number in range(before, before + answers):
        await ask(workspace, number)
        await bot.until_done(number - AT_ONCE + 2)
    await bot.until_done(before + answers)
    await asyncio.sleep(1.0)  # what follows an answer
    took_s = asyncio.get_running_loop().time() - begun_s
    idle = await idle_per_s(bot)
    made = Counter(call.method for call in workspace.calls[calls:])
    return Cost(answers, events, bot.cpu_s() - cpu_s - idle * (took_s + IDLE_S), made)


async def idle_per_s(bot: Bot) -> float:
    cpu_s = bot.cpu_s()
    await asyncio.sleep(IDLE_S)
    return (bot.cpu_s() - cpu_s) / IDLE_S


async def costs(options: argparse.Namespace) -> int:
    async with (
        PracticeModel(token_rate_per_s=None, first_token_delay_s=0.0) as model,
        Workspace(ROOT / "manifest.yml") as workspace,
        running_bot(workspace, model, options.database, "profile" if options.profile else "plain") as bot,
    ):
        await play(workspace, model, bot, WARM_UP, 5)
        if options.profile:
            bot.process.send_signal(signal.SIGUSR1)
        print(f"{'answers':>8} {'events':>8} {'ms/answer':>12}   calls of Slack's for each")
        few = await play(workspace, model, bot, options.answers, EVENTS)
        print(few.row(), flush=True)
        if options.profile:
            bot.process.send_signal(signal.SIGUSR2)
            print_profile((await bot.until_logged("bench.profile"))["found"], few.answers, options.places)
        else:
            many = await play(workspace, model, bot, max(AT_ONCE, options.answers // 5), MANY_EVENTS)
            print(many.row())
            further_us = 1000 * (many.per_answer_ms - few.per_answer_ms) / (many.events - few.events)
            print(f"{further_us:.0f} µs for a further event, the edits included")
        print(f"outcomes: {dict(bot.outcomes)}")
        return int(bot.outcomes["answered"] != bot.done)


def print_profile(found: list[tuple[str, str, float]], answers: int, places: int) -> None:
    parts: dict[str, float] = defaultdict(float)
    for part, _, seconds in found:
        parts[part] += seconds
    for part, seconds in sorted(parts.items(), key=lambda item: -item[1]):
        print(f"  {part:28} {1000 * seconds / answers:8.2f} ms/answer")
        inside = [(place, spent) for name, place, spent in found if name == part]
        for place, spent in inside[:places]:
            print(f"      {1000 * spent / answers:6.2f}  {place}")


# --- many at once ----------------------------------------------------------------------------------------------------


async def silence(options: argparse.Namespace) -> int:
    """All are asked within some seconds; each is written for a minute, so that all are live together."""
    ours = os.sched_getaffinity(0)
    events = round(60.0 / options.every_s)
    async with (
        PracticeModel(token_rate_per_s=None, first_token_delay_s=0.0) as model,
        Workspace(ROOT / "manifest.yml") as workspace,
        running_bot(workspace, model, options.database, "silence") as bot,
    ):
        if len(ours) > 1:
            _hold_on(bot.process.pid, {min(ours)})
            os.sched_setaffinity(0, ours - {min(ours)})
        model.script(*[Answer(chunks=(WORDS,) * events, chunk_delay_s=options.every_s)] * options.live)
        begun_s, cpu_s, seen = asyncio.get_running_loop().time(), bot.cpu_s(), len(bot.lines)
        for number in range(options.live):
            await ask(workspace, number)
            await asyncio.sleep(10.0 / options.live)
        await bot.until_done(options.live, within_s=600.0)
        took_s = asyncio.get_running_loop().time() - begun_s
        used = (bot.cpu_s() - cpu_s) / took_s
        stalls = [line for line in bot.lines[seen:] if line["event"] == "loop.stalled"]
        stalls.sort(key=lambda line: -line["ms"])
        print(
            f"{options.live} answers of {events} events in {took_s:.0f} s, {dict(bot.outcomes)}, {used:.0%} of a core"
        )
        print(f"longest silences of the loop, ms: {[line['ms'] for line in stalls[:10]] or 'none of 20 ms'}")
        for where, count in Counter(line["where"] for line in stalls).most_common(options.places):
            longest = max(line["ms"] for line in stalls if line["where"] == where)
            print(f"  {count:4} times, up to {longest} ms: {where}")
        return int(bot.outcomes["answered"] != options.live or any(line["ms"] > 50 for line in stalls))


def _hold_on(pid: int, cores: set[int]) -> None:
    for thread in Path(f"/proc/{pid}/task").iterdir():
        os.sched_setaffinity(int(thread.name), cores)


async def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m bench.answer_cpu", description=__doc__.split("\n", 1)[0] if __doc__ else ""
    )
    parser.add_argument("--answers", type=int, default=60)
    parser.add_argument("--database", default="", help="an empty PostgreSQL; not given: SQLite")
    parser.add_argument("--profile", action="store_true", help="by which part the time was used")
    parser.add_argument("--places", type=int, default=0, help="so many functions of each part as well")
    parser.add_argument("--live", type=int, default=0, help="so many answers at once, and how long the loop was silent")
    parser.add_argument("--every-s", type=float, default=0.2, help="from one event of a live answer to the next")
    options = parser.parse_args(arguments)
    return await (silence(options) if options.live else costs(options))


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
