"""A settings file that changes while the bot runs, in every way in which files are changed."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.configuration.reloaded import BYTES_MAX, ReloadedFile
from bot.errors import StartFailed
from bot.keyed_toml import Fault, parse, raise_for
from tests.logged import logged

EVERY_S = 0.01


def number(text: str) -> int:
    value = parse(text).get("number")
    raise_for([] if isinstance(value, int) else [Fault(("number",), "must be a number")], text)
    return int(value or 0)


def write(file: Path, value: object) -> None:
    file.write_text(f"number = {value}\n", encoding="utf-8")


def replace(file: Path, value: object) -> None:
    write(file.with_suffix(".new"), value)
    file.with_suffix(".new").replace(file)


def gone(file: Path) -> None:
    file.unlink()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    write(tmp_path / "a.toml", 1)
    return tmp_path / "a.toml"


@pytest.fixture
async def file(path: Path) -> AsyncIterator[ReloadedFile[int]]:
    reloaded = ReloadedFile("BOT_A_FILE", path, number, EVERY_S)
    reloaded.start()
    yield reloaded
    await reloaded.aclose()


async def until(file: ReloadedFile[int], value: int) -> None:
    async with asyncio.timeout(10):
        while file.now() != value:  # noqa: ASYNC110 - a file tells nobody
            await asyncio.sleep(EVERY_S)


async def test_it_is_read_again_when_it_is_written_replaced_or_taken_away_for_a_while(
    file: ReloadedFile[int], path: Path
) -> None:
    write(path, 22)
    await until(file, 22)
    replace(path, 33)
    await until(file, 33)
    gone(path)
    await asyncio.sleep(5 * EVERY_S)
    assert file.now() == 33
    write(path, 4)
    await until(file, 4)


async def test_with_a_fault_what_was_said_before_holds_and_the_log_says_once_why(
    file: ReloadedFile[int], path: Path
) -> None:
    with logged() as lines:
        write(path, "'five'")
        await lines.until("settings.not_reloaded")
        await asyncio.sleep(10 * EVERY_S)
    (line,) = (line for line in lines.lines if line["event"] == "settings.not_reloaded")
    assert (line["setting"], line["file"]) == ("BOT_A_FILE", "a.toml")
    assert line["faults"] == ["line 1: number must be a number"]
    assert file.now() == 1
    write(path, 6)
    await until(file, 6)


async def test_sighup_reads_it_at_once_and_all_files_hear_it(path: Path) -> None:
    write(other := path.with_name("b.toml"), 1)
    files = [ReloadedFile(name, one, number, 3_600.0) for name, one in (("A", path), ("B", other))]
    before = signal.getsignal(signal.SIGHUP)
    for file, one in zip(files, (path, other), strict=True):
        file.start()
        write(one, 7)
    os.kill(os.getpid(), signal.SIGHUP)
    for file in files:
        await until(file, 7)
    for file in reversed(files):
        await file.aclose()
    assert signal.getsignal(signal.SIGHUP) == before


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (None, "cannot be read (No such file or directory)"),
        (b"\xff\xfe", "is not text in UTF-8"),
        (b"#" * (BYTES_MAX + 1), "is larger than 1,000,000 bytes"),
        (b"number = ", "a.toml, line 1: invalid value"),
    ],
)
def test_a_start_with_a_fault_is_one_line(path: Path, content: bytes | None, fault: str) -> None:
    path.unlink()
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(StartFailed) as failed:
        ReloadedFile("BOT_A_FILE", path, number)
    (line,) = failed.value.faults
    assert line.startswith("BOT_A_FILE: ")
    assert line.endswith(fault)
