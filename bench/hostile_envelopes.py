"""How long others wait for their acknowledgements over one WebSocket that somebody's huge envelopes come in by, too.

    python -m bench.hostile_envelopes [--kinds "sixteen megabytes,deep"] [--seconds 4]

I/O: a workspace and a model on 127.0.0.1 in one process, the bot in a second, and this one is the other end of the
bot's Socket Mode: it sends the envelopes of one kind at once, and meanwhile other people's questions, five a second.
``stall`` is the longest that the bot's own watchdog saw its loop stand still (from 250 ms on). Where the connection is
lost the rest goes over the next one, and ``lost`` counts those. The exit code is 1 where an acknowledgement of somebody
else's took longer than ``ACK_MAX_S``, or their questions were not answered.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

from aiohttp import WSMsgType, web

from bench.acks import Bot, running_bot
from bench.hostile_deliveries import (
    ACK_MAX_S,
    ANSWERED_WITHIN_S,
    APART,
    ASKED_EVERY_S,
    KINDS,
    REST_S,
    Ids,
    Json,
    Scene,
    _answered,
    _event,
    _memory_mb,
    _mention,
    _scene,
)

GIVEN_UP_S, PING_EVERY_S = 30.0, 10.0


def _deep(ids: Ids, number: int) -> Json:
    """Twenty thousand levels, as text: Python's own writer would give up on it as well."""
    return _mention(ids, number, blocks="[" * 20_000 + "]" * 20_000)


def _long_text(ids: Ids, number: int) -> Json:
    return _mention(ids, number, text=f"<@{ids.bot}> " + "x" * 16_000_000)


def _mentions(ids: Ids, number: int) -> Json:
    return _mention(ids, number, text=f"<@{ids.bot}> " + " ".join(f"<@U{number:04}{user:06}>" for user in range(3_000)))


def _small_objects(ids: Ids, number: int) -> Json:
    return _event(ids, number, type="reaction_added", user=ids.ada, items=[{"a": each} for each in range(60_000)])


ENVELOPES: dict[str, tuple[int, Callable[[Ids, int], Json]]] = {
    "sixteen megabytes": (5, _long_text),
    "deep": (40, _deep),
    "mentions of thousands": (40, _mentions),
    "small objects": (20, _small_objects),
    **{kind: KINDS[kind] for kind in ("a thousand files", "huge blocks", "mentions", "deleted files")},
}


@dataclass(slots=True)
class Line:
    """The other end of the bot's socket; what is not acknowledged in time counts as failed."""

    socket: web.WebSocketResponse | None = None
    open: asyncio.Event = field(default_factory=asyncio.Event)
    waiting: dict[str, asyncio.Future[None]] = field(default_factory=dict)
    lost: int = 0

    async def link(self, request: web.Request) -> web.StreamResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        await socket.send_json({"type": "hello", "num_connections": 1})
        self.socket = socket
        self.open.set()
        pings = asyncio.create_task(_ping(socket))
        async for message in socket:
            if message.type is WSMsgType.TEXT:
                future = self.waiting.get(str(json.loads(message.data).get("envelope_id")))
                if future is not None and not future.done():
                    future.set_result(None)
        pings.cancel()
        if self.socket is socket:
            self.lost += 1
            self.open.clear()
        return socket

    async def send(self, envelope_id: str, payload: str, waits_s: list[float]) -> bool:
        """``payload`` is JSON. Whether it was acknowledged."""
        self.waiting[envelope_id] = asyncio.get_running_loop().create_future()
        sent_s = time.perf_counter()
        try:
            async with asyncio.timeout(GIVEN_UP_S):
                await self.open.wait()
                assert self.socket is not None
                with suppress(ConnectionError):
                    await self.socket.send_str(
                        f'{{"envelope_id":"{envelope_id}","type":"events_api","payload":{payload}}}'
                    )
                await self.waiting[envelope_id]
        except TimeoutError:
            return False
        finally:
            waits_s.append(time.perf_counter() - sent_s)
        return True


async def _ping(socket: web.WebSocketResponse) -> None:
    """As Slack does: who hears nothing for long connects anew."""
    with suppress(ConnectionError):
        while True:
            await asyncio.sleep(PING_EVERY_S)
            await socket.ping()


