"""The heartbeat that a container's health check looks at."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import time
from pathlib import Path

from bot import health
from bot.inbox import Inbox, InboxLimits
from bot.ports import Claim, Outcome
from bot.store.database import Database
from bot.store.questions import StoredQuestions
from tests.database import run_sql
from tests.integration.test_inbox import Thread

ROOT = Path(__file__).parents[2]


def asked_from_outside(data_dir: Path) -> int:
    """The exit code of the command that a container runs."""
    environment = {**os.environ, "BOT_DATA_DIR": str(data_dir)}
    command = [sys.executable, "-m", "bot", "health"]
    return subprocess.run(command, cwd=ROOT, env=environment, check=False, capture_output=True).returncode


def test_a_bot_lives_while_its_heartbeat_is_recent(tmp_path: Path) -> None:
    assert asked_from_outside(tmp_path / "data") == 1
    health.record_heartbeat(tmp_path / "data")
    assert asked_from_outside(tmp_path / "data") == 0
    old_s = time.time() - health.AGE_MAX_S
    os.utime(tmp_path / "data" / health.FILE, (old_s, old_s))
    assert asked_from_outside(tmp_path / "data") == 1


async def test_a_heartbeat_is_recorded_while_the_database_answers_and_not_when_it_does_not(database: Database) -> None:
    heartbeats = asyncio.Queue[float]()
    questions = StoredQuestions(database)

    async def answer(_claim: Claim) -> Outcome:
        return Outcome.ANSWERED

    limits = InboxLimits(lease_s=0.08)
    thread = Thread(database)
    inbox = Inbox(questions, thread, answer, "one", limits, on_heartbeat=lambda _: heartbeats.put_nowait(0.0))
    inbox.start()
    for _ in range(2):
        await asyncio.wait_for(heartbeats.get(), 10)
    await run_sql(database, "ALTER TABLE questions RENAME TO away")
    while not heartbeats.empty():
        heartbeats.get_nowait()
    await asyncio.sleep(0.2)  # ten times what lies between two
    assert heartbeats.empty()
    await inbox.close(0.0)
