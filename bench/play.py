"""Asks as many questions at once as a load says, and returns what the model wrote and what people saw.

I/O: a workspace and a practice model on 127.0.0.1 in this process, the bot as a process of its own (or several, on a
PostgreSQL that is given) with its ordinary settings. The model writes on a fixed clock, whatever the machine does
meanwhile.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import socket
import sys
import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playground.measure.answers import answer
from playground.measure.readers import Written
from playground.practice_model.script import HeldAnswer
from playground.practice_model.server import PracticeModel
from playground.workspace.records import Call, Revision, User
from playground.workspace.workspace import Workspace

ROOT = Path(__file__).parents[1]
TOKENS_PER_S = 60
CHARS_PER_TOKEN = 4
WRITE_EVERY_S = 0.05
"""Three tokens at a time, as the API groups them."""
LONG_FACTOR = 1.8
"""Every fifth answer is so much longer, and outgrows a message."""
CHANNELS = 10
IN_CHANNEL_EVERY = 4
"""Every fourth question is asked in a channel, the others in a direct message each."""
ASKED_WITHIN_S = 1.0
START_WITHIN_S = 30.0
KNOWN_AFTER_S = 6.0
"""Then processes that have just started know of each other, by a heartbeat of each."""
SHOWN_WITHIN_S = 150.0
NUMBER = re.compile(r"\*\*Answer\s+(\d+)\.")


@dataclass(frozen=True, slots=True)
class Load:
    """How many answers at once, for how long each; ``strictness`` as ``Workspace`` takes it."""

    answers: int
    seconds: float = 30.0
    strictness: float = 1.0
    latency_s: float = 0.1


@dataclass(frozen=True, slots=True)
class Replicas:
    """Processes that share the workspace, and the ``database`` where they are several. Slack delivers to
    ``answers_on`` of them; the others are there, and idle."""

    number: int = 1
    answers_on: int = 1
    database: str = ""


@dataclass(slots=True)
class Played:
    """What happened. ``revisions[i]`` are those of the thread whose answer is ``written[i]``."""

    load: Load
    written: list[Written]
    revisions: list[list[Revision]]
    calls: list[Call]
    unanswered: int
    bot_cpu_s: float
    log_tail: list[str] = field(default_factory=list)


async def play(load: Load, replicas: Replicas | None = None) -> Played:
    replicas = replicas or Replicas()
    async with (
        PracticeModel(token_rate_per_s=None, first_token_delay_s=0.0) as model,
        Workspace(ROOT / "manifest.yml", latency_s=load.latency_s, strictness=load.strictness) as workspace,
        _bots(workspace, model, replicas) as log,
    ):
        await workspace.until(lambda ws: ws.connections == replicas.answers_on, timeout_s=START_WITHIN_S)
        await log.until(lambda: log.ready == replicas.number, START_WITHIN_S)
        await asyncio.sleep(KNOWN_AFTER_S if replicas.number > 1 else 0.0)
        texts = [answer(number, length(load, number)) for number in range(load.answers)]
        held = [HeldAnswer() for _ in texts]
        model.script(*held)
        writers = [asyncio.create_task(_write(one, text)) for one, text in zip(held, texts, strict=True)]
        threads = []
        for number in range(load.answers):
            threads.append(await _ask(workspace, number))
            await asyncio.sleep(ASKED_WITHIN_S / load.answers)
        written = await asyncio.gather(*writers)
        with suppress(TimeoutError):
            await log.until(lambda: len(log.outcomes) == load.answers, SHOWN_WITHIN_S)
        revisions = _by_answer(workspace, threads, load.answers)
        unanswered = load.answers - sum(outcome == "answered" for outcome in log.outcomes.values())
        return Played(load, written, revisions, list(workspace.calls), unanswered, log.cpu_s(), log.tail)


def length(load: Load, number: int) -> int:
    chars = load.seconds * TOKENS_PER_S * CHARS_PER_TOKEN
    return int(chars * LONG_FACTOR if number % 5 == 4 else chars)


async def _write(held: HeldAnswer, text: str) -> Written:
    """Gives ``text`` at the model's pace. A write that is late is late for the measurement too: its time is noted."""
    loop = asyncio.get_running_loop()
    await held.asked.wait()
    begin_s = loop.time()
    written = Written(text, [], [])
    per_write = int(TOKENS_PER_S * CHARS_PER_TOKEN * WRITE_EVERY_S)
    for number, end in enumerate(range(per_write, len(text) + per_write, per_write)):
        await asyncio.sleep(begin_s + number * WRITE_EVERY_S - loop.time())
        written.times_s.append(loop.time())
        written.lengths.append(min(end, len(text)))
        await held.write(text[end - per_write : end])
    await held.finish()
    return written


