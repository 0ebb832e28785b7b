"""The bot as an operator runs it: a process that starts, stops, dies, comes back, and says what is wrong."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import pytest

from bot.files.confinement import probe
from bot.inbox import InboxLimits
from playground.practice_model.script import Answer, HeldAnswer
from playground.practice_model.server import PracticeModel
from playground.terminal import columns_of
from playground.workspace.workspace import Workspace
from tests import made_pdfs
from tests.directories import paths_below
from tests.postgres import postgres
from tests.repository import MANIFEST, ROOT, SAMPLES
from tests.stage import Stage, TurnLog, settings_for


@dataclass
class Process:
    process: asyncio.subprocess.Process
    lines: list[str] = field(default_factory=list)

    async def until_logged(self, event: str) -> dict[str, Any]:
        """Reads the log up to the first line named ``event``."""
        assert self.process.stderr is not None
        async with asyncio.timeout(90):
            while raw := await self.process.stderr.readline():
                self.lines.append(raw.decode())
                line = json.loads(raw)
                if line["event"] == event:
                    return dict(line)
        raise AssertionError(f"{event} was never logged:\n{''.join(self.lines)}")

    async def kill(self) -> None:
        self.process.kill()
        await self.process.wait()

    async def terminate(self) -> int:
        self.process.terminate()
        return await self.until_ended()

    async def until_ended(self) -> int:
        """Its exit code; ``lines`` has all that it said."""
        assert self.process.stderr is not None
        async with asyncio.timeout(90):
            self.lines += [raw.decode() async for raw in self.process.stderr]
            return await self.process.wait()


def environment(workspace: Workspace, model: PracticeModel, data_dir: Path, **more: str) -> dict[str, str]:
    return {
        **{name: value for name, value in os.environ.items() if name == "PATH" or name.startswith("COVERAGE_")},
        "HOME": str(data_dir),
        "SLACK_BOT_TOKEN": workspace.bot_token,
        "SLACK_APP_TOKEN": workspace.app_token,
        "SLACK_API_URL": workspace.api_url,
        "YOUROUTER_API_KEY": model.api_key,
        "MESSAGES_API_URL": model.url,
        "BOT_DATA_DIR": str(data_dir),
        "BOT_LOG_FORMAT": "json",
        "BOT_START_PROBE": "off",  # tests count what the model is asked
        **more,
    }


@asynccontextmanager
async def bot_process(*arguments: str, program: str = "bot", **env: str) -> AsyncIterator[Process]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", program, *arguments, cwd=ROOT, env=env, limit=1 << 20,
        stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        yield Process(process)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def run_to_end(*arguments: str, program: str = "bot", **env: str) -> tuple[int, str, str]:
    async with bot_process(*arguments, program=program, **env) as process, asyncio.timeout(120):
        out, err = await process.process.communicate()
        return process.process.returncode or 0, out.decode(), err.decode()


async def test_a_question_that_a_crash_cut_off_is_answered_after_the_restart_in_the_same_message(
    workspace: Workspace, model: PracticeModel, tmp_path: Path, turn_log: TurnLog
) -> None:
    stage = Stage(workspace, model, settings_for(workspace, model.url, tmp_path, "socket"), turn_log)
    held = HeldAnswer()
    model.script(held)
    env = environment(workspace, model, tmp_path)
    async with bot_process("run", **env) as first:
        await first.until_logged("bot.ready")
        ts = await stage.ask("@claude tell me a story")
        await held.asked.wait()
        queued = await stage.ask("@claude and another", thread_ts=ts)
        await held.write("Once upon a time")
        await workspace.until(lambda _: "Once upon a time" in stage.words(ts))
        await workspace.until(lambda _: "Queued behind 1 question…" in stage.words(ts))
        await first.kill()
    model.script(Answer("Once upon a time there was a bot."), Answer("And another."))
    async with bot_process("run", **env) as second:
        turns = [await second.until_logged("turn.done"), await second.until_logged("turn.done")]

    assert [(turn["ts"], turn["outcome"]) for turn in turns] == [(ts, "answered"), (queued, "answered")]
    assert stage.words(ts) == ["Once upon a time there was a bot.", "And another."]
    seen = [
        revision.text
        for revision in workspace.revisions
        if revision.kind in {"post", "edit"} and "Once" in revision.text
    ]
    assert seen == sorted(seen, key=len)


@pytest.mark.long
async def test_an_answer_that_people_see_is_completed_however_often_the_bot_is_killed(
    workspace: Workspace, model: PracticeModel, tmp_path: Path, turn_log: TurnLog
) -> None:
    stage = Stage(workspace, model, settings_for(workspace, model.url, tmp_path, "socket"), turn_log)
    env = environment(workspace, model, tmp_path)
    first, second, third = HeldAnswer(), HeldAnswer(), HeldAnswer()
    model.script(first, second, third)
    async with bot_process("run", **env) as killed:
        await killed.until_logged("bot.ready")
        ts = await stage.ask("@claude tell me a story")
        await first.asked.wait()
        await first.write("Once upon a time")
        await workspace.until(lambda _: stage.words(ts) == ["Once upon a time"])
        await killed.kill()
    async with bot_process("run", **env) as killed:
        await second.asked.wait()
        await second.write("Once upon a time, so they say")
        await workspace.until(lambda _: stage.words(ts) == ["Once upon a time, so they say"])
        await killed.kill()
    async with bot_process("run", **env) as killed:
        await third.asked.wait()
        await killed.kill()
    model.script(Answer("Once upon a time, so they say, there was a bot."))
    async with bot_process("run", **env) as last:
        turn = await last.until_logged("turn.done")

    assert (turn["outcome"], turn["crashes"]) == ("answered", 3)
    assert stage.words(ts) == ["Once upon a time, so they say, there was a bot."]


async def test_what_a_killed_bot_had_used_is_counted_and_its_question_once(
    workspace: Workspace, model: PracticeModel, tmp_path: Path, turn_log: TurnLog
) -> None:
    stage = Stage(workspace, model, settings_for(workspace, model.url, tmp_path, "socket"), turn_log)
    env = environment(workspace, model, tmp_path)
    held = HeldAnswer()
    model.script(held, Answer("x" * 4_000))
    async with bot_process("run", **env) as killed:
        await killed.until_logged("bot.ready")
        ts = await stage.ask("@claude tell me a story")
        await held.asked.wait()
        await held.write("x" * 4_000)
        await workspace.until(lambda _: stage.words(ts) != [])
        before = ""
        for _ in range(20):  # what was used is booked beside the answer
            _, before, _ = await run_to_end("usage", "--csv", **env)
            if ",1000," in before:
                break
        await killed.kill()
    async with bot_process("run", **env) as second:
        turn = await second.until_logged("turn.done")
        assert await second.terminate() == 0
    code, after, err = await run_to_end("usage", "--since", "1d", "--csv", **env)

    ids, read = f"{workspace.team_id},{stage.general},{workspace.user('ada')}", int(turn["input_tokens"])
    assert (code, err) == (0, "")
    dollars = (2 * read + 10 * 1_000) / 1_000_000
    assert [line.split(",", 1)[1] for line in before.splitlines()[1:]] == [
        f"{ids},claude-sonnet-5-5,1,{read},0,0,0,1000,0,{dollars:.6f}"
    ]
    assert [line.split(",", 1)[1] for line in after.splitlines()[1:]] == [
        f"{ids},claude-sonnet-5-5,1,{2 * read},0,0,0,2000,0,{2 * dollars:.6f}"
    ]


async def test_what_it_writes_no_other_user_can_read_whatever_it_was_started_with(
    workspace: Workspace, model: PracticeModel, tmp_path: Path, turn_log: TurnLog
) -> None:
    data_dir = tmp_path / "data"
    stage = Stage(workspace, model, settings_for(workspace, model.url, data_dir, "socket"), turn_log)
    model.script(Answer("It is a contract."))
    before = os.umask(0)
    try:
        async with bot_process("run", **environment(workspace, model, data_dir)) as bot:
            await bot.until_logged("bot.ready")
            await stage.ask("@claude what is this?", files=[("contract.pdf", made_pdfs.numbered(2))])
            await bot.until_logged("turn.done")
            written = {}
            for path in [data_dir, *paths_below(data_dir)]:
                with suppress(FileNotFoundError):  # it went meanwhile
                    written[path] = path.stat().st_mode & 0o077
    finally:
        os.umask(before)

    assert {"bot.sqlite3", "files"} <= {path.name for path in written}
    assert [path for path, others in written.items() if others] == []


async def test_usage_of_a_bot_that_never_ran_is_one_line(tmp_path: Path) -> None:
    code, out, err = await run_to_end("usage", PATH=os.environ["PATH"], BOT_DATA_DIR=str(tmp_path / "none"))

    assert (code, out) == (2, "")
    assert err.startswith("DATABASE_URL: there is no ")
    assert not (tmp_path / "none").exists()


async def test_what_a_stopped_bot_did_not_finish_is_answered_by_another_one_at_once(
    workspace: Workspace, model: PracticeModel, tmp_path: Path, turn_log: TurnLog
) -> None:
    stage = Stage(workspace, model, settings_for(workspace, model.url, tmp_path, "socket"), turn_log)
    held = HeldAnswer()
    model.script(held, Answer("At last."))
    with postgres() as server:
        env = environment(workspace, model, tmp_path, BOT_SHUTDOWN_GRACE_S="0.1")
        env |= {"DATABASE_URL": server.format(name="postgres")}
        async with bot_process("run", **env) as first:
            await first.until_logged("bot.ready")
            ts = await stage.ask("@claude tell me a story")
            await held.asked.wait()
            async with bot_process("run", **env) as second:
                await second.until_logged("bot.ready")
                assert await first.terminate() == 0
                stopped_s = asyncio.get_running_loop().time()
                turn = await second.until_logged("turn.done")
                waited_s = asyncio.get_running_loop().time() - stopped_s

    assert (turn["outcome"], turn["crashes"], stage.words(ts)) == ("answered", 0, ["At last."])
    assert waited_s < InboxLimits().lease_s / 2


async def test_a_stopped_bot_requeues_what_it_did_not_finish(
    workspace: Workspace, model: PracticeModel, tmp_path: Path, turn_log: TurnLog
) -> None:
    stage = Stage(workspace, model, settings_for(workspace, model.url, tmp_path, "socket"), turn_log)
    held = HeldAnswer()
    model.script(held)
    env = environment(workspace, model, tmp_path, BOT_SHUTDOWN_GRACE_S="0.1")
    async with bot_process("run", **env) as first:
        await first.until_logged("bot.ready")
        ts = await stage.ask("@claude tell me a story")
        await held.asked.wait()
        assert await first.terminate() == 0
        assert "Traceback" not in "".join(first.lines)
    model.script(Answer("At last."))
    async with bot_process("run", **env) as second:
        turn = await second.until_logged("turn.done")

    assert (turn["outcome"], turn["crashes"]) == ("answered", 0)
    assert stage.words(ts) == ["At last."]


async def test_a_second_signal_ends_the_grace(
    workspace: Workspace, model: PracticeModel, tmp_path: Path, turn_log: TurnLog
) -> None:
    stage = Stage(workspace, model, settings_for(workspace, model.url, tmp_path, "socket"), turn_log)
    held = HeldAnswer()
    model.script(held)
    env = environment(workspace, model, tmp_path, BOT_SHUTDOWN_GRACE_S="600")
    async with bot_process("run", **env) as first:
        await first.until_logged("bot.ready")
        ts = await stage.ask("@claude tell me a story")
        await held.asked.wait()
        first.process.terminate()
        await first.until_logged("inbox.draining")
        assert await first.terminate() == 0
        assert [line for line in first.lines if "Traceback" in line or "Unclosed" in line] == []
    model.script(Answer("At last."))
    async with bot_process("run", **env) as second:
        turn = await second.until_logged("turn.done")

    assert (turn["outcome"], turn["crashes"], stage.words(ts)) == ("answered", 0, ["At last."])


async def test_a_bot_that_waits_for_slack_can_be_stopped(model: PracticeModel, tmp_path: Path) -> None:
    async with Workspace(MANIFEST) as gone:
        env = environment(gone, model, tmp_path)
    async with bot_process("run", **env) as waiting:
        await waiting.until_logged("slack.waits")
        assert await waiting.terminate() == 0
        assert "Traceback" not in "".join(waiting.lines)


async def test_how_files_are_confined_is_logged_at_start_and_said_by_health(
    workspace: Workspace, model: PracticeModel, tmp_path: Path
) -> None:
    env = environment(workspace, model, tmp_path)
    async with bot_process("run", **env) as running:
        logged = await running.until_logged("confinement")
        await running.until_logged("bot.ready")
        code, out, _ = await run_to_end("health", **env)

    found = await probe()
    assert {name: logged[name] for name in asdict(found)} == asdict(found)
    assert logged["office_refused"] is not found.holds_documents
    assert (code, out) == (0, f"alive; files are confined by: {found}\n")


async def test_every_fault_of_the_settings_is_named_at_once(tmp_path: Path) -> None:
    code, _, err = await run_to_end("run", PATH=os.environ["PATH"], BOT_DATA_DIR=str(tmp_path), BOT_TURNS_MAX="many")

    assert code == 2
    assert [line.split(":")[0] for line in err.splitlines()] == [
        "SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "YOUROUTER_API_KEY", "BOT_TURNS_MAX",
    ]  # fmt: skip


async def test_a_bot_token_that_slack_refuses_ends_the_start(
    workspace: Workspace, model: PracticeModel, tmp_path: Path
) -> None:
    env = environment(workspace, model, tmp_path, SLACK_BOT_TOKEN="xoxb-wrong")
    code, _, err = await run_to_end("run", **env)

    assert (code, err.count("\n")) == (2, 1)
    assert err.startswith("SLACK_BOT_TOKEN: Slack does not accept it (invalid_auth). It belongs to no app. ")


async def test_an_app_token_that_slack_refuses_ends_the_start(
    workspace: Workspace, model: PracticeModel, tmp_path: Path
) -> None:
    env = environment(workspace, model, tmp_path, SLACK_APP_TOKEN="xapp-wrong")
    code, _, err = await run_to_end("run", **env)

    assert code == 2
    assert err.splitlines()[-1].startswith(
        "SLACK_APP_TOKEN: Slack does not accept it (invalid_auth). It belongs to no "
    )


async def test_a_second_process_on_the_same_sqlite_file_is_refused(
    workspace: Workspace, model: PracticeModel, tmp_path: Path
) -> None:
    env = environment(workspace, model, tmp_path)
    async with bot_process("run", **env) as first:
        await first.until_logged("bot.ready")
        code, _, err = await run_to_end("run", **env)

    assert code == 2
    assert err.startswith("DATABASE_URL: another process uses ")


async def test_ask_reads_files_and_streams_the_answer_to_the_terminal(model: PracticeModel, tmp_path: Path) -> None:
    env = {
        "PATH": os.environ["PATH"], "HOME": str(tmp_path), "BOT_DATA_DIR": str(tmp_path),
        "YOUROUTER_API_KEY": model.api_key, "MESSAGES_API_URL": model.url,
    }  # fmt: skip
    (tmp_path / "song.xyz").write_bytes(bytes(range(256)))
    files = ["--file", str(SAMPLES / "supply-agreement.pdf"), "--file", str(tmp_path / "song.xyz")]
    code, out, err = await run_to_end("ask", "How long?", *files, **env)

    assert code == 0
    assert "3 pages" in out
    (request,) = model.requests
    sent = json.dumps(request.body)
    assert "supply-agreement.pdf" in sent
    assert str(SAMPLES) not in sent
    assert err.startswith("song.xyz is a .xyz file, which I can't read.")


async def test_ask_reads_a_long_file_to_its_end(model: PracticeModel, tmp_path: Path) -> None:
    env = {
        "PATH": os.environ["PATH"], "HOME": str(tmp_path), "BOT_DATA_DIR": str(tmp_path),
        "YOUROUTER_API_KEY": model.api_key, "MESSAGES_API_URL": model.url, "MESSAGES_MODEL": "claude-haiku-4-5",
    }  # fmt: skip
    (tmp_path / "contract.pdf").write_bytes(made_pdfs.numbered(90))
    code, out, err = await run_to_end("ask", "What?", "--file", str(tmp_path / "contract.pdf"), **env)

    assert code == 0
    assert "page 90: PAGE 90" in out
    assert "is reading pages 40–78 of 90…" in err
    assert "contract.pdf is long (90 pages), so it was read in 3 parts" in err


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [(("What?", "--file", "nothing.pdf"), "nothing.pdf is not a file.\n"), (("",), "There is no question.\n")],
)
async def test_ask_asks_nothing_where_something_is_missing(
    tmp_path: Path, arguments: tuple[str, ...], complaint: str
) -> None:
    code, out, err = await run_to_end("ask", *arguments, PATH=os.environ["PATH"], YOUROUTER_API_KEY="key")

    assert (code, out, err) == (2, "", complaint)


async def test_ask_says_what_is_wrong_with_the_key(model: PracticeModel, tmp_path: Path) -> None:
    env = {
        "PATH": os.environ["PATH"], "HOME": str(tmp_path), "BOT_DATA_DIR": str(tmp_path),
        "YOUROUTER_API_KEY": "wrong", "MESSAGES_API_URL": model.url,
    }  # fmt: skip
    code, out, err = await run_to_end("ask", "Hello?", **env)

    assert (code, out) == (1, "")
    assert "its API refused my key" in err
    assert "Traceback" not in err


async def test_the_demo_plays_its_conversation_and_says_so_with_its_exit_code(tmp_path: Path) -> None:
    env = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "YOUROUTER_API_KEY": "", "COLUMNS": "40"}
    code, out, err = await run_to_end("--once", "--port", "0", program="playground", **env)

    assert (code, err) == (0, "")
    assert out.count("(answered, shown in") == 4
    assert "3 pages" in " ".join(out.split())
    assert "640 × 427 px" in " ".join(out.split())
    assert [line for line in out.splitlines() if columns_of(line) > 40 and " " in line.strip()] == []
    assert "\033" not in out


AS_A_NUMBER = ("unshare", "--user", "--map-user=64999")


@pytest.mark.skipif(
    subprocess.run([*AS_A_NUMBER, "true"], check=False, capture_output=True).returncode != 0,
    reason="this system has no namespaces of users",
)
async def test_a_user_without_an_account_and_a_home_needs_neither(tmp_path: Path) -> None:
    """As in a container that runs under any number."""
    command = [*AS_A_NUMBER, sys.executable, "-m", "bot", "run"]
    env = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)}
    process = await asyncio.create_subprocess_exec(*command, cwd=tmp_path, env=env, stderr=asyncio.subprocess.PIPE)
    async with asyncio.timeout(60):
        _, said = await process.communicate()

    assert (process.returncode, [line.split(b":")[0] for line in said.splitlines()]) == (
        2, [b"SLACK_BOT_TOKEN", b"SLACK_APP_TOKEN", b"YOUROUTER_API_KEY"]
    )  # fmt: skip


async def test_the_demo_says_in_one_line_that_its_port_is_busy(tmp_path: Path) -> None:
    env = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "YOUROUTER_API_KEY": ""}
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        code, out, err = await run_to_end("--once", "--port", port, program="playground", **env)

    assert (code, out) == (2, "")
    assert err == (
        f"Port {port} cannot be used (address already in use). Choose another one with --port, or leave --port out.\n"
    )
