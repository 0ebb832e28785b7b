"""A worker process that hangs, dies or eats memory costs its own file and nothing else."""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from bot.files import isolated, notes
from bot.files.bounds import FileLimits
from bot.files.conversion import Conversion
from bot.files.extracts import (
    ALL_ROWS,
    DRAW,
    DrawingExtract,
    Extract,
    MemberExtract,
    PdfExtract,
    TextExtract,
    Unreadable,
)
from bot.files.sandbox import ENVIRONMENT, Sandbox
from bot.files.worker.__main__ import answer
from tests import file_limits, made_files, made_office
from tests.made_archives import Packed, zip_of
from tests.processes import children, workers

LIMITS = replace(file_limits.LIMITS, workers_max=2, convert_timeout_s=20.0)


@asynccontextmanager
async def sandbox(limits: FileLimits = LIMITS) -> AsyncIterator[Sandbox]:
    running = Sandbox(limits)
    try:
        yield running
    finally:
        await running.aclose()


async def until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(10):
        while not condition():  # noqa: ASYNC110 - what other processes do raises no event here
            await asyncio.sleep(0.01)


@pytest.fixture
def text(tmp_path: Path) -> Path:
    path = tmp_path / "good.txt"
    path.write_text("hello\n")
    return path


@pytest.fixture
def endless(tmp_path: Path) -> Path:
    """A file that never begins: whoever opens it waits."""
    path = tmp_path / "endless"
    os.mkfifo(path)
    return path


async def test_a_worker_that_hangs_is_ended_and_the_next_file_is_read(
    text: Path, endless: Path, tmp_path: Path
) -> None:
    async with sandbox(replace(LIMITS, convert_timeout_s=2.0)) as running:
        with pytest.raises(Unreadable) as refusal:
            await running.convert(endless, "x", "", tmp_path)
        assert refusal.value.reason == notes.TOO_SLOW
        (extract,) = await running.convert(text, "x", "", tmp_path)
        assert isinstance(extract, TextExtract)


async def test_a_worker_that_dies_takes_only_its_own_file_along(text: Path, endless: Path, tmp_path: Path) -> None:
    async with sandbox() as running:
        doomed = asyncio.create_task(running.convert(endless, "x", "", tmp_path))
        await until(workers)
        (victim,) = workers()
        good = asyncio.create_task(running.convert(text, "x", "", tmp_path, prefix="good-"))
        await good
        os.kill(int(victim.name), signal.SIGKILL)
        with pytest.raises(Unreadable) as refusal:
            await doomed
        assert refusal.value.reason == notes.CRASHED
        assert len(await running.convert(text, "x", "", tmp_path, prefix="after-")) == 1


async def test_memory_is_bounded(tmp_path: Path) -> None:
    picture = tmp_path / "wide.png"
    picture.write_bytes(made_files.png_header(7_000, 7_000))
    async with sandbox(replace(LIMITS, memory_bytes_max=200_000_000)) as running:
        with pytest.raises(Unreadable) as refusal:
            await running.convert(picture, "x", "", tmp_path)
        assert refusal.value.reason == notes.TOO_HEAVY


async def test_processor_time_is_bounded_even_where_nobody_watches_the_clock(text: Path, tmp_path: Path) -> None:
    slow = tmp_path / "slow.tiff"
    slow.write_bytes(made_files.pages((3_000, 3_000), 60))
    limits = replace(file_limits.CONVERT, image_pages_max=60)
    worker = await asyncio.create_subprocess_exec(
        *isolated.command("bot.files.worker.__main__", limits.to_json(), str(2**31), "0"), stdin=PIPE, stdout=PIPE
    )
    jobs = [
        {"source": str(source), "name": "x", "filetype": "", "out": str(tmp_path), "prefix": ""}
        for source in (slow, text)
    ]
    try:
        async with asyncio.timeout(60):
            answers, _ = await worker.communicate(b"".join(json.dumps(job).encode() + b"\n" for job in jobs))
    finally:
        if worker.returncode is None:
            worker.kill()
            await worker.wait()
    died, read = map(json.loads, answers.splitlines())
    assert died == {"died": signal.SIGXCPU}
    assert len(read["extracts"]) == 1


async def test_workers_are_used_again_and_closed_when_idle(text: Path, tmp_path: Path) -> None:
    async with sandbox(replace(LIMITS, worker_idle_s=0.2)) as running:
        await running.convert(text, "x", "", tmp_path, prefix="a")
        (first,) = workers()
        await running.convert(text, "x", "", tmp_path, prefix="b")
        assert workers() == [first]
        await until(lambda: not workers())


