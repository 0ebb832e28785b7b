"""What is kept of a question, and that nothing is once it is answered, or once an operator has it erased."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.answering.endings import ERASED
from bot.messages import EntryPoint
from bot.store.database import Database
from bot.store.questions import StoredQuestions
from bot.store.schema import metadata
from playground.practice_model.script import Answer, HeldAnswer
from playground.practice_model.server import PracticeModel
from playground.workspace.defaults import TEAM_ID
from playground.workspace.workspace import Workspace
from tests import made_files
from tests.asked import asked
from tests.directories import paths_below
from tests.repository import ROOT
from tests.stage import Stage, TurnLog, bot_running, settings_for

WORDS = "the merger with Initech is on Friday"
NAME = "merger-with-initech.png"


@pytest.fixture
def transport() -> str:
    """Nothing here depends on how questions arrive."""
    return "socket"


def files_with(directory: Path, secret: str) -> Iterator[str]:
    for path in sorted(paths_below(directory)):
        try:
            if path.is_file() and secret.encode() in path.read_bytes():
                yield str(path.relative_to(directory))
        except FileNotFoundError:  # it went meanwhile
            continue


async def until_gone(directory: Path, secret: str) -> None:
    async with asyncio.timeout(20):
        while list(files_with(directory, secret)):  # noqa: ASYNC110 - a disk tells nobody
            await asyncio.sleep(0.05)


async def erase(directory: Path, *arguments: str, **env: str) -> tuple[int, list[str], str]:
    """``python -m bot erase``, as an operator runs it."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", "erase", *arguments, cwd=ROOT,
        env={"BOT_DATA_DIR": str(directory), "PATH": "/usr/bin", **env},
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    async with asyncio.timeout(60):
        out, err = await process.communicate()
    return process.returncode or 0, out.decode().splitlines(), err.decode()


async def test_the_text_the_file_names_and_the_response_url_leave_the_disk_when_it_is_answered(stage: Stage) -> None:
    directory = stage.settings.bot_data_dir
    held = HeldAnswer()
    stage.model.script(held)
    ts = await stage.ask(f"@claude {WORDS}", files=[(NAME, made_files.solid("PNG", (1, 2, 3)))])
    await held.asked.wait()
    assert list(files_with(directory, WORDS)), "a question that is not answered yet is kept"
    assert list(files_with(directory, NAME))
    await held.write("It is.")
    await held.finish()
    assert await stage.outcome(ts) == "answered"
    stage.model.script(Answer("Yes."))
    await stage.workspace.command(stage.workspace.user("ada"), stage.general, "/ask", WORDS)
    await stage.workspace.until(lambda ws: any("Yes." in str(message) for message in ws.ephemerals()))

    for secret in (WORDS, NAME, "/response/"):
        await until_gone(directory, secret)
    assert (directory / "bot.sqlite3").stat().st_size > 0


async def test_what_a_crash_left_in_the_log_goes_at_the_next_start(tmp_path: Path) -> None:
    """The text was erased, but the process died before it left the disk."""
    dies = (
        "import asyncio, os, sys\n"
        "from bot.store.database import Database\n"
        "from bot.store.questions import StoredQuestions\n"
        "from bot.ports import Outcome\n"
        "from tests.asked import asked\n"
        "async def main():\n"
        "    database = await Database.open(sys.argv[1])\n"
        "    store = StoredQuestions(database)\n"
        "    await store.add(asked('1.0', text=sys.argv[2]), 'one', busy=False, lease_s=0.0)\n"
        "    (claim,) = await store.claim('one', most=1, lease_s=20.0, settled=True)\n"
        "    await store.finish(claim, Outcome.ANSWERED)\n"
        "    os._exit(0)\n"
        "asyncio.run(main())\n"
    )
    address = f"sqlite:///{tmp_path / 'bot.sqlite3'}"
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", dies, address, WORDS, cwd=ROOT)
    assert await process.wait() == 0
    assert list(files_with(tmp_path, WORDS))

    database = await Database.open(address)
    assert list(files_with(tmp_path, WORDS)) == []
    await database.aclose()


