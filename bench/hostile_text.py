"""How long others wait for their acknowledgements while somebody's text does its worst.

    python -m bench.hostile_text [--kinds brackets,blanks] [--seconds 4]

I/O: a workspace and a model on 127.0.0.1 in one process, the bot in a second, and this one sends it signed events over
HTTP; prints a table. For each kind of text and each place (the model's answer, a message, ten messages of a thread) one
question brings it in. Meanwhile other people ask, five times a second, and ``/healthz`` is asked without a pause:
``stall`` is its longest answer, the longest time for which the bot's loop stood still. ``load`` is what the machine had
to do: processes that ran or waited for a processor, as the system counts them over a minute. The exit code is 1 where
an acknowledgement took longer than ``ACK_MAX_S``, or an attack was not answered.
"""

from __future__ import annotations

import argparse
import asyncio
import multiprocessing
import os
import re
import signal
import socket
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from typing import Any

import aiohttp
from aiohttp import web

from bench.acks import ROOT, Bot, Figures, Stage, running_bot, send
from playground.practice_model import grammar
from playground.practice_model.prompt_cache import Counted
from playground.workspace.workspace import Workspace

ACK_MAX_S = 0.5
CHARS = 39_900
"""Of a message and of an answer."""
THREAD_MESSAGES = 10
DELTA_CHARS = 20
ASKED_EVERY_S = 0.2
DONE_WITHIN_S = 75.0
KINDS = {
    "brackets": "[",
    "blanks": " ",
    "blanks and a bar": " " * 8_000 + "x-|\n",
    "ticks": "`a ",
    "pipes": "|",
    "stars": "*a ",
    "entities": "&amp;",
    "quotes": "> ",
    "lists": "- - a\n",
    "fences": "```\n~~~\n````\n",
    "link starts": "[a](",
    "sentences in a link": "[" + "a. " * 20_000,
    "mentions": "".join(f"<@U{number:06}> " for number in range(2_500)),
}
PLACES = ("answer", "message", "thread")
ATTACK = re.compile(rb"attack ([0-9]+)(?!.*attack)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Trial:
    kind: str
    place: str

    @property
    def text(self) -> str:
        return (KINDS[self.kind] * CHARS)[:CHARS]


@dataclass(slots=True)
class Scene:
    """What the bot's process needs to know, and of each trial the ts of its question and the events to send: its own
    first, then those of others."""

    stage: Stage
    asked: list[str] = field(default_factory=list)
    bodies: list[list[bytes]] = field(default_factory=list)


# --- the workspace and the model, in a process of their own ----------------------------------------------------------


def _run(pipe: Connection, trials: list[Trial], others: int) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    asyncio.run(_serve(pipe, trials, others))


async def _serve(pipe: Connection, trials: list[Trial], others: int) -> None:
    async with _model(trials) as url, Workspace(ROOT / "manifest.yml", rate_limits=False) as workspace:
        environment = {
            "SLACK_BOT_TOKEN": workspace.bot_token,
            "SLACK_SIGNING_SECRET": workspace.signing_secret,
            "SLACK_API_URL": workspace.api_url,
            "YOUROUTER_API_KEY": "bench",
            "MESSAGES_API_URL": url,
        }
        scene = Scene(Stage(environment, workspace.signing_secret))
        workspace.courier.transport = scene.stage
        channels = [workspace.add_channel(f"others-{other}") for other in range(others)]
        for number, trial in enumerate(trials):
            scene.stage.bodies = []
            scene.asked.append(await _attack(workspace, trial, number))
            await workspace.until(lambda _: scene.stage.bodies)
            for other in range(others):
                await workspace.say(workspace.user("grace"), channels[other], f"@claude question {number}.{other}")
            await workspace.until(lambda _: len(scene.stage.bodies) > others)
            scene.bodies.append(scene.stage.bodies)
        pipe.send(scene)
        await asyncio.get_running_loop().run_in_executor(None, pipe.recv)


async def _attack(workspace: Workspace, trial: Trial, number: int) -> str:
    """Somebody asks; returns the ts."""
    ada, channel = workspace.user("ada"), workspace.add_channel(f"attack-{number}")
    words = f"@claude attack {number}"
    if trial.place == "answer":
        return await workspace.say(ada, channel, words)
    if trial.place == "message":
        return await workspace.say(ada, channel, f"{words} {trial.text}"[:CHARS])
    root = workspace.seed(ada, channel, trial.text)
    for _ in range(THREAD_MESSAGES - 1):
        workspace.seed(ada, channel, trial.text, thread_ts=root)
    return await workspace.say(ada, channel, words, thread_ts=root)


@asynccontextmanager
async def _model(trials: list[Trial]) -> AsyncIterator[str]:
    """Answers an attack with its text where that belongs into the answer, and everything else with a word."""

    async def answer(request: web.Request) -> web.StreamResponse:
        found = ATTACK.search(await request.read())
        trial = trials[int(found[1])] if found else None
        text = trial.text if trial and trial.place == "answer" else "Yes."
        response = web.StreamResponse(headers={"content-type": "text/event-stream"})
        await response.prepare(request)
        for event in _events(text):
            await response.write(grammar.encoded(event, frozenset()))
        return response

    app = web.Application(client_max_size=100_000_000)
    app.router.add_post("/v1/messages", answer)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}/v1"
    await runner.cleanup()


