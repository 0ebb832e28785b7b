"""The heartbeat that a container's health check looks at."""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.errors import StartFailed, StoreFailed
from bot.inbox import InboxLimits
from bot.operations import health
from bot.ports import Claim, Outcome
from bot.store.database import Database
from bot.store.questions import StoredQuestions
from tests.asked import asked
from tests.database import run_sql
from tests.integration.test_inbox import Thread
from tests.logged import logged
from tests.one_inbox import OneInbox
from tests.repository import ROOT


def asked_from_outside(data_dir: Path) -> int:
    """The exit code of the command that a container runs."""
    environment = {**os.environ, "BOT_DATA_DIR": str(data_dir)}
    command = [sys.executable, "-m", "bot", "health"]
    return subprocess.run(command, cwd=ROOT, env=environment, check=False, capture_output=True).returncode


def test_a_bot_lives_while_its_heartbeat_is_recent(tmp_path: Path) -> None:
    assert asked_from_outside(tmp_path / "data") == 1
    health.prepare(tmp_path / "data")
    assert asked_from_outside(tmp_path / "data") == 0
    old_s = time.time() - health.AGE_MAX_S
    os.utime(tmp_path / "data" / health.FILE, (old_s, old_s))
    assert asked_from_outside(tmp_path / "data") == 1
    health.record_heartbeat(tmp_path / "data")
    assert asked_from_outside(tmp_path / "data") == 0


def test_a_heartbeat_from_before_the_clock_was_set_back_says_nothing(tmp_path: Path) -> None:
    health.prepare(tmp_path)
    later_s = time.time() + 3_600
    os.utime(tmp_path / health.FILE, (later_s, later_s))
    assert not health.is_alive(tmp_path)


def test_a_full_disk_leaves_no_heartbeat(tmp_path: Path) -> None:
    health.record_heartbeat(tmp_path, free_bytes_min=1 << 60)
    assert not health.is_alive(tmp_path)


def test_a_data_directory_that_was_deleted_is_not_made_again(tmp_path: Path) -> None:
    data_dir = tmp_path / "data"
    health.prepare(data_dir)
    assert health.is_alive(data_dir)
    shutil.rmtree(data_dir)
    health.record_heartbeat(data_dir)
    assert (health.is_alive(data_dir), data_dir.exists()) == (False, False)


def test_a_data_directory_that_cannot_be_made_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StartFailed) as failed:
        health.prepare(tmp_path / "file" / "data")
    (line,) = failed.value.faults
    assert line.startswith(
        f"BOT_DATA_DIR: {tmp_path / 'file' / 'data'} cannot be written to (Not a directory). Please "
    )


async def refuse_a_long_question(inbox: OneInbox, database: Database) -> None:
    """The disk is full, until ``max_page_count`` is raised."""
    pages = await run_sql(database, "PRAGMA page_count")
    await run_sql(database, f"PRAGMA max_page_count = {pages + 4}")
    with pytest.raises(StoreFailed):
        await inbox.accept(asked("1.0", text="long " * 20_000))


class TestInbox:
    """Which heartbeats count: those of an inbox that writes questions down."""

    @pytest.fixture
    async def heartbeats(self) -> asyncio.Queue[None]:
        return asyncio.Queue()

    @pytest.fixture
    async def inbox(self, database: Database, heartbeats: asyncio.Queue[None]) -> AsyncIterator[OneInbox]:
        async def answer(_claim: Claim) -> Outcome:
            return Outcome.ANSWERED

        def on_alive() -> None:
            heartbeats.put_nowait(None)

        limits = InboxLimits(lease_s=0.08, poll_s=0.02)
        inbox = OneInbox(StoredQuestions(database), Thread(database), answer, "one", limits, on_alive=on_alive)
        inbox.start()
        for _ in range(2):
            await asyncio.wait_for(heartbeats.get(), 10)
        yield inbox
        await inbox.close(0.0)

    @pytest.mark.usefixtures("inbox")
    async def test_no_heartbeat_while_the_database_does_not_answer(
        self, database: Database, heartbeats: asyncio.Queue[None]
    ) -> None:
        with logged() as lines:
            await run_sql(database, "ALTER TABLE processes RENAME TO away")
            empty(heartbeats)
            await lines.until("inbox.store_failed", 4)
            assert heartbeats.empty()
            await run_sql(database, "ALTER TABLE away RENAME TO processes")
        await asyncio.wait_for(heartbeats.get(), 10)

    async def test_no_heartbeat_while_questions_cannot_be_stored(
        self, inbox: OneInbox, database: Database, heartbeats: asyncio.Queue[None]
    ) -> None:
        """The disk is full, and what is small still finds room in what was freed before."""
        await refuse_a_long_question(inbox, database)
        empty(heartbeats)
        sent: set[float] = set()
        async with asyncio.timeout(10):
            while len(sent) < 4:
                sent.add(await run_sql(database, "SELECT seen_at FROM processes"))
        assert heartbeats.empty()
        await run_sql(database, "PRAGMA max_page_count = 1000000")
        assert await inbox.accept(asked("1.0", text="long " * 20_000))
        await asyncio.wait_for(heartbeats.get(), 10)

    async def test_they_come_again_once_a_question_could_be_written_down_though_nobody_asks_one(
        self, inbox: OneInbox, database: Database, heartbeats: asyncio.Queue[None]
    ) -> None:
        """A command, for example, is not delivered again."""
        await refuse_a_long_question(inbox, database)
        await run_sql(database, "PRAGMA max_page_count = 1000000")
        empty(heartbeats)
        await asyncio.wait_for(heartbeats.get(), 10)
        assert await run_sql(database, "SELECT count(*) FROM questions") == 0

    async def test_no_heartbeat_once_the_database_file_was_deleted_and_no_question_is_lost(
        self, inbox: OneInbox, tmp_path: Path, heartbeats: asyncio.Queue[None]
    ) -> None:
        with logged() as lines:
            (tmp_path / "bot.sqlite3").unlink()
            with pytest.raises(StoreFailed):
                await inbox.accept(asked("1.0"))
            empty(heartbeats)
            await lines.until("inbox.store_failed", 4)
        assert heartbeats.empty()
        lost = f"{tmp_path / 'bot.sqlite3'} was deleted or replaced while it was in use"
        assert {line["error"] for line in lines.lines if line["event"] == "inbox.store_failed"} == {lost}


def empty(heartbeats: asyncio.Queue[None]) -> None:
    while not heartbeats.empty():
        heartbeats.get_nowait()
