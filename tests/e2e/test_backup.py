"""A backup is made while the bot runs, by the commands of docs/operate.md, and a restored bot goes on from there."""

from __future__ import annotations

import asyncio
import csv
import io
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from bot.settings import Settings
from bot.usage import report
from playground.practice_model.script import Answer, HeldAnswer
from playground.practice_model.server import PracticeModel
from playground.workspace.workspace import Workspace
from tests.postgres import PROGRAMS, postgres
from tests.repository import text_of
from tests.stage import Stage, TurnLog, bot_running, settings_for


def commands() -> list[str]:
    """To back up and to restore SQLite, then PostgreSQL."""
    section = text_of("docs/operate.md").partition("\n## Back up and restore\n")[2].partition("\n## ")[0]
    return re.findall(r"^```sh\n(.*?)^```$", section, flags=re.MULTILINE | re.DOTALL)


@dataclass
class Operator:
    """Somebody with a shell, in a directory of their own."""

    directory: Path
    address: str
    data_dir: Path

    async def types(self, command: str) -> None:
        programs = [str(Path(sys.executable).parent), str(PROGRAMS), os.environ["PATH"]]
        environment = {
            "PATH": os.pathsep.join(programs), "BOT_DATA_DIR": str(self.data_dir), "DATABASE_URL": self.address
        }  # fmt: skip
        shell = ["bash", "-euc", command]
        done = await asyncio.to_thread(
            subprocess.run, shell, cwd=self.directory, env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with postgres() as address:
        yield address


@pytest.fixture(params=["sqlite", "postgresql"])
def operator(request: pytest.FixtureRequest, tmp_path: Path) -> Operator:
    data_dir, shell_dir = tmp_path / "data", tmp_path / "shell"
    shell_dir.mkdir()
    address = f"sqlite:///{data_dir / 'bot.sqlite3'}"
    if request.param == "postgresql":
        address = request.getfixturevalue("server").format(name="postgres")
    return Operator(shell_dir, address, data_dir)


@pytest.fixture
def settings(workspace: Workspace, model: PracticeModel, operator: Operator) -> Settings:
    """A short lease, so that what a restored database says of a process that is gone is over soon."""
    more: dict[str, Any] = {"database_url": operator.address, "bot_lease_s": 3}
    return settings_for(workspace, model.url, operator.data_dir, "socket", **more)


async def test_a_restored_bot_goes_on_from_the_backup_and_says_nothing_twice(
    workspace: Workspace, model: PracticeModel, settings: Settings, operator: Operator, turn_log: TurnLog
) -> None:
    back_up, restore = commands()[:2] if operator.address.startswith("sqlite") else commands()[2:]
    stage = Stage(workspace, model, settings, turn_log)
    held = HeldAnswer()
    async with bot_running(workspace, settings):
        model.script(Answer("The first answer."), held)
        first = await stage.ask("@claude a first question")
        assert await stage.outcome(first) == "answered"
        second = await stage.ask("@claude a second question")
        await held.asked.wait()
        await held.write("The second answer begins")
        await workspace.until(lambda _: stage.words(second))
        await operator.types(back_up)
        await held.write(" and ends.")
        await held.finish()
        assert await stage.outcome(second) == "answered"
        third = await stage.ask("@claude a third question")
        assert await stage.outcome(third) == "answered"
        before = await counted(operator.address)

    await operator.types(restore)
    turn_log.turns.clear()
    model.script(Answer("The second answer, once more."))
    async with bot_running(workspace, settings):
        assert await stage.outcome(second) == "answered"
        after = await counted(operator.address)

    assert stage.words(first) == ["The first answer."]
    assert stage.words(second) == ["The second answer, once more."]
    assert len(stage.words(third)) == 1
    assert turn_log.turns.keys() == {second}
    assert (before, after) == (3, 2)


async def counted(address: str) -> int:
    """The questions in the table of usage."""
    table = await report(address, "1d", csv=True)
    return sum(int(line["questions"]) for line in csv.DictReader(io.StringIO(table)))