def _json(payload: Json) -> str:
    """Blocks that are a text are JSON already."""
    blocks = payload["event"].get("blocks")
    if not isinstance(blocks, str):
        return json.dumps(payload)
    return json.dumps({**payload, "event": {**payload["event"], "blocks": 0}}).replace(
        '"blocks": 0', f'"blocks":{blocks}'
    )


@dataclass(slots=True)
class Measured:
    kind: str
    count: int
    flood_s: list[float] = field(default_factory=list)
    others_s: list[float] = field(default_factory=list)
    failed: int = 0
    answered: bool = False
    took_s: float = 0.0
    stalls_ms: list[int] = field(default_factory=list)
    lost: int = 0
    grown_mb: float = 0.0

    @property
    def good(self) -> bool:
        return self.answered and not self.failed and max(self.others_s) <= ACK_MAX_S

    def row(self) -> str:
        ack, own = (1000 * max(waits_s, default=0.0) for waits_s in (self.others_s, self.flood_s))
        stall = max(self.stalls_ms, default=0)
        return (
            f"{self.kind:22} {self.count:6} {self.took_s:7.1f} {ack:9.0f} {own:9.0f} {stall:9} "
            f"{self.lost:5} {self.failed:7} {'yes' if self.answered else 'no':>9} {self.grown_mb:8.1f}"
        )


async def _measure(kind: str, number: int, scene: Scene, bot: Bot, line: Line) -> Measured:
    measured = Measured(kind, ENVELOPES[kind][0])
    before_mb, first_line, lost = _memory_mb(bot), len(bot.lines), line.lost
    make = ENVELOPES[kind][1]
    payloads = [_json(make(scene.ids, APART * number + each)) for each in range(measured.count)]
    begun_s = time.perf_counter()
    sending = [
        asyncio.create_task(line.send(f"flood-{number}-{each}", payload, measured.flood_s))
        for each, payload in enumerate(payloads)
    ]
    asking = []
    for each, body in enumerate(scene.others[number]):
        asking.append(asyncio.create_task(line.send(f"other-{number}-{each}", body.decode(), measured.others_s)))
        await asyncio.sleep(ASKED_EVERY_S)
    measured.failed = (await asyncio.gather(*asking)).count(False)
    with suppress(TimeoutError):
        async with asyncio.timeout(ANSWERED_WITHIN_S):
            while not _answered(bot, scene.others[number]):  # noqa: ASYNC110 - a log tells nobody
                await asyncio.sleep(0.1)
    measured.took_s, measured.answered = time.perf_counter() - begun_s, _answered(bot, scene.others[number])
    await asyncio.sleep(REST_S)
    for task in sending:
        task.cancel()
    measured.stalls_ms = [entry["ms"] for entry in bot.lines[first_line:] if entry["event"] == "loop.stalled"]
    measured.lost, measured.grown_mb = line.lost - lost, _memory_mb(bot) - before_mb
    return measured


async def play(kinds: list[str], others: int) -> bool:
    line, good = Line(), True
    app = web.Application()
    app.router.add_get("/link", line.link)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    url = f"ws://127.0.0.1:{runner.addresses[0][1]}/link"
    async with _scene(len(kinds), others, url) as (scene, _), running_bot(scene.stage, 0, "") as bot:
        for number, kind in enumerate(kinds):
            measured = await _measure(kind, number, scene, bot, line)
            print(measured.row(), flush=True)
            good = good and measured.good
    await runner.cleanup()
    return good


async def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.hostile_envelopes")
    parser.add_argument("--kinds", default=",".join(ENVELOPES))
    parser.add_argument("--seconds", type=float, default=4.0)
    options = parser.parse_args(arguments)
    print(
        f"{'envelopes':22} {'number':>6} {'took, s':>7} {'ack, ms':>9} {'own, ms':>9} {'stall, ms':>9} {'lost':>5} "
        f"{'failed':>7} {'answered':>9} {'grew, MB':>8}"
    )
    return 0 if await play(options.kinds.split(","), round(options.seconds / ASKED_EVERY_S)) else 1


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