async def test_a_worker_sees_no_secret(text: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-secret")
    async with sandbox() as running:
        await running.convert(text, "x", "", tmp_path)
        (worker,) = workers()
        seen = (worker / "environ").read_text()
        whole = "".join(f"{name}={value}\0" for name, value in ENVIRONMENT.items())
        assert seen.replace("\0", ":") == whole.replace("\0", ":"), "the C library parts what it has read"


async def test_a_pdf_with_nothing_wrong_is_not_copied(tmp_path: Path) -> None:
    """Its worker may only read it; the bot gives the attached file itself a second name."""
    attached, out = tmp_path / "contract.pdf", tmp_path / "out"
    attached.write_bytes(made_files.pdf())
    out.mkdir()
    async with sandbox() as running:
        (found,) = await running.convert(attached, "contract.pdf", "", out, prefix="1-")
    assert isinstance(found, PdfExtract)
    assert (out / found.file).samefile(attached)


def forks(worker: Path) -> list[str]:
    """The processes that read files for this worker, and have not ended yet."""
    return [process.name for process in children(int(worker.name))]


async def read_slowly(running: Sandbox, worker: Path, out: Path) -> str:
    """Has something read that is no file, and returns which process tried."""
    await asyncio.to_thread(out.mkdir)
    slow = out / "slow"
    os.mkfifo(slow)
    reading = asyncio.create_task(running.convert(slow, "x", "", out))
    with await asyncio.to_thread(slow.open, "wb") as opened:  # once the other end is open, too
        (reader,) = forks(worker)
        opened.write(b"hello\n")
    await asyncio.wait([reading])
    return reader


async def test_every_attachment_is_read_by_a_process_of_its_own(text: Path, tmp_path: Path) -> None:
    """It is there for that attachment alone, and does not survive it."""
    async with sandbox(replace(LIMITS, workers_max=1)) as running:
        await running.convert(text, "x", "", tmp_path)
        (worker,) = workers()
        readers = []
        for attachment in ("one", "two", "three"):
            readers.append(await read_slowly(running, worker, tmp_path / attachment))
            await until(lambda: readers[-1] not in forks(worker))
    assert len(set(readers)) == 3


async def test_it_is_there_before_its_attachment_and_missed_by_nobody_if_it_ends(tmp_path: Path) -> None:
    async with sandbox(replace(LIMITS, workers_max=1)) as running:
        (tmp_path / "a.txt").write_bytes(b"hello\n")
        await running.convert(tmp_path / "a.txt", "a.txt", "", tmp_path)
        (worker,) = workers()
        reader = await read_slowly(running, worker, tmp_path / "slow")
        await until(lambda: forks(worker) not in ([], [reader]))
        (waiting,) = forks(worker)
        os.kill(int(waiting), signal.SIGKILL)
        await until(lambda: ") Z " in Path(f"/proc/{waiting}/stat").read_text())
        with capture_logs() as logged:
            assert await running.convert(tmp_path / "a.txt", "a.txt", "", tmp_path, prefix="again-")
        assert workers() == [worker]
        assert not logged


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Workers whose processes wait for the next job of their attachment however long that takes."""
    started = isolated.command

    def command(module: str, *arguments: str) -> tuple[str, ...]:
        *python, start, root = started(module)
        wait = start.replace("main()", f"import {module} as worker; worker._LINGER_S = 60; main()")
        return (*python, wait, root, *arguments)

    monkeypatch.setattr(isolated, "command", command)


@pytest.mark.usefixtures("patient")
async def test_what_read_an_archive_is_gone_before_another_attachment_is_read(text: Path, tmp_path: Path) -> None:
    async with sandbox(replace(LIMITS, workers_max=1)) as running:
        await running.convert(text, "x", "", tmp_path, prefix="first-")
        (worker,) = workers()
        readers = set[str]()
        archive, out = tmp_path / "archive.zip", tmp_path / "members"
        archive.write_bytes(zip_of([Packed(b"a.txt", b"one"), Packed(b"b.txt", b"two")]))
        out.mkdir()
        for member in await running.convert(archive, "archive.zip", "", out):
            readers.update(forks(worker))
            assert isinstance(member, MemberExtract)
            (read,) = await running.convert(out / member.file, member.name, "", out, prefix=f"{member.name}-")
            assert isinstance(read, TextExtract)
        assert readers
        await running.convert(text, "x", "", tmp_path, prefix="last-")
        assert readers.isdisjoint(forks(worker))


@pytest.mark.usefixtures("patient")
async def test_what_read_an_archive_is_gone_when_all_of_it_is_read(tmp_path: Path) -> None:
    """It waits for nobody, and the next attachment finds a process that is there already."""
    archive, out = tmp_path / "archive.zip", tmp_path / "members"
    archive.write_bytes(zip_of([Packed(b"a.txt", b"one"), Packed(b"b.txt", b"two")]))
    out.mkdir()
    conversion = Conversion(replace(LIMITS, workers_max=1))
    try:
        assert len(await conversion.convert(archive, "archive.zip", "", out)) == 2
        (worker,) = workers()
        read = set(forks(worker))
        await until(lambda: forks(worker) and read.isdisjoint(forks(worker)))
    finally:
        await conversion.aclose()


@pytest.mark.usefixtures("patient")
async def test_what_belongs_to_one_attachment_is_read_by_one_process(tmp_path: Path) -> None:
    """The members of an archive, the picture of a drawing, all rows of a long sheet."""
    archive, drawing, workbook = tmp_path / "archive.zip", tmp_path / "drawing.svg", tmp_path / "book.xlsx"
    archive.write_bytes(zip_of([Packed(b"a.txt", b"one"), Packed(b"b.txt", b"two")]))
    drawing.write_bytes(
        b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect width="5" height="5"/></svg>'
    )
    workbook.write_bytes(made_office.workbook("".join(made_office.cells(row, "lamp", "12") for row in range(1, 300))))
    limits = replace(LIMITS, workers_max=1, convert=replace(LIMITS.convert, text_chars_max=1_000))
    for source in (archive, drawing, workbook):
        async with sandbox(limits) as running:
            out = tmp_path / f"out of {source.name}"
            out.mkdir()
            found = await running.convert(source, source.name, "", out, prefix="0-")
            (worker,) = workers()
            (reader,) = forks(worker)
            for number, (more, filetype) in enumerate(next_jobs(source, out, found), 1):
                await running.convert(more, more.name, filetype, out, prefix=f"{number}-")
                assert forks(worker) == [reader]


def next_jobs(source: Path, out: Path, found: list[Extract]) -> list[tuple[Path, str]]:
    """What ``Conversion`` goes on with: paths and file types."""
    members = [(out / one.file, "") for one in found if isinstance(one, MemberExtract)]
    drawn = [(source, DRAW) for one in found if isinstance(one, DrawingExtract)]
    sheets = [(source, ALL_ROWS) for one in found if isinstance(one, TextExtract) and one.sheet]
    jobs = members + drawn + sheets
    assert jobs
    return jobs


async def test_a_fault_is_logged_by_its_kind_and_line_and_not_by_its_words(
    text: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    missing = {"source": str(tmp_path / "salaries"), "name": "x", "filetype": "", "out": str(tmp_path), "prefix": ""}
    reply = answer(missing, file_limits.CONVERT)
    assert re.fullmatch(r"FileNotFoundError in \w+\.py:\d+", reply["fault"])
    for fault, logged in ((reply["fault"], reply["fault"]), ("ValueError: 'salaries'!", "of its own wording")):
        says = json.dumps({"reason": notes.CRASHED, "fault": fault})
        code = f"import sys; sys.stdin.readline(); print({says!r}, flush=True); sys.stdin.read()"
        monkeypatch.setattr(isolated, "command", lambda *_, code=code: (sys.executable, "-c", code))
        async with sandbox() as running:
            with capture_logs() as lines, pytest.raises(Unreadable):
                await running.convert(text, "x", "", tmp_path)
        assert [line["fault"] for line in lines] == [logged]


async def test_closing_leaves_no_process_behind(text: Path, tmp_path: Path) -> None:
    async with sandbox() as running:
        await asyncio.gather(*(running.convert(text, "x", "", tmp_path, prefix=f"{n}-") for n in range(4)))
        assert 1 <= len(workers()) <= 2
    assert workers() == []


async def test_a_turn_that_is_given_up_ends_its_worker(endless: Path, tmp_path: Path) -> None:
    async with sandbox() as running:
        doomed = asyncio.create_task(running.convert(endless, "x", "", tmp_path))
        await until(workers)
        doomed.cancel()
        with pytest.raises(asyncio.CancelledError):
            await doomed
        await until(lambda: not workers())
