"""Keeps a workspace, a model and bots alive until the block ends, for a scenario, dice and a database.

I/O: servers on 127.0.0.1, processes. ``ask`` goes on asking until there is ``enough``; ``heal`` makes everything whole.
"""

from __future__ import annotations

import asyncio
import signal
import sqlite3
import time
from collections import deque
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from aiohttp import web
from sqlalchemy.exc import SQLAlchemyError

from playground.practice_model.server import PracticeModel
from playground.workspace.delivery import Delivery
from playground.workspace.web_api import Moment
from playground.workspace.workspace import Workspace
from tests.chaos.bots import Bot, owner_of
from tests.chaos.links import Link, link
from tests.chaos.readers import Asked, Change
from tests.chaos.scenarios import Scenario
from tests.chaos.weather import ModelWeather, SlackWeather
from tests.chaos.words import question, shown
from tests.e2e.test_process import environment
from tests.postgres import run_in_postgres
from tests.repository import MANIFEST, SAMPLES

CHANNELS = 6
THREADS = 12
AT_ONCE = 8
"""Questions that wait for their answer while more are asked."""
ASK_EVERY_S = (0.05, 0.5)
STOP_EVERY_S = (2.0, 6.0)
RETRY_DELAYS_S = (0.1, 0.3, 1.0, 2.0, 3.0, *(4.0,) * 10)
"""More and sooner than Slack tries: a bot is away here for seconds."""
MENTIONED = 0.5
"""In a thread that the bot answers in already, people often go on without naming it."""
UNFINISHED = "SELECT count(*) FROM questions WHERE state <> 'finished'"
LENGTHS = (8, 30, 60, 200)
LONG = 1_600
"""Words that outgrow a message."""


@dataclass(slots=True)
class Trap:
    """Waits for a call of ``method``; who makes it is killed before it is done, between that and its answer, or is
    noted for what comes after, or is paused when it has been done."""

    method: str
    when: str
    sprung: asyncio.Event = field(default_factory=asyncio.Event)
    caught: Bot | None = None

    def meets(self, moment: Moment, method: str) -> bool:
        return method == self.method and (moment is Moment.ARRIVED) == (self.when == "before")


