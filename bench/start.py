"""How soon a started bot is connected, how soon the first words are seen, and what it takes while idle.

I/O: the bot as a process of its own between a workspace and a practice model on 127.0.0.1; prints medians. Linux only
(memory is read from /proc). Run: ``python -m bench.start``; about half a minute. What counts is what is installed for
the bot (the environment of ``make demo``): a development environment has libraries for the terminal beside it, and
httpx and structlog load those wherever they find them, which takes 5 MB and a tenth of a second.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import re
import statistics
import sys
import tempfile
import time
from pathlib import Path

from playground.practice_model.script import HeldAnswer
from playground.practice_model.server import PracticeModel
from playground.workspace.workspace import Workspace

ROUNDS = 5
IDLE_S = 2.0
MANIFEST = Path(__file__).parents[1] / "manifest.yml"


async def once() -> tuple[float, float, float]:
    """Milliseconds to connect and from the first token to visible words, idle memory in MB."""
    held = HeldAnswer()
    async with PracticeModel() as model, Workspace(MANIFEST) as workspace:
        with tempfile.TemporaryDirectory() as data_dir:
            environment = {
                **os.environ,
                "SLACK_BOT_TOKEN": workspace.bot_token,
                "SLACK_APP_TOKEN": workspace.app_token,
                "SLACK_API_URL": workspace.api_url,
                "YOUROUTER_API_KEY": model.api_key,
                "MESSAGES_API_URL": model.url,
                "BOT_DATA_DIR": data_dir,
                "BOT_LOG_LEVEL": "ERROR",
            }
            started_s = time.perf_counter()
            bot = await asyncio.create_subprocess_exec(sys.executable, "-m", "bot", "run", env=environment)
            try:
                await workspace.until(lambda ws: ws.connections, timeout_s=30)
                connected_s = time.perf_counter() - started_s
                await asyncio.sleep(IDLE_S)
                memory_mb = _resident_mb(bot.pid)
                model.script(held)
                await workspace.say(workspace.user("ada"), workspace.channel("general"), "@claude hello")
                await held.asked.wait()
                posts = len(workspace.revisions)
                written_s = time.perf_counter()
                await held.write("Hello!")
                await workspace.until(lambda ws: any("Hello" in revision.source for revision in ws.revisions[posts:]))
                seen_s = time.perf_counter() - written_s
                await held.finish()
            finally:
                bot.terminate()
                await bot.wait()
    return 1000 * connected_s, 1000 * seen_s, memory_mb


def _resident_mb(pid: int) -> float:
    match = re.search(r"VmRSS:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
    return int(match[1]) / 1024 if match else 0.0


async def main() -> None:
    argparse.ArgumentParser(prog="python -m bench.start", description=__doc__.split("\n", 1)[0]).parse_args()
    rounds = [await once() for _ in range(ROUNDS)]
    names = ("start to connected, ms", "first token to visible words, ms", "idle memory, MB")
    print(f"{'median of ' + str(ROUNDS):32} {'median':>8} {'min':>8} {'max':>8}")
    for name, values in zip(names, zip(*rounds, strict=True), strict=True):
        print(f"{name:32} {statistics.median(values):8.1f} {min(values):8.1f} {max(values):8.1f}")


if __name__ == "__main__":
    asyncio.run(main())
