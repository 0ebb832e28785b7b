"""A converter that a file has taken over finds its own job, and nothing else of the bot, the machine or the network."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from bot.files import isolated, notes
from bot.files.confinement import NONE, Confinement, probe
from bot.files.extracts import Extract, NoteExtract, PdfExtract, TextExtract, Unreadable, from_json
from bot.files.sandbox import Sandbox
from bot.files.worker.confinement import landlock
from tests import file_limits, made_documents, made_files
from tests.repository import ROOT
from tests.restricted_machine import LANDLOCK, NAMESPACES

TRIES = """
import json, sys
sys.path.insert(0, {root!r})
from pathlib import Path
from bot.files.worker.confinement import confine, landlock, seccomp
from tests.taken_over import attempts
given = json.loads(sys.argv[1])
{layers}
print(json.dumps(attempts(given)))
"""
ENTER = (
    "cell = confine.Cell(); restriction = cell.restriction(); cell.enter();"
    " restriction.allow(read=given['source'], write=given['directory']); restriction.enter()"
)
ALL_LAYERS = f"confine.enter(2**31); {ENTER}"
WITHOUT_NAMESPACE = f"confine.leave_network = lambda: False; {ALL_LAYERS}"
ONLY_FILTER = f"landlock.abi = lambda: 0; {WITHOUT_NAMESPACE}"
needs_landlock = pytest.mark.skipif(not landlock.abi(), reason="this system has no Landlock")


@contextmanager
def process_with_a_token(code: str) -> Iterator[int]:
    """Its id. It has no privileges, like a bot that is not root's: else they alone would protect it from others."""
    unprivileged = "from bot.files.worker.confinement.confine import drop_privileges; drop_privileges(); "
    command = [sys.executable, "-c", f"{unprivileged}{code}; print('ready', flush=True); import sys; sys.stdin.read()"]
    environment = {**os.environ, "SLACK_BOT_TOKEN": "xoxb-secret"}
    with subprocess.Popen(
        command, cwd=ROOT, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        yield process.pid
        process.kill()


@pytest.fixture
def bot() -> Iterator[int]:
    with process_with_a_token("from bot.operations.process import keep_secrets; keep_secrets()") as pid:
        yield pid


@pytest.fixture
async def given(tmp_path: Path, bot: int) -> AsyncIterator[dict[str, object]]:
    for name in ("job", "private"):
        (tmp_path / name).mkdir()
    (tmp_path / "job" / "source").write_text("hello")
    (tmp_path / "private" / "secret").write_text("salaries")
    local = str(tmp_path / "private" / "socket")
    with socket.create_server(("127.0.0.1", 0)) as server, socket.socket(socket.AF_UNIX) as service:
        service.bind(local)
        service.listen()
        yield {
            "source": str(tmp_path / "job" / "source"), "directory": str(tmp_path / "job"),
            "secret": str(tmp_path / "private" / "secret"), "pid": bot, "proc": f"/proc/{bot}",
            "port": server.getsockname()[1], "socket": local,
        }  # fmt: skip


async def tried(layers: str, given: dict[str, object]) -> dict[str, str]:
    code = TRIES.format(root=str(ROOT), layers=layers)
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-I", "-c", code, json.dumps(given), stdout=asyncio.subprocess.PIPE
    )
    out, _ = await process.communicate()
    return dict(json.loads(out))


@needs_landlock
@pytest.mark.parametrize("layers", [ALL_LAYERS, WITHOUT_NAMESPACE], ids=["everything", "in a default container"])
async def test_a_worker_that_is_taken_over_has_its_job_and_nothing_else(given: dict[str, object], layers: str) -> None:
    outcomes = await tried(layers, given)
    assert outcomes.pop("read the file") == "done"
    assert outcomes.pop("write a result") == "done"
    assert {name for name, outcome in outcomes.items() if outcome != "refused"} == set()


async def test_the_filter_alone_closes_the_network_and_other_processes(given: dict[str, object]) -> None:
    outcomes = await tried(ONLY_FILTER, given)
    open_still = {name for name, outcome in outcomes.items() if outcome == "done"}
    of_files = {"read a secret", "list a directory", "write elsewhere", "remove a file"}
    assert open_still <= {"read the file", "write a result", *of_files, "link to a secret", "link a secret hard"}


async def test_the_bot_keeps_its_environment_from_processes_of_the_same_user(given: dict[str, object]) -> None:
    layers, only = "confine.drop_privileges()", ["read the environment", "read the memory"]
    outcomes = await tried(layers, {**given, "only": only})
    assert outcomes == dict.fromkeys(only, "refused")
    with process_with_a_token("pass") as careless:
        outcomes = await tried(layers, {**given, "only": only, "proc": f"/proc/{careless}"})
    assert outcomes == dict.fromkeys(only, "done")