def _events(text: str) -> Iterator[dict[str, Any]]:
    yield from grammar.opening(grammar.message("msg_1", "bench", grammar.usage(Counted(1), 1)))
    for start in range(0, len(text), DELTA_CHARS):
        yield grammar.delta(text[start : start + DELTA_CHARS])
    yield from grammar.closing("end_turn", None, grammar.usage(Counted(1), 1))


@asynccontextmanager
async def _scene(trials: list[Trial], others: int) -> AsyncIterator[Scene]:
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_run, args=(theirs, trials, others))
    process.start()
    try:
        yield await asyncio.get_running_loop().run_in_executor(None, ours.recv)
    finally:
        ours.send("end")
        process.join(30)


# --- the measurement -------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Measured:
    trial: Trial
    figures: Figures = field(default_factory=Figures)
    stall_s: float = 0.0
    done: bool = False
    took_s: float = 0.0
    load: float = 0.0
    logged: list[dict[str, Any]] = field(default_factory=list)
    """What the bot's own watchdog wrote."""

    @property
    def ack_max_s(self) -> float:
        return max(self.figures.acks_s, default=0.0)

    def row(self) -> str:
        worst = max(self.logged, key=lambda line: line["ms"], default=None)
        seen = f"{worst['ms']} ms in {worst['where']}" if worst else ""
        took = f"{self.took_s:.0f} s" if self.done else "no"
        return (
            f"{self.trial.kind:20} {self.trial.place:8} {1000 * self.ack_max_s:9.0f} {1000 * self.stall_s:9.0f} "
            f"{self.figures.failed:7} {took:>9} {self.load:5.1f} {seen}"
        )


async def _measure(
    trial: Trial, scene: Scene, number: int, bot: Bot, url: str, session: aiohttp.ClientSession
) -> Measured:
    measured, secret, bodies = Measured(trial), scene.stage.secret, scene.bodies[number]
    lines_before, began_s = len(bot.lines), time.monotonic()
    probing = asyncio.create_task(_probe(session, url, measured))
    sending = [asyncio.create_task(send(session, f"{url}/slack/events", secret, bodies[0], Figures()))]
    for body in bodies[1:]:
        await asyncio.sleep(ASKED_EVERY_S)
        sending.append(asyncio.create_task(send(session, f"{url}/slack/events", secret, body, measured.figures)))
    await asyncio.gather(*sending)
    until_s, ended = time.monotonic() + DONE_WITHIN_S, set[str]()
    while time.monotonic() < until_s and len(ended) < len(bodies):
        await asyncio.sleep(0.1)
        ended = {line["ts"] for line in bot.lines[lines_before:] if line["event"] == "turn.done"}
    measured.done, measured.took_s = scene.asked[number] in ended, time.monotonic() - began_s
    measured.load = os.getloadavg()[0]
    probing.cancel()
    with suppress(asyncio.CancelledError):
        await probing
    measured.logged = [line for line in bot.lines[lines_before:] if line["event"] == "loop.stalled"]
    return measured


async def _probe(session: aiohttp.ClientSession, url: str, measured: Measured) -> None:
    while True:
        asked_s = time.perf_counter()
        try:
            async with session.get(f"{url}/healthz") as response:
                await response.read()
        finally:
            measured.stall_s = max(measured.stall_s, time.perf_counter() - asked_s)
        await asyncio.sleep(0.02)


async def play(trials: list[Trial], others: int) -> bool:
    """Whether every acknowledgement came in time, and every attack was answered."""
    every: list[Measured] = []
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    async with (
        _scene(trials, others) as scene,
        running_bot(scene.stage, port, "") as bot,
        aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0), trust_env=False) as session,
    ):
        for number, trial in enumerate(trials):
            measured = await _measure(trial, scene, number, bot, f"http://127.0.0.1:{port}", session)
            print(measured.row(), flush=True)
            every.append(measured)
    ack, stall = (max(every, key=key) for key in (lambda one: one.ack_max_s, lambda one: one.stall_s))
    print(f"highest acknowledgement: {1000 * ack.ack_max_s:.0f} ms ({ack.trial.kind}, {ack.trial.place})")
    print(f"longest stall: {1000 * stall.stall_s:.0f} ms ({stall.trial.kind}, {stall.trial.place})")
    return all(one.done and one.ack_max_s <= ACK_MAX_S and not one.figures.failed for one in every)


async def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.hostile_text", description=__doc__.split("\n", 1)[0])
    parser.add_argument("--kinds", default=",".join(KINDS))
    parser.add_argument("--places", default=",".join(PLACES))
    parser.add_argument("--seconds", type=float, default=4.0)
    options = parser.parse_args(arguments)
    trials = [Trial(kind, place) for kind in options.kinds.split(",") for place in options.places.split(",")]
    print(f"{'text':20} {'where':8} {'ack, ms':>9} {'stall, ms':>9} {'failed':>7} {'answered':>9} {'load':>5} watchdog")
    return 0 if await play(trials, round(options.seconds / ASKED_EVERY_S)) else 1


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
