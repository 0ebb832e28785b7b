"""How soon an answer ends that somebody stops: from a stop sign until the model's connection is closed.

    python -m bench.stop [--answers 1,20] [--rounds 3] [--database postgresql://…]

I/O: a workspace and a practice model on 127.0.0.1 in this process, the bot in others; prints a table. All answers are
stopped at the same moment, by a reaction, which goes the same way as a press of the button. With a PostgreSQL, once
more with two processes, where each of them reaches the one that was not asked. The exit code is 1 where a connection
stayed open for longer than a second.
"""

from __future__ import annotations

import argparse
import asyncio
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from statistics import median

from bench.acks import Bot, Stage, running_bot
from playground.practice_model.script import HeldAnswer
from playground.practice_model.server import PracticeModel
from playground.workspace.workspace import Workspace

ROOT = Path(__file__).parents[1]
CLOSED_WITHIN_S = 1.0
STUCK_S = 60.0


class Play:
    """A workspace, a model, and the bots; ``urls`` are where Slack delivers to each."""

    def __init__(self, workspace: Workspace, model: PracticeModel, bots: list[Bot], urls: list[str]) -> None:
        self.workspace = workspace
        self.model = model
        self.bots = bots
        self.urls = urls

    async def stopped_s(self, answers: int) -> list[float]:
        """How long each answer's connection stayed open."""
        ws, now_s = self.workspace, asyncio.get_running_loop().time
        ws.events_url = self.urls[0]
        held = [HeldAnswer() for _ in range(answers)]
        self.model.script(*held)
        channels = [ws.channel("general"), *(ws.add_channel(f"team-{len(ws.state.channels)}") for _ in held[1:])]
        asked = [await ws.say(ws.user("ada"), channel, "@claude tell me a long story") for channel in channels]
        await asyncio.gather(*(one.asked.wait() for one in held))
        await asyncio.gather(*(one.write("Once upon a time ") for one in held))
        ws.events_url = self.urls[-1]
        pressed_s = now_s()
        closed = [asyncio.create_task(self._closed_s(one)) for one in held]
        for channel, ts in zip(channels, asked, strict=True):
            await ws.react(ws.user("ada"), channel, ts, "octagonal_sign")
        return [await one - pressed_s for one in closed]

    async def _closed_s(self, held: HeldAnswer) -> float:
        async with asyncio.timeout(STUCK_S):
            await held.hung_up.wait()
        return asyncio.get_running_loop().time()


@asynccontextmanager
async def play(processes: int, database: str) -> AsyncIterator[Play]:
    async with AsyncExitStack() as parts:
        model = await parts.enter_async_context(PracticeModel())
        workspace = await parts.enter_async_context(Workspace(ROOT / "manifest.yml", rate_limits=False))
        environment = {
            "SLACK_BOT_TOKEN": workspace.bot_token, "SLACK_SIGNING_SECRET": workspace.signing_secret,
            "SLACK_API_URL": workspace.api_url, "YOUROUTER_API_KEY": model.api_key, "MESSAGES_API_URL": model.url,
        }  # fmt: skip
        stage = Stage(environment, workspace.signing_secret)
        bots, urls = list[Bot](), list[str]()
        for _ in range(processes):
            with socket.socket() as probe:
                probe.bind(("127.0.0.1", 0))
                port = int(probe.getsockname()[1])
            bots.append(await parts.enter_async_context(running_bot(stage, port, database)))
            urls.append(f"http://127.0.0.1:{port}/slack/events")
        yield Play(workspace, model, bots, urls)


async def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m bench.stop", description=__doc__.split("\n", 1)[0] if __doc__ else ""
    )
    parser.add_argument("--answers", default="1,20", help="so many at once")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--database", default="", help="an empty PostgreSQL, for two processes")
    options = parser.parse_args()
    slowest_s = 0.0
    print("| processes | answers at once | median, s | longest, s |\n|---:|---:|---:|---:|")
    for processes in (1, 2) if options.database else (1,):
        async with play(processes, options.database if processes > 1 else "") as played:
            for answers in map(int, options.answers.split(",")):
                found: list[float] = []
                for _ in range(options.rounds):
                    found += await played.stopped_s(answers)
                slowest_s = max(slowest_s, *found)
                print(f"| {processes} | {answers} | {median(found):.2f} | {max(found):.2f} |", flush=True)
    return int(slowest_s > CLOSED_WITHIN_S)


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
