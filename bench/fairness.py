"""One person asks 150 questions at once, another one asks one: how long it is until that one has its first words.

    python -m bench.fairness [--bot DIRECTORY] [--questions 150] [--seconds 10] [--rounds 3]

I/O: a workspace and a practice model on 127.0.0.1, the bot as a process of its own, of this project or of another
version of it in DIRECTORY. Each answer is written for so many seconds. The other person asks a second after the first
one, in another channel; beside it the same without the first one's questions. The wait ends with words of the answer: a
notice or a status are none.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import signal
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from playground.practice_model.script import Answer
from playground.practice_model.server import PracticeModel
from playground.workspace.workspace import Workspace

ROOT = Path(__file__).parents[1]
WORDS = "These are words of the answer. "
PIECES = 20
WAIT_MAX_S = 600.0


@asynccontextmanager
async def bot(workspace: Workspace, model: PracticeModel, directory: Path) -> AsyncIterator[None]:
    with tempfile.TemporaryDirectory(prefix="bench-") as data_dir:
        environment = {
            **os.environ,
            "SLACK_BOT_TOKEN": workspace.bot_token,
            "SLACK_APP_TOKEN": workspace.app_token,
            "SLACK_API_URL": workspace.api_url,
            "YOUROUTER_API_KEY": model.api_key,
            "MESSAGES_API_URL": model.url,
            "DATABASE_URL": "",
            "BOT_DATA_DIR": data_dir,
            "BOT_LOG_LEVEL": "ERROR",
            "BOT_SHUTDOWN_GRACE_S": "0",
        }
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bot", "run", cwd=directory, env=environment, stderr=asyncio.subprocess.DEVNULL
        )
        try:
            await workspace.until(lambda ws: ws.connections, timeout_s=60)
            yield
        finally:
            if process.returncode is None:
                process.send_signal(signal.SIGTERM)
                try:
                    await asyncio.wait_for(process.wait(), 30)
                except TimeoutError:
                    process.kill()
                    await process.wait()


async def wait_s(directory: Path, questions: int, seconds: float) -> float:
    """From the other person's question to the first words of its answer."""
    async with (
        PracticeModel() as model,
        Workspace(ROOT / "manifest.yml", latency_s=0.1) as workspace,
        bot(workspace, model, directory),
    ):
        answer = Answer(chunks=(WORDS,) * PIECES, first_token_delay_s=0.5, chunk_delay_s=seconds / PIECES)
        model.script(*(answer for _ in range(questions + 1)))
        for number in range(questions):
            await workspace.say(workspace.user("ada"), workspace.channel("general"), f"@claude question {number}")
        await asyncio.sleep(1.0)
        asked_s = time.perf_counter()
        ts = await workspace.say(workspace.user("grace"), workspace.channel("random"), "@claude just one")
        await workspace.until(
            lambda ws: any(one.thread_ts == ts and WORDS.strip() in one.text for one in ws.revisions),
            timeout_s=WAIT_MAX_S,
        )
        return time.perf_counter() - asked_s


async def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m bench.fairness", description=__doc__.split("\n", 1)[0] if __doc__ else ""
    )
    parser.add_argument("--bot", type=Path, default=ROOT, metavar="DIRECTORY", help="another version of the bot")
    parser.add_argument("--questions", type=int, default=150)
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args(arguments)
    print(f"{'wait for the first words, s':40} {'median':>8} {'min':>8} {'max':>8}")
    for questions in (0, options.questions):
        waits = [await wait_s(options.bot.resolve(), questions, options.seconds) for _ in range(options.rounds)]
        name = f"beside {questions} questions of another person" if questions else "alone"
        print(f"{name:40} {statistics.median(waits):8.1f} {min(waits):8.1f} {max(waits):8.1f}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
