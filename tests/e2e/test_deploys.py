"""Several processes on one PostgreSQL are replaced one after the other while people go on asking."""

from __future__ import annotations

import asyncio
import json
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from playground.practice_model.received import Received
from playground.practice_model.script import Answer
from playground.practice_model.server import PracticeModel
from playground.workspace.workspace import Workspace
from tests.chaos.readers import Asked, Change, look
from tests.chaos.words import answer, asked_for, pieces, question
from tests.e2e.test_process import Process, bot_process, environment
from tests.postgres import postgres
from tests.repository import MANIFEST

pytestmark = pytest.mark.long
REPLICAS = 3
LEASE_S = 60.0
"""Whoever waited for one to run out would be seen at once."""
AT_ONCE = 6
THREADS = 6
WORDS = 40
WITHIN_S = 240.0


def written(received: Received) -> Answer:
    """Takes longer than the grace of a process that is stopped."""
    number = asked_for([text for message in received.messages if message.role == "user" for text in message.texts])
    assert number is not None
    return Answer(chunks=pieces(answer(number, WORDS), 20), chunk_delay_s=0.1)


@pytest.fixture
async def crowd() -> AsyncIterator[Crowd]:
    async with (
        PracticeModel(answers=written) as model,
        Workspace(MANIFEST, rate_limits=False, retry_delays_s=(0.2,) * 200) as workspace,
    ):
        yield Crowd(workspace, model)


@dataclass
class Crowd:
    """People who ask in some threads, one question after the other, whoever is being replaced meanwhile."""

    workspace: Workspace
    model: PracticeModel
    asked: list[Asked] = field(default_factory=list)
    threads: list[str] = field(default_factory=list)
    enough: bool = False

    async def ask(self) -> None:
        ws, number = self.workspace, len(self.asked)
        thread_ts = self.threads[number % THREADS] if number >= THREADS else None
        channel = ws.channel("general")
        before = len(ws.deliveries)
        ts = await ws.say(ws.user("ada"), channel, question(number), thread_ts=thread_ts)
        await ws.until(lambda _: ws.deliveries[before].over, timeout_s=WITHIN_S)
        assert ws.deliveries[before].acknowledged
        self.threads += [ts] if thread_ts is None else []
        self.asked.append(Asked(number, channel, thread_ts or ts, WORDS))

    async def go_on(self) -> None:
        """They wait for some answers before they ask more, so that nobody waits long for his thread."""
        while not self.enough:
            await self.ask()
            await self.workspace.until(lambda _: len(self.asked) - self.answered() < AT_ONCE, timeout_s=WITHIN_S)

    def answered(self) -> int:
        return sum(any(f"q{one.number}end" in seen.text for seen in self.workspace.revisions) for one in self.asked)

    def changes(self) -> list[Change]:
        own = self.workspace.bot_user_id
        return [
            Change(one.at, one.channel, one.thread_ts or one.ts, one.ts, "" if one.kind == "delete" else one.text)
            for one in self.workspace.revisions
            if one.user == own and one.kind in {"post", "edit", "delete"}
        ]

    async def until_answered(self) -> None:
        async with asyncio.timeout(WITHIN_S):
            while look(self.asked, self.changes(), ()).lost:
                await self._until_something_changes()

    async def _until_something_changes(self) -> None:
        seen = len(self.workspace.revisions)
        await self.workspace.until(lambda ws: len(ws.revisions) > seen, timeout_s=WITHIN_S)

    async def until_asked(self, more: int) -> None:
        number = len(self.asked) + more
        await self.workspace.until(lambda _: len(self.asked) >= number, timeout_s=WITHIN_S)


@dataclass
class Replica:
    """A process whose log is read while it runs, so that it never waits for a reader."""

    process: Process
    events: list[dict[str, Any]] = field(default_factory=list)
    news: asyncio.Condition = field(default_factory=asyncio.Condition)

    def __post_init__(self) -> None:
        self.reading = asyncio.create_task(self._read())

    async def _read(self) -> None:
        assert self.process.process.stderr is not None
        async for raw in self.process.process.stderr:
            self.process.lines.append(raw.decode())
            event: dict[str, Any] = {"event": ""}
            with suppress(ValueError):
                event = json.loads(raw)
            self.events.append(event)
            async with self.news:
                self.news.notify_all()
        async with self.news:
            self.news.notify_all()

    async def stop(self, *signals: signal.Signals) -> int:
        for number in signals:
            with suppress(ProcessLookupError):
                self.process.process.send_signal(number)
            await self.until(lambda: bool(self.of("bot.stopping")) or self.reading.done())
        async with asyncio.timeout(WITHIN_S):
            await self.reading
            return await self.process.process.wait()

    async def until(self, so: Callable[[], bool]) -> None:
        async with asyncio.timeout(WITHIN_S), self.news:
            await self.news.wait_for(so)

    def of(self, name: str) -> list[dict[str, Any]]:
        return [event for event in self.events if event["event"] == name]


async def test_processes_are_replaced_one_after_the_other_and_nobody_notices(crowd: Crowd, tmp_path: Path) -> None:
    """What one of them had begun goes on elsewhere at once, and not when its lease has run out."""
    ends = [(signal.SIGTERM,), (signal.SIGTERM, signal.SIGTERM), (signal.SIGTERM, signal.SIGINT), (signal.SIGINT,)]
    codes: list[int] = []
    with postgres() as server:
        env = environment(
            crowd.workspace, crowd.model, tmp_path, DATABASE_URL=server.format(name="postgres"),
            BOT_LEASE_S=str(LEASE_S), BOT_SHUTDOWN_GRACE_S="0.5", BOT_TURNS_PER_USER_MAX="50",
        )  # fmt: skip
        async with AsyncExitStack() as processes:

            async def start() -> Replica:
                replica = Replica(await processes.enter_async_context(bot_process("run", **env)))
                await replica.until(lambda: bool(replica.of("bot.ready")))
                return replica

            everyone = [await start() for _ in range(REPLICAS)]
            asking = asyncio.create_task(crowd.go_on())
            for old, signals in zip(range(len(ends)), ends, strict=True):
                everyone.append(await start())
                await crowd.until_asked(3)
                codes.append(await everyone[old].stop(*signals))
            crowd.enough = True  # what is being asked is asked whole: it will be answered
            await asking
            await crowd.until_answered()
            codes += [await replica.stop(signal.SIGTERM) for replica in everyone[len(ends) :]]

    turns = [turn for replica in everyone for turn in replica.of("turn.done")]
    expired = [event for replica in everyone for event in replica.of("inbox.leases_expired")]
    handed_over = sum(len(replica.of("turn.done")) for replica in everyone[REPLICAS:])
    assert look(crowd.asked, crowd.changes(), ()).faults == []
    assert codes == [0] * len(everyone)
    assert [line for one in everyone for line in one.process.lines if "Traceback" in line or "Unclosed" in line] == []
    assert ([turn["crashes"] for turn in turns], expired) == ([0] * len(crowd.asked), [])
    assert handed_over > 0
