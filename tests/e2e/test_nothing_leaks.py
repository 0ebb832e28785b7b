"""Of whole turns, and of what fails in them, the most talkative log says nothing that people wrote and no secret."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from pathlib import Path

import aiohttp
import pytest

from playground.practice_model.script import Answer, HttpError
from playground.practice_model.server import PracticeModel
from playground.workspace.workspace import Workspace
from tests import made_documents, made_files
from tests.directories import paths_below
from tests.e2e.test_process import Process, bot_process, environment, run_to_end
from tests.loopback import free_port
from tests.stage import Stage, TurnLog, settings_for

SAID, WRITTEN, ANSWERED = "the merger is on Friday", "Initech pays twelve", "It is a secret."


@pytest.fixture
def transport() -> str:
    """Nothing here depends on how events arrive."""
    return "socket"


def echoing(status: int, key: str) -> HttpError:
    words = f"Your key {key} may not say: {SAID}"
    return HttpError(status, {"type": "error", "error": {"type": words, "message": words, "param": SAID}, "code": SAID})


async def ended(process: Process, count: int) -> None:
    for _ in range(count):
        await process.until_logged("turn.done")


async def test_a_log_for_debugging_has_no_words_no_secret_and_no_private_address(
    workspace: Workspace, model: PracticeModel, tmp_path: Path, turn_log: TurnLog
) -> None:
    stage = Stage(workspace, model, settings_for(workspace, model.url, tmp_path, "socket"), turn_log)
    port = free_port()
    ada = workspace.user("ada")
    env = environment(workspace, model, tmp_path, BOT_LOG_LEVEL="DEBUG", BOT_OPS_PORT=str(port))
    async with bot_process("run", **env) as process:
        await process.until_logged("bot.ready")
        files = [
            ("a.txt", WRITTEN.encode()), ("b.png", made_files.solid("PNG", (1, 2, 3))),
            ("c.docx", made_documents.docx(WRITTEN)), ("d.docx", b"PK\3\4" + WRITTEN.encode()),
            ("e.mp3", b"ID3" + WRITTEN.encode()),
        ]  # fmt: skip
        model.script(Answer(ANSWERED))
        ts = await stage.ask(f"@claude {SAID}", files=files)
        await ended(process, 1)
        model.script(Answer(ANSWERED), echoing(400, model.api_key), echoing(403, model.api_key))
        await workspace.command(ada, stage.general, "/ask", SAID)
        await ended(process, 1)
        await stage.ask(f"@claude {SAID} again", thread_ts=ts)
        await ended(process, 1)
        await stage.ask(f"@claude {SAID} for good", thread_ts=ts)
        await ended(process, 1)
        again = {"retry-after-ms": "10"}
        model.script(HttpError(500, f"<html>{SAID} {model.api_key}</html>", again), Answer(ANSWERED), Answer(ANSWERED))
        await stage.ask(f"@claude {SAID} and so on", thread_ts=ts)
        await ended(process, 1)
        workspace.faults.refuse("chat.postMessage", f"no: {SAID} {workspace.bot_token}", times=2)
        workspace.faults.status("files", 500, times=10)
        await stage.ask(f"@claude {SAID} at last", files=[("f.txt", WRITTEN.encode())])
        await ended(process, 1)
        async with aiohttp.ClientSession() as session:
            addresses = [f"http://127.0.0.1:{port}{path}" for path in ("/metrics", "/readyz", "/livez", "/")]
            pages = [await (await session.get(address)).text() for address in addresses]
        assert await process.terminate() == 0

    written = "".join(process.lines)
    file = workspace.thread(stage.general, ts)[0]["files"][0]
    private = file["url_private"].rpartition("/")[0].partition("://")[2].partition("/")[2]
    secrets = [workspace.bot_token, workspace.app_token, model.api_key, "/response/", private, "ticket="]
    said = [SAID, WRITTEN, ANSWERED, "merger", "Initech"]
    assert [word for word in [*secrets, *said] if word in written] == []
    assert [word for word in [*secrets, *said, ada, "a.txt"] if any(word in page for page in pages)] == []
    kinds = ("ModelRequestInvalid", "ModelKeyInvalid", "ModelUnavailable", "reply.not_possible", '"level": "debug"')
    assert [kind for kind in kinds if kind not in written] == []


def files_with(directories: list[Path], secret: str) -> list[Path]:
    found = []
    for path in [path for directory in directories for path in paths_below(directory)]:
        with suppress(FileNotFoundError):  # it went meanwhile
            if path.is_file() and secret.encode() in path.read_bytes():
                found.append(path)
    return found


@pytest.mark.parametrize("midst", ["download", "conversion"])
async def test_a_bot_that_is_killed_amid_a_file_leaves_nothing_of_it_but_what_is_kept_on_purpose(
    workspace: Workspace, model: PracticeModel, tmp_path: Path, turn_log: TurnLog, midst: str
) -> None:
    """Nor of the question, once another process has answered it; nor anything at all once the person is erased."""
    data, elsewhere = tmp_path / "data", tmp_path / "tmp"
    elsewhere.mkdir()
    directories = [data, elsewhere]
    stage = Stage(workspace, model, settings_for(workspace, model.url, data, "socket"), turn_log)
    env = environment(workspace, model, data, TMPDIR=str(elsewhere))
    content = (WRITTEN + "\n").encode() * 200_000
    if midst == "download":
        workspace.faults.slow(400_000)
    async with bot_process("run", **env) as killed:
        await killed.until_logged("bot.ready")
        await stage.ask(f"@claude {SAID}", files=[("board.txt", content)])
        async with asyncio.timeout(90):
            while not [path for path in files_with(directories, WRITTEN) if has_begun(path, midst)]:  # noqa: ASYNC110
                await asyncio.sleep(0.005)
        await killed.kill()
    assert files_with(directories, SAID)
    model.script(Answer(ANSWERED))
    async with bot_process("run", **env) as second:
        assert (await second.until_logged("turn.done"))["outcome"] == "answered"
        async with asyncio.timeout(90):
            while files_with(directories, SAID):  # noqa: ASYNC110 - a disk tells nobody
                await asyncio.sleep(0.05)
        kept = files_with(directories, WRITTEN)
        assert {path.relative_to(data).parts[0] for path in kept} <= {"files"}
        assert [path for path in kept if "unfinished" in str(path)] == []
        assert await second.terminate() == 0

    code, _, err = await run_to_end("erase", "--user", workspace.user("ada"), **env)

    assert (code, err) == (0, "")
    assert [path for secret in (SAID, WRITTEN, "board.txt") for path in files_with(directories, secret)] == []


def has_begun(path: Path, midst: str) -> bool:
    """In the midst of a conversion something beside the upload stands there."""
    return midst == "download" or len([one for one in paths_below(path.parent) if one.is_file()]) > 1
