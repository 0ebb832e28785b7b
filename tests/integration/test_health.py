"""The sign of life that a container's health check looks at."""

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
from tests.integration.test_inbox import Thread
from tests.repository import ROOT


def asked_from_outside(data_dir: Path) -> int:
    """The exit code of the command that a container runs."""
    environment = {**os.environ, "BOT_DATA_DIR": str(data_dir)}
    command = [sys.executable, "-m", "bot", "health"]
    return subprocess.run(command, cwd=ROOT, env=environment, check=False, capture_output=True).returncode


def test_a_bot_lives_while_its_sign_is_fresh(tmp_path: Path) -> None:
    assert asked_from_outside(tmp_path / "data") == 1
    health.beat(tmp_path / "data")
    assert asked_from_outside(tmp_path / "data") == 0
    old_s = time.time() - health.AGE_MAX_S
    os.utime(tmp_path / "data" / health.SIGN, (old_s, old_s))
    assert asked_from_outside(tmp_path / "data") == 1


async def test_the_sign_is_left_while_the_database_answers_and_not_when_it_does_not(database: Database) -> None:
    signs = asyncio.Queue[float]()
    questions = StoredQuestions(database.engine)

    async def answer(_claim: Claim) -> Outcome:
        return Outcome.ANSWERED

    inbox = Inbox(
        questions, Thread(questions), answer, "one", InboxLimits(lease_s=0.08), alive=lambda _: signs.put_nowait(0.0)
    )
    inbox.start()
    for _ in range(2):
        await asyncio.wait_for(signs.get(), 10)
    async with database.engine.begin() as connection:
        await connection.exec_driver_sql("ALTER TABLE questions RENAME TO away")
    while not signs.empty():
        signs.get_nowait()
    await asyncio.sleep(0.2)  # ten times what lies between two signs
    assert signs.empty()
    await inbox.close(0.0)