async def test_a_person_is_erased_while_the_bot_runs_and_their_question_ends_with_a_word(stage: Stage) -> None:
    held, kept = HeldAnswer(), HeldAnswer()
    stage.model.script(Answer("A picture."), held, kept)
    user, directory = stage.workspace.user("ada"), stage.settings.bot_data_dir
    first = await stage.ask(f"@claude {WORDS}", files=[(NAME, made_files.solid("PNG", (1, 2, 3)))])
    await stage.outcome(first)
    running = await stage.ask(f"@claude {WORDS}")
    await held.asked.wait()
    await held.write("Half of an ans")
    await stage.workspace.until(lambda _: "Half" in "".join(stage.words(running)))
    queued = await stage.ask(f"@claude {WORDS}, and then?", thread_ts=running)
    others = await stage.ask("@claude what is this?", who="grace")
    await kept.asked.wait()

    code, lines, err = await erase(directory, "--user", user)

    assert (code, err) == (0, "")
    assert {"answered questions: 1", "records of the messages of replies: 1"} <= set(lines)
    assert "prepared files: the running bot removes all of them within seconds" in lines
    assert [line for line in lines if line.startswith("unanswered questions: 2, whose text is erased;")]
    assert await stage.outcome(running) == "erased"
    assert await stage.outcome(queued) == "erased"
    assert stage.words(running) == [ERASED, ERASED]
    await kept.write("A question.")
    await kept.finish()
    assert await stage.outcome(others) == "answered"
    for secret in (WORDS, NAME, user):
        await until_gone(directory, secret)
    async with asyncio.timeout(20):
        while list((directory / "files").glob("*/extracts.json")):  # noqa: ASYNC110 - a disk tells nobody
            await asyncio.sleep(0.05)


async def test_a_person_is_erased_while_the_bot_does_not_run(
    workspace: Workspace, model: PracticeModel, turn_log: TurnLog, tmp_path: Path
) -> None:
    settings = settings_for(workspace, model.url, tmp_path, "socket")
    stage = Stage(workspace, model, settings, turn_log)
    user = workspace.user("ada")
    async with bot_running(workspace, settings):
        ts = await stage.ask(f"@claude {WORDS}", files=[(NAME, made_files.solid("PNG", (1, 2, 3)))])
        await stage.outcome(ts)
    database = await Database.open(f"sqlite:///{tmp_path / 'bot.sqlite3'}")
    root = workspace.seed(user, stage.general, f"<@{workspace.bot_user_id}> {WORDS}")
    question = asked(root, channel_id=stage.general, user_id=user, text=WORDS, team_id=TEAM_ID)
    command = asked(
        "8.9.trigger",
        team_id=TEAM_ID,
        entry_point=EntryPoint.COMMAND,
        channel_id=stage.general,
        user_id=user,
        text=WORDS,
        response_url="http://x/response/1",
    )
    for one in (question, command):
        await StoredQuestions(database).add(one, "one", busy=False, lease_s=0.0)
    await database.aclose()
    assert list(files_with(tmp_path, WORDS))

    code, lines, err = await erase(tmp_path, "--user", user)

    assert (code, err) == (0, "")
    assert "answered questions: 1" in lines
    assert "prepared files: 1" in lines
    assert list(files_with(tmp_path, WORDS)) == list(files_with(tmp_path, NAME)) == []
    async with bot_running(workspace, settings):
        assert await stage.outcome(root) == "erased"
        assert await stage.outcome("8.9.trigger") == "erased"
    assert ERASED in str(workspace.ephemerals(stage.general, user))
    assert stage.words(root) == [ERASED]
    assert list(files_with(tmp_path, user)) == []


async def test_a_workspace_is_erased(stage: Stage) -> None:
    ts = await stage.ask(f"@claude {WORDS}")
    await stage.outcome(ts)
    team = stage.workspace.thread(stage.general, ts)[0]["team"]

    code, lines, _ = await erase(stage.settings.bot_data_dir, "--workspace", team)

    assert code == 0
    assert "answered questions: 1" in lines
    assert len([line for line in lines if ": " in line]) > len(metadata.tables) - 1


@pytest.mark.parametrize(
    ("arguments", "word"),
    [((), "required"), (("--user", "ada"), "such as U012AB3CD"), (("--workspace", "U1"), "such as T012AB3CD")],
)
async def test_what_names_nobody_erases_nothing(tmp_path: Path, arguments: tuple[str, ...], word: str) -> None:
    code, lines, err = await erase(tmp_path, *arguments)
    assert (code, lines) == (2, [])
    assert word in err


async def test_a_directory_that_is_not_there_is_one_line(tmp_path: Path) -> None:
    code, lines, err = await erase(tmp_path / "nowhere", "--user", "U1")
    assert (code, lines, err) == (2, [], f"BOT_DATA_DIR: there is no directory {tmp_path / 'nowhere'}\n")
