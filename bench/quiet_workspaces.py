"""What workspaces cost that have installed the app and are quiet: memory and processor time of the bot's process.

I/O: the bot as a process of its own beside a workspace and a practice model on 127.0.0.1; prints figures. Linux only
(/proc). Run: ``python -m bench.quiet_workspaces``, with ``--postgresql`` over a server of its own; about a minute.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import json
import os
import re
import sys
import tempfile
import time
from pathlib import Path

import aiohttp

from bot.installations.installation import Installation
from bot.installations.token_cipher import TokenCipher, keys_of
from bot.settings import sqlite_in
from bot.store.database import Database
from bot.store.installations import StoredInstallations
from playground.practice_model.server import PracticeModel
from playground.workspace.http_delivery import sign
from playground.workspace.workspace import Workspace
from tests.loopback import free_port
from tests.postgres import postgres

WORKSPACES = 300
WATCH_S = 15.0
KEY = base64.b64encode(bytes(32)).decode()
MANIFEST = Path(__file__).parents[1] / "manifest.yml"


def team(number: int) -> str:
    return f"T0QUIET{number:04}"


async def install(address: str) -> None:
    database = await Database.open(address)
    installations = StoredInstallations(database, TokenCipher(keys_of(KEY)))
    for number in range(WORKSPACES):
        await installations.save(Installation(team(number), "", "Quiet", "U1", "B1", f"xoxb-{number}"))
    await database.aclose()


async def deliver(session: aiohttp.ClientSession, url: str, signing_secret: str, team_id: str) -> float:
    """Somebody says something there that is not for the bot; milliseconds until the acknowledgement."""
    event = {"type": "message", "channel": "C1", "channel_type": "channel", "user": "U2", "ts": "1.0", "text": "hi"}
    outer = {"type": "event_callback", "team_id": team_id, "event_id": f"Ev{team_id}", "event": event}
    body = json.dumps(outer).encode()
    now = str(int(time.time()))
    headers = {"X-Slack-Request-Timestamp": now, "X-Slack-Signature": sign(signing_secret, now, body)}
    started_s = time.perf_counter()
    async with session.post(url, data=body, headers={"Content-Type": "application/json", **headers}) as response:
        response.raise_for_status()
    return 1000 * (time.perf_counter() - started_s)


def cpu_s(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def memory_mb(pid: int) -> float:
    match = re.search(r"VmRSS:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
    return int(match[1]) / 1024 if match else 0.0


async def watched(pid: int, words: str) -> None:
    before_s = cpu_s(pid)
    await asyncio.sleep(WATCH_S)
    share = 100 * (cpu_s(pid) - before_s) / WATCH_S
    print(f"{words:34} {memory_mb(pid):8.1f} MB {share:8.2f} % of a core")


async def until_it_answers(session: aiohttp.ClientSession, port: int) -> None:
    async with asyncio.timeout(60):
        while True:
            try:
                async with session.get(f"http://127.0.0.1:{port}/healthz") as response:
                    if response.status == 200:
                        return
            except aiohttp.ClientError:
                pass
            await asyncio.sleep(0.1)


async def main(address: str | None) -> None:
    port = free_port()
    async with PracticeModel() as model, Workspace(MANIFEST) as workspace, aiohttp.ClientSession() as session:
        with tempfile.TemporaryDirectory() as data_dir:
            database = address or sqlite_in(Path(data_dir))
            await install(database)
            environment = {
                **{name: value for name, value in os.environ.items() if not name.startswith("SLACK_")},
                "SLACK_CLIENT_ID": "1.1",
                "SLACK_CLIENT_SECRET": "s",
                "SLACK_SIGNING_SECRET": workspace.signing_secret,
                "BOT_TOKEN_KEY": KEY,
                "SLACK_API_URL": workspace.api_url,
                "YOUROUTER_API_KEY": model.api_key,
                "MESSAGES_API_URL": model.url,
                "BOT_DATA_DIR": data_dir,
                "DATABASE_URL": database,
                "BOT_HTTP_PORT": str(port),
                "BOT_LOG_LEVEL": "ERROR",
                "BOT_START_PROBE": "off",
            }
            bot = await asyncio.create_subprocess_exec(sys.executable, "-m", "bot", "run", env=environment)
            try:
                await until_it_answers(session, port)
                await watched(bot.pid, f"{WORKSPACES} installed, none open")
                url = f"http://127.0.0.1:{port}/slack/events"
                acks = [await deliver(session, url, workspace.signing_secret, team(n)) for n in range(WORKSPACES)]
                median_ms = sorted(acks)[len(acks) // 2]
                print(f"opened by a delivery each: ack {median_ms:.1f} ms median, {max(acks):.1f} at most")
                await watched(bot.pid, f"{WORKSPACES} open, all quiet")
            finally:
                bot.terminate()
                await bot.wait()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m bench.quiet_workspaces", description=__doc__.split("\n", 1)[0])
    parser.add_argument("--postgresql", action="store_true", help="with PostgreSQL instead of SQLite")
    if parser.parse_args().postgresql:
        with postgres() as address:
            asyncio.run(main(address.format(name="postgres")))
    else:
        asyncio.run(main(None))
