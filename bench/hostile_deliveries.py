"""How long others wait for their acknowledgements while deliveries of one kind come in by the thousand.

    python -m bench.hostile_deliveries [--kinds reactions,presses] [--share 0.2] [--seconds 4]

I/O: a workspace and a model on 127.0.0.1 in one process, the bot in a second, and this one sends it signed deliveries
over HTTP, fifty at a time, as fast as it takes them; prints a table. Meanwhile other people ask, five times a second,
and ``/healthz`` is asked without a pause (``stall``, as in ``hostile_text``). ``calls`` is how many of the Web API one
flood has cost until a while after its end, and ``memory`` by how much the bot has grown. The exit code is 1 where an
acknowledgement of somebody else's took longer than ``ACK_MAX_S``, or their questions were not answered.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import multiprocessing
import signal
import socket
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import aiohttp

from bench.acks import ROOT, Bot, Figures, Stage, running_bot, send
from playground.practice_model.server import PracticeModel
from playground.workspace.http_delivery import sign
from playground.workspace.workspace import Workspace

ACK_MAX_S = 0.5
ASKED_EVERY_S = 0.2
AT_ONCE = 50
REST_S = 3.0
"""After a flood: what it leaves behind is still to be done."""
ANSWERED_WITHIN_S = 60.0
APART = 20_000
"""Between the numbers of two floods: the same message is read once."""
Json = dict[str, Any]


@dataclass(slots=True)
class Ids:
    team: str
    channel: str
    ada: str
    bot: str


@dataclass(slots=True)
class Scene:
    stage: Stage
    ids: Ids
    others: list[list[bytes]] = field(default_factory=list)
    """Other people's questions, by the flood that they are asked in."""


# --- what comes in ---------------------------------------------------------------------------------------------------


def _ts(number: int) -> str:
    return f"1790000000.{number:06}"


def _event(ids: Ids, number: int, **event: object) -> Json:
    return {"type": "event_callback", "team_id": ids.team, "event_id": f"EvFLOOD{number}", "event": event}


def _mention(ids: Ids, number: int, **more: object) -> Json:
    said = {"user": ids.ada, "channel": ids.channel, "ts": _ts(number), "text": f"<@{ids.bot}> go on", **more}
    return _event(ids, number, type="app_mention", **said)


def _reaction(ids: Ids, number: int, name: str) -> Json:
    item = {"type": "message", "channel": ids.channel, "ts": _ts(number)}
    return _event(ids, number, type="reaction_added", user=ids.ada, reaction=name, item=item)


def _changed(ids: Ids, number: int, ts: str, text: str) -> Json:
    now = {"type": "message", "user": ids.ada, "ts": ts, "text": f"{text} {number}", "edited": {"user": ids.ada}}
    before = {**now, "text": "hm"}
    changed = {"subtype": "message_changed", "message": now, "previous_message": before}
    return _event(ids, number, type="message", channel=ids.channel, **changed)


def _files(ids: Ids, number: int) -> Json:
    files = [
        {"id": f"F{number}X{file}", "name": f"{file}.txt", "filetype": "text", "mode": "hosted", "size": 3,
         "url_private": "https://files.slack.com/a"} for file in range(1_000)
    ]  # fmt: skip
    return _mention(ids, number, files=files)


def _blocks(ids: Ids, number: int) -> Json:
    run = [{"type": "text", "text": "a ", "style": {"bold": True}} for _ in range(350)]
    lists = [{"type": "rich_text_list", "style": "bullet", "indent": depth % 9, "elements": [
        {"type": "rich_text_section", "elements": run}]} for depth in range(40)]  # fmt: skip
    return _mention(ids, number, blocks=[{"type": "rich_text", "block_id": "b", "elements": lists}])


def _interaction(ids: Ids, **more: object) -> Json:
    where = {"user": {"id": ids.ada, "team_id": ids.team}, "team": {"id": ids.team}, "channel": {"id": ids.channel}}
    return {**where, "trigger_id": "1.2.3", "api_app_id": "A0PLAYGRND", **more}


def _press(ids: Ids, action: Json) -> Json:
    message = {"type": "message", "user": ids.bot, "ts": _ts(1), "thread_ts": _ts(0), "text": "x", "blocks": []}
    return _interaction(ids, type="block_actions", message=message, actions=[action])


def _shortcut(ids: Ids, number: int) -> Json:
    message = {"type": "message", "user": ids.ada, "ts": _ts(number), "text": "hm"}
    used = {"callback_id": "ask_about_message", "action_ts": f"1790000001.{number:06}", "message": message}
    return _interaction(ids, type="message_action", **used)