@dataclass(slots=True)
class World:
    scenario: Scenario
    dice: Random
    workspace: Workspace
    weather: SlackWeather
    model: ModelWeather
    database: str = ""
    sqlite: Path = Path()
    bots: list[Bot] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    traps: list[Trap] = field(default_factory=list)
    kills: int = 0
    downloads: int = 0
    with_file: bool = False
    asked: dict[int, Asked] = field(default_factory=dict)
    stopped: set[int] = field(default_factory=set)
    """Questions whose answer somebody wanted to end; it may have been whole by then."""
    given_up: int = 0
    enough: bool = False
    _threads: list[tuple[str, str]] = field(default_factory=list)
    _newest: tuple[int, str, str] | None = None
    """The question that was asked last: its number, channel and ts."""
    _recent: deque[Delivery] = field(default_factory=lambda: deque(maxlen=20))

    @property
    def lease_s(self) -> float:
        return self.scenario.lease_s

    def any_bot(self) -> Bot:
        living = [bot for bot in self.bots if bot.pid is not None and not bot.paused]
        return self.dice.choice(living or self.bots)

    def any_link(self) -> Link:
        return self.dice.choice(self.links)

    async def pause(self, low_s: float, high_s: float) -> None:
        await asyncio.sleep(self.dice.uniform(low_s, high_s))

    # --- what people do ---------------------------------------------------------------------------------------------

    async def ask(self) -> None:
        """Each question waits for the acknowledgement of the one before, as a person does in a thread."""
        number = 0
        while not self.enough:
            await self.pause(*ASK_EVERY_S)
            if await self.unanswered() >= AT_ONCE:
                continue
            number += 1
            await self._ask(number)
            if self._recent:
                again = self.dice.choice(self._recent)
                self.workspace.redeliver(again)
                self.workspace.redeliver(again, new_event_id=True)

    async def _ask(self, number: int) -> None:
        words = LONG if self.dice.random() < 0.04 else self.dice.choice(LENGTHS)
        self.model.words[number] = words
        channel, thread_ts = self._where()
        files = []
        if self.with_file:
            self.with_file = False
            files = [("agreement.pdf", (SAMPLES / "supply-agreement.pdf").read_bytes())]
        before = len(self.workspace.deliveries)
        ada = self.workspace.user("ada")
        text = question(number, mention=thread_ts is None or self.dice.random() < MENTIONED)
        ts = await self.workspace.say(ada, channel, text, thread_ts=thread_ts, files=files)
        delivery = self.workspace.deliveries[before]
        await self.workspace.until(lambda _: delivery.over, timeout_s=60)
        self.asked[number] = Asked(number, channel, thread_ts or ts, words, acknowledged=delivery.acknowledged)
        if not delivery.acknowledged:
            self.given_up += 1
            return
        self._recent.append(delivery)
        self._newest = number, channel, ts
        if thread_ts is None:
            self._threads = [*self._threads, (channel, ts)][-THREADS:]

    async def stop_some(self) -> None:
        """By the button under a growing answer, or by a stop sign at the question that was asked last."""
        while not self.enough:
            await self.pause(*STOP_EVERY_S)
            if self.dice.random() < 0.5:
                await self._press_stop()
            elif self._newest is not None:
                number, channel, ts = self._newest
                self.stopped.add(number)
                await self.workspace.react(self.workspace.user("ada"), channel, ts, "octagonal_sign")

    async def _press_stop(self) -> None:
        for change in reversed(self.changes()[-AT_ONCE:]):
            message = next((one for one in self.workspace.messages(change.channel) if one["ts"] == change.ts), {})
            blocks = message.get("blocks", [])
            if any(one.get("action_id") == "stop" for block in blocks for one in block.get("elements", ())):
                self.stopped |= {number for number, _ in shown(change.text, self.model.words)}
                await self.workspace.press(self.workspace.user("ada"), change.channel, change.ts, "stop")
                return

    def _where(self) -> tuple[str, str | None]:
        if self._threads and self.dice.random() < 0.6:
            return self.dice.choice(self._threads)
        return self.workspace.channel(f"team-{self.dice.randrange(CHANNELS)}"), None

    # --- what the database knows ------------------------------------------------------------------------------------

    async def unanswered(self) -> int:
        """By the database; many while it does not say."""
        try:
            if self.database:
                return int(await asyncio.wait_for(run_in_postgres(self.database, UNFINISHED), 2) or 0)
            with closing(sqlite3.connect(f"file:{self.sqlite}?mode=ro", uri=True, timeout=0.5)) as connection:
                return int(connection.execute(UNFINISHED).fetchone()[0])
        except (TimeoutError, OSError, sqlite3.Error, SQLAlchemyError):
            return AT_ONCE

    # --- what happens to calls --------------------------------------------------------------------------------------

    def watch(self, moment: Moment, method: str, request: web.Request) -> bool:
        for trap in self.traps:
            if not trap.meets(moment, method) or request.transport is None:
                continue
            bot = owner_of(request.transport.get_extra_info("peername")[1], self.bots)
            if bot is None:
                return False
            trap.caught = bot
            if trap.when == "pause":
                bot.send(signal.SIGSTOP)
            elif trap.when != "after" and bot.send(signal.SIGKILL):
                self.kills += 1
            self.traps.remove(trap)
            trap.sprung.set()
            return trap.when == "before"
        return False

    async def until_one_is_ready(self) -> None:
        """Troubles that follow each other too soon would only hit what is not there."""
        waiting = [asyncio.create_task(bot.ready.wait()) for bot in self.bots]
        _, pending = await asyncio.wait(waiting, timeout=30, return_when=asyncio.FIRST_COMPLETED)
        for task in pending:
            task.cancel()

    # --- the end ----------------------------------------------------------------------------------------------------

    def heal(self) -> None:
        self.weather.share = self.model.share = 0.0
        self.traps.clear()
        for cable in self.links:
            cable.release()
        for bot in self.bots:
            bot.send(signal.SIGCONT)

    async def until_answered(self, within_s: float) -> bool:
        ends_s = time.monotonic() + within_s
        while not all(one.over for one in self.workspace.deliveries) or await self.unanswered():
            if time.monotonic() > ends_s:
                return False
            await asyncio.sleep(0.2)
        return True

    async def until_no_status(self, within_s: float) -> None:
        """While Slack refuses to take one away, or the minute's calls for it are used up, one stays."""
        with suppress(TimeoutError):
            await self.workspace.until(lambda _: not self.shown_statuses(), timeout_s=within_s)

    def shown_statuses(self) -> list[str]:
        return [str(status) for status in self.workspace.statuses() if status.status]

    def changes(self) -> list[Change]:
        """The bot's messages as readers saw them."""
        own = self.workspace.bot_user_id
        return [
            Change(one.at, one.channel, one.thread_ts or one.ts, one.ts, "" if one.kind == "delete" else one.text)
            for one in self.workspace.revisions
            if one.user == own and one.kind in {"post", "edit", "delete"}
        ]


@asynccontextmanager
async def world(scenario: Scenario, dice: Random, database: str, directory: Path) -> AsyncIterator[World]:
    """``database`` is the address of an empty PostgreSQL database; empty: SQLite."""
    weather = SlackWeather(dice=Random(dice.random()), share=scenario.slack_fails)
    model_weather = ModelWeather(Random(dice.random()), {}, share=scenario.model_fails)
    async with AsyncExitStack() as parts:
        model = await parts.enter_async_context(PracticeModel(answers=model_weather.answer))
        workspace = await parts.enter_async_context(
            Workspace(MANIFEST, rate_limits=False, retry_delays_s=RETRY_DELAYS_S, latency_s=0.02)
        )
        for number in range(CHANNELS):
            workspace.add_channel(f"team-{number}")
        made = World(scenario, dice, workspace, weather, model_weather, database, directory / "0" / "bot.sqlite3")
        workspace.web_api.faults = weather
        workspace.web_api.watch = made.watch
        for number in range(scenario.replicas):
            address = ""
            if database:
                address, cable = await parts.enter_async_context(link(database))
                made.links.append(cable)
            env = environment(
                workspace, model, directory / str(number), DATABASE_URL=address, BOT_LEASE_S=str(scenario.lease_s),
                BOT_SHUTDOWN_GRACE_S="1", MESSAGES_FIRST_TEXT_TIMEOUT_S="20", MESSAGES_IDLE_TIMEOUT_S="10",
            )  # fmt: skip
            (directory / str(number)).mkdir()
            skew_s = scenario.skews_s[number % len(scenario.skews_s)]
            made.bots.append(Bot(env, Random(dice.random()), skew_s))
        try:
            for bot in made.bots:
                bot.begin()
            async with asyncio.timeout(60):
                for bot in made.bots:
                    await bot.ready.wait()
            yield made
        finally:
            made.heal()
            await asyncio.gather(*(bot.end() for bot in made.bots))