async def _ask(workspace: Workspace, number: int) -> tuple[str, str]:
    """Channel and ts of the question."""
    if number % IN_CHANNEL_EVERY == IN_CHANNEL_EVERY - 1:
        name = f"team-{number // IN_CHANNEL_EVERY % CHANNELS}"
        known = {channel.name for channel in workspace.state.channels.values()}
        channel = workspace.channel(name) if name in known else workspace.add_channel(name)
        return channel, await workspace.say(workspace.user("ada"), channel, f"@claude question {number}, please")
    person = User(f"U0PERSON{number:02}", f"person{number}", f"Person Number {number}")
    workspace.state.users[person.id] = person
    channel = workspace.direct_message(person.id)
    return channel, await workspace.say(person.id, channel, f"question {number}, please")


def _by_answer(workspace: Workspace, threads: list[tuple[str, str]], answers: int) -> list[list[Revision]]:
    """Requests do not reach the model in the order of the questions: an answer says itself which it is."""
    found: list[list[Revision]] = [[] for _ in range(answers)]
    for channel, ts in threads:
        revisions = [
            revision
            for revision in workspace.revisions
            if revision.channel == channel and revision.thread_ts == ts and revision.user == workspace.bot_user_id
        ]
        latest = {revision.ts: revision.source for revision in revisions}
        if number := NUMBER.search(" ".join(latest.values())):
            found[int(number[1])] = revisions
    return found


class _Log:
    """What the bot's processes log: how many are ready, and the outcome of each question."""

    def __init__(self) -> None:
        self.ready = 0
        self.outcomes: dict[str, str] = {}
        self.tail: list[str] = []
        self._processes: list[asyncio.subprocess.Process] = []
        self._news = asyncio.Condition()

    def of(self, process: asyncio.subprocess.Process) -> asyncio.Task[None]:
        self._processes.append(process)
        return asyncio.create_task(self._read(process))

    async def until(self, so: Callable[[], bool], timeout_s: float) -> None:
        async with asyncio.timeout(timeout_s), self._news:
            await self._news.wait_for(so)

    def cpu_s(self) -> float:
        """Processor time of all of them so far; 0 where the system does not tell."""
        ticks = 0
        with suppress(OSError):
            for process in self._processes:
                fields = Path(f"/proc/{process.pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
                ticks += int(fields[11]) + int(fields[12])
        return ticks / os.sysconf("SC_CLK_TCK")

    async def _read(self, process: asyncio.subprocess.Process) -> None:
        assert process.stderr is not None
        async for raw in process.stderr:
            line = raw.decode(errors="replace").rstrip()
            self.tail = [*self.tail[-200:], line]
            event: dict[str, Any] = {}
            with suppress(ValueError):
                event = json.loads(line)
            async with self._news:
                self.ready += event.get("event") == "bot.ready"
                if event.get("event") == "turn.done":
                    self.outcomes[str(event["ts"])] = str(event["outcome"])
                self._news.notify_all()


@asynccontextmanager
async def _bots(workspace: Workspace, model: PracticeModel, replicas: Replicas) -> AsyncIterator[_Log]:
    log = _Log()
    async with AsyncExitStack() as bots:
        for number in range(replicas.number):
            hears = number < replicas.answers_on
            await bots.enter_async_context(_bot(workspace, model, log, replicas.database, hears=hears))
        yield log


@asynccontextmanager
async def _bot(
    workspace: Workspace, model: PracticeModel, log: _Log, database: str, *, hears: bool
) -> AsyncIterator[None]:
    """Unless it ``hears``, it waits for deliveries over HTTP that nobody makes."""
    with tempfile.TemporaryDirectory(prefix="bench-") as directory:
        environment = {
            **os.environ,
            "SLACK_BOT_TOKEN": workspace.bot_token,
            "SLACK_APP_TOKEN": workspace.app_token if hears else "",
            "SLACK_SIGNING_SECRET": "" if hears else workspace.signing_secret,
            "BOT_HTTP_PORT": str(_free_port()),
            "SLACK_API_URL": workspace.api_url,
            "YOUROUTER_API_KEY": model.api_key,
            "MESSAGES_API_URL": model.url,
            "DATABASE_URL": database,
            "BOT_DATA_DIR": directory,
            "BOT_LOG_FORMAT": "json",
            "BOT_START_PROBE": "off",
            "BOT_LOG_LEVEL": "INFO",
            "BOT_SHUTDOWN_GRACE_S": "1",
            "BOT_TURNS_PER_USER_MAX": "1000",  # one person asks all questions in channels
        }
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bot", "run", cwd=ROOT, env=environment, stderr=asyncio.subprocess.PIPE, limit=1 << 20
        )
        reader = log.of(process)
        try:
            yield
        finally:
            if process.returncode is None:
                process.send_signal(signal.SIGTERM)
                try:
                    await asyncio.wait_for(process.wait(), 30)
                except TimeoutError:
                    process.kill()
                    await process.wait()
            await reader


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])