KINDS: dict[str, tuple[int, Callable[[Ids, int], Json]]] = {
    "reactions": (10_000, lambda ids, n: _reaction(ids, n, "tada")),
    "reactions that stop": (5_000, lambda ids, n: _reaction(ids, n, "x")),
    "edits of messages": (10_000, lambda ids, n: _changed(ids, n, _ts(n), "now")),
    "edits of a mention": (2_000, lambda ids, n: _changed(ids, n, _ts(7), f"<@{ids.bot}> now")),
    "deleted files": (10_000, lambda ids, n: _event(ids, n, type="file_deleted", file_id=f"F{n}")),
    "a thousand files": (20, _files),
    "huge blocks": (40, _blocks),
    "mentions": (2_000, _mention),
    "presses": (1_000, lambda ids, _: _press(ids, {"action_id": "continue", "type": "button", "value": ""})),
    "votes": (1_000, lambda ids, n: _press(ids, {"action_id": "feedback", "value": ("good", "bad")[n % 2]})),
    "shortcuts": (1_000, _shortcut),
    "home tabs": (1_000, lambda ids, n: _event(ids, n, type="app_home_opened", user=ids.ada, tab="home",
                                               channel="D0ADA00001")),
}  # fmt: skip
"""How many of each, and what they are."""


# --- the workspace and the model, in a process of their own ----------------------------------------------------------


class _Linked(Workspace):
    """``socket_url``: of Socket Mode where that is somebody else's; else empty."""

    def __init__(self, socket_url: str) -> None:
        super().__init__(ROOT / "manifest.yml")
        self._socket_url = socket_url

    def link_url(self) -> str:
        return self._socket_url or super().link_url()


def _run(pipe: Connection, floods: int, others: int, socket_url: str) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    asyncio.run(_serve(pipe, floods, others, socket_url))


async def _serve(pipe: Connection, floods: int, others: int, socket_url: str) -> None:
    async with PracticeModel() as model, _Linked(socket_url) as workspace:
        environment = {
            "SLACK_BOT_TOKEN": workspace.bot_token,
            "SLACK_SIGNING_SECRET": workspace.signing_secret,
            "SLACK_API_URL": workspace.api_url,
            "YOUROUTER_API_KEY": model.api_key,
            "MESSAGES_API_URL": model.url,
        }
        if socket_url:
            environment |= {"SLACK_APP_TOKEN": workspace.app_token}
        ids = Ids(workspace.team_id, workspace.add_channel("flooded"), workspace.user("ada"), workspace.bot_user_id)
        scene = Scene(Stage(environment, workspace.signing_secret), ids)
        workspace.courier.transport = scene.stage
        channels = [workspace.add_channel(f"others-{other}") for other in range(others)]
        for number in range(floods):
            scene.stage.bodies = []
            for other in range(others):
                await workspace.say(workspace.user("grace"), channels[other], f"@claude question {number}.{other}")
            await workspace.until(lambda _: len(scene.stage.bodies) == others)
            scene.others.append(scene.stage.bodies)
        pipe.send(scene)
        while await asyncio.get_running_loop().run_in_executor(None, pipe.recv) != "end":
            pipe.send(len(workspace.calls))