@needs_landlock
@pytest.mark.skipif(shutil.which("bash") is None, reason="bash is not installed")
async def test_an_office_program_that_is_taken_over_has_its_job_and_nothing_else(given: dict[str, object]) -> None:
    """The shell stands in for LibreOffice: it can try all of this without starting anything."""
    directory = Path(str(given["directory"]))
    program = directory.parent / "office" / "program" / "soffice.bin"
    program.parent.mkdir(parents=True)
    shutil.copy(str(shutil.which("bash")), program)
    script = f"""
    try() {{ if eval "$2" 2>/dev/null; then echo "$1: done"; else echo "$1: refused"; fi; }} >> outcomes
    try job 'read -r _ < {given["source"]} || [ -n "$REPLY" ] || true'
    try secret 'read -r _ < {given["secret"]}'
    try environment 'read -r _ < /proc/{given["pid"]}/environ'
    try plant 'echo x > {given["secret"]}'
    try tcp 'exec 3<> /dev/tcp/127.0.0.1/{given["port"]}'
    try udp 'echo x > /dev/udp/127.0.0.1/{given["port"]}'
    try signal 'kill -0 {given["pid"]}'
    try fork '( : )' # where that fails, the script ends
    """
    command = isolated.command(
        "bot.files.worker.confinement.confine", str(2**31), "20", str(directory), str(program), "-c", script
    )
    process = await asyncio.create_subprocess_exec(*command, cwd=directory)
    await process.wait()
    outcomes = dict(line.split(": ") for line in (directory / "outcomes").read_text().splitlines())
    assert outcomes.pop("job") == "done"
    assert set(outcomes.values()) == {"refused"}
    assert len(outcomes) == 6


# --- what the process gives back -----------------------------------------------------------------------------------


LIES = {
    "a file elsewhere": {
        "extracts": [{"kind": "TextExtract", "file": "../private/secret", "language": "", "about": ""}]
    },
    "an absolute path": {"extracts": [{"kind": "MemberExtract", "file": "/etc/passwd", "name": "x"}]},
    "a file that is none of this job's": {"extracts": [{"kind": "MemberExtract", "file": "source", "name": "x"}]},
    "a link": {"extracts": [{"kind": "TextExtract", "file": "1-link", "language": "", "about": ""}]},
    "numbers that are none": {"extracts": [{"kind": "PdfExtract", "file": "1-0.pdf", "pages": "many"}]},
    "nothing of the kind": {"extracts": {"kind": "TextExtract"}},
    "the source under the name of another job's file": {
        "extracts": [{"kind": "PdfExtract", "file": "2-0.pdf", "pages": 1}],
        "unlinked": ["2-0.pdf"],
    },
    "the source where something is already": {
        "extracts": [{"kind": "PdfExtract", "file": "1-link", "pages": 1}],
        "unlinked": ["1-link"],
    },
    "no reply": [],
}


@pytest.mark.parametrize("lie", LIES)
async def test_what_a_worker_gives_back_is_not_believed(
    given: dict[str, object], monkeypatch: pytest.MonkeyPatch, lie: str
) -> None:
    directory = Path(str(given["directory"]))
    (directory / "1-link").symlink_to(str(given["secret"]))
    (directory / "1-0.pdf").write_bytes(made_files.pdf())
    code = f"import sys; sys.stdin.readline(); print({json.dumps(LIES[lie])!r}, flush=True); sys.stdin.read()"
    monkeypatch.setattr(isolated, "command", lambda *_: (sys.executable, "-c", code))
    sandbox = Sandbox(file_limits.LIMITS)
    with pytest.raises(Unreadable) as refusal:
        await sandbox.convert(directory / "source", "x", "", directory, prefix="1-")
    await sandbox.aclose()
    assert refusal.value.reason == notes.CRASHED
    assert not (directory / "2-0.pdf").exists()


# --- what this machine gives ---------------------------------------------------------------------------------------


async def converted(content: bytes, job: Path, *forbidden: str, **settings: str) -> tuple[str, list[Extract]]:
    (job / "source").write_bytes(content)
    command = [sys.executable, "-m", "tests.restricted_machine", str(job / "source"), str(job), *forbidden]
    process = await asyncio.create_subprocess_exec(
        *command, cwd=ROOT, env={**os.environ, **settings}, stdout=asyncio.subprocess.PIPE
    )
    out, _ = await process.communicate()
    said = json.loads(out)
    return said["confinement"], from_json(said["extracts"])


async def test_what_this_machine_gives_is_found_out_by_trying() -> None:
    found = await probe()
    assert found.landlock_abi == landlock.abi()
    assert str(Confinement(4, network_namespace=False, call_filter=True)) == "Landlock ABI 4, filter of system calls"
    assert str(NONE).startswith("none")


@pytest.mark.long
@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
async def test_where_nothing_holds_documents_only_their_words_are_read_and_the_rest_as_ever(tmp_path: Path) -> None:
    confinement, extracts = await converted(made_documents.docx(), tmp_path, LANDLOCK, NAMESPACES)
    assert confinement == "filter of system calls"
    assert extracts[1:] == [NoteExtract(notes.words_alone("Word document"))]
    _, (refused,) = await converted(
        made_documents.compound({"VisioDocument": bytes(600)}), tmp_path, LANDLOCK, NAMESPACES
    )
    assert refused == NoteExtract(notes.unconfined("Visio drawing"))
    _, (text,) = await converted(b"hello\n", tmp_path, LANDLOCK, NAMESPACES)
    assert isinstance(text, TextExtract)
    _, (shown,) = await converted(made_documents.docx(), tmp_path, LANDLOCK, NAMESPACES, BOT_CONFINEMENT="best")
    assert isinstance(shown, PdfExtract)


@pytest.mark.long
@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
@pytest.mark.parametrize("missing", [LANDLOCK, NAMESPACES])
async def test_one_of_the_two_is_enough_for_documents(tmp_path: Path, missing: str) -> None:
    _, (shown,) = await converted(made_documents.docx(), tmp_path, missing)
    assert isinstance(shown, PdfExtract)