@asynccontextmanager
async def _scene(floods: int, others: int, socket_url: str = "") -> AsyncIterator[tuple[Scene, Callable[[], int]]]:
    """``socket_url``: for Socket Mode, which is somebody else's. The second is how many calls there were."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_run, args=(theirs, floods, others, socket_url))
    process.start()

    def calls() -> int:
        ours.send("calls")
        return int(ours.recv())

    try:
        yield await asyncio.get_running_loop().run_in_executor(None, ours.recv), calls
    finally:
        ours.send("end")
        process.join(30)


# --- the measurement -------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Measured:
    kind: str
    count: int
    flood: Figures = field(default_factory=Figures)
    others: Figures = field(default_factory=Figures)
    took_s: float = 0.0
    stall_s: float = 0.0
    calls: int = 0
    grown_mb: float = 0.0
    answered: bool = False

    @property
    def good(self) -> bool:
        in_time = max(self.others.acks_s, default=0.0) <= ACK_MAX_S and not self.others.failed
        return self.answered and in_time and not self.flood.failed

    def row(self) -> str:
        ack, own = (1000 * max(figures.acks_s, default=0.0) for figures in (self.others, self.flood))
        return (
            f"{self.kind:20} {self.count:6} {self.took_s:7.1f} {ack:9.0f} {own:9.0f} {1000 * self.stall_s:9.0f} "
            f"{self.flood.failed + self.others.failed:7} {'yes' if self.answered else 'no':>9} {self.calls:6} "
            f"{self.grown_mb:8.1f}"
        )


async def _measure(kind: str, count: int, scene: Scene, number: int, bot: Bot, url: str) -> Measured:
    measured, secret, make = Measured(kind, count), scene.stage.secret, KINDS[kind][1]
    before_mb = _memory_mb(bot)
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0), trust_env=False) as session:
        probing = asyncio.create_task(_probe(session, url, measured))
        begun_s = time.perf_counter()
        wanted = iter(range(APART * number, APART * number + count))
        senders = [
            asyncio.create_task(_flood(session, url, secret, (make(scene.ids, n) for n in wanted), measured.flood))
            for _ in range(AT_ONCE)
        ]
        asking = []
        for body in scene.others[number]:
            asking.append(asyncio.create_task(send(session, f"{url}/slack/events", secret, body, measured.others)))
            await asyncio.sleep(ASKED_EVERY_S)
        await asyncio.gather(*senders, *asking)
        measured.took_s = time.perf_counter() - begun_s
        with suppress(TimeoutError):
            async with asyncio.timeout(ANSWERED_WITHIN_S):
                while not _answered(bot, scene.others[number]):  # noqa: ASYNC110 - a log tells nobody
                    await asyncio.sleep(0.1)
        measured.answered = _answered(bot, scene.others[number])
        await asyncio.sleep(REST_S)
        probing.cancel()
        with suppress(asyncio.CancelledError):
            await probing
    measured.grown_mb = _memory_mb(bot) - before_mb
    return measured


def _answered(bot: Bot, bodies: list[bytes]) -> bool:
    ended = {line["ts"] for line in bot.lines if line["event"] == "turn.done"}
    return {json.loads(body)["event"]["ts"] for body in bodies} <= ended


async def _flood(
    session: aiohttp.ClientSession, url: str, secret: str, payloads: Iterator[Json], figures: Figures
) -> None:
    for payload in payloads:
        if payload["type"] == "event_callback":
            await send(session, f"{url}/slack/events", secret, json.dumps(payload).encode(), figures)
        else:
            await _interact(session, f"{url}/slack/events", secret, payload, figures)


async def _interact(session: aiohttp.ClientSession, url: str, secret: str, payload: Json, figures: Figures) -> None:
    body, timestamp = urlencode({"payload": json.dumps(payload)}).encode(), str(int(time.time()))
    headers = {
        "Content-Type": "application/x-www-form-urlencoded",
        "X-Slack-Request-Timestamp": timestamp,
        "X-Slack-Signature": sign(secret, timestamp, body),
    }
    sent_s = time.perf_counter()
    async with session.post(url, data=body, headers=headers) as response:
        await response.read()
        figures.failed += response.status != 200
    figures.acks_s.append(time.perf_counter() - sent_s)


async def _probe(session: aiohttp.ClientSession, url: str, measured: Measured) -> None:
    while True:
        asked_s = time.perf_counter()
        async with session.get(f"{url}/healthz") as response:
            await response.read()
        measured.stall_s = max(measured.stall_s, time.perf_counter() - asked_s)
        await asyncio.sleep(0.02)


def _memory_mb(bot: Bot) -> float:
    with suppress(OSError):
        status = Path(f"/proc/{bot.process.pid}/status").read_text(encoding="ascii")
        return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS")) / 1024
    return 0.0


async def play(kinds: list[str], share: float, others: int) -> bool:
    good = True
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    async with _scene(len(kinds), others) as (scene, calls), running_bot(scene.stage, port, "") as bot:
        for number, kind in enumerate(kinds):
            before = await asyncio.to_thread(calls)
            count = max(1, round(share * KINDS[kind][0]))
            measured = await _measure(kind, count, scene, number, bot, f"http://127.0.0.1:{port}")
            measured.calls = await asyncio.to_thread(calls) - before
            print(measured.row(), flush=True)
            good = good and measured.good
    return good


async def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.hostile_deliveries", description=__doc__.split("\n", 1)[0])
    parser.add_argument("--kinds", default=",".join(KINDS))
    parser.add_argument("--share", type=float, default=1.0, help="of the numbers that are meant")
    parser.add_argument("--seconds", type=float, default=4.0)
    options = parser.parse_args(arguments)
    print(
        f"{'deliveries':20} {'number':>6} {'took, s':>7} {'ack, ms':>9} {'own, ms':>9} {'stall, ms':>9} {'failed':>7} "
        f"{'answered':>9} {'calls':>6} {'grew, MB':>8}"
    )
    good = await play(options.kinds.split(","), options.share, round(options.seconds / ASKED_EVERY_S))
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
