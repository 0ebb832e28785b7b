"""The sample files that other projects test themselves with go through the converters; a table of what became of them.

I/O: reads the directories given, else source distributions that it fetches with pip, by name, into ``.data/corpus``;
starts worker processes and, in a process of its own each, the practice model, which is sent every block, and the
independent readers, whose words are looked for in what reached the model; writes ``docs/corpus.md``, and what came out
wrong to standard error. Takes minutes::

    python -m bench.corpus [DIRECTORY ...]
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import logging
import multiprocessing
import re
import resource
import shutil
import subprocess
import sys
import tarfile
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import aclosing
from dataclasses import dataclass
from multiprocessing.queues import Queue
from pathlib import Path

from bench.corpus_report import Tally, report
from bench.oracles import Seen, lacking, seen_in
from bot.assembly.derived import file_limits
from bot.configuration.model_settings import ModelSettings
from bot.conversation import Conversation, Message, Role
from bot.errors import ModelError
from bot.files import blocks
from bot.files.confinement import NONE
from bot.files.conversion import Conversion
from bot.files.extracts import UnreadableNow
from bot.files.worker.sniff import HEAD_BYTES, TAIL_BYTES, kind_of
from bot.llm.client import MessagesClient
from bot.messages import PreparedFile, TextBlock
from bot.telemetry import logs
from playground.practice_model.server import PracticeModel

PACKAGES = ("pillow", "pypdf", "pikepdf", "python-docx", "python-pptx", "openpyxl", "olefile", "extract-msg")
PLACE = Path(".data/corpus").resolve()
REPORT = Path("docs/corpus.md")
KINDS = "## What is read of each kind"
"""The part of the report that people write; it stays."""
LIMITS = file_limits(ModelSettings.model_construct(bot_confinement="best"), NONE)
KEY = "corpus"
SAMPLES = 10


READER_BYTES_MAX = 4_000_000_000
"""Some of the independent readers make room for every cell that a sheet could have."""


@dataclass(slots=True)
class _Run:
    conversion: Conversion
    model: MessagesClient
    readers: ProcessPoolExecutor
    tally: Tally


def fetch() -> list[Path]:
    """Downloads and unpacks what is not there yet; the directories that are there then."""
    PLACE.mkdir(parents=True, exist_ok=True)
    for package in PACKAGES:
        if not list(PLACE.glob(f"{package.replace('-', '[-_]')}-*.tar.gz")):
            command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--no-binary", package, package]
            if subprocess.run([*command, "--dest", str(PLACE)], check=False).returncode:
                print(f"{package}: not to be had, left out", file=sys.stderr)
    for archive in PLACE.glob("*.tar.gz"):
        directory = PLACE / archive.name.removesuffix(".tar.gz")
        if not directory.is_dir():
            with tarfile.open(archive) as opened:
                opened.extractall(PLACE, filter="data")
    return sorted(path for path in PLACE.iterdir() if path.is_dir())


def serve_model(addresses: Queue[str]) -> None:
    async def serve() -> None:
        async with PracticeModel(api_key=KEY, token_rate_per_s=None, first_token_delay_s=0.0) as model:
            addresses.put(model.url)
            await asyncio.Event().wait()

    asyncio.run(serve())


async def convert_all(paths: list[Path], model_url: str, tally: Tally) -> None:
    at_once = asyncio.Semaphore(LIMITS.workers_max)
    conversion = Conversion(LIMITS)
    async with MessagesClient(api_url=model_url, api_key=KEY, model="claude-sonnet-5-5", max_tokens=100) as model:
        run = _Run(conversion, model, _readers(), tally)

        async def one(number: int, path: Path) -> None:
            async with at_once:
                await _one(path, run)
            if number % max(len(paths) // SAMPLES, 1) == 0:
                gc.collect()
                tally.memory_bytes.append(_memory_bytes())
                print(f"{number} of {len(paths)}", file=sys.stderr)

        async with asyncio.TaskGroup() as group:
            for number, path in enumerate(paths):
                group.create_task(one(number, path))
    run.readers.shutdown()
    await conversion.aclose()


def _readers() -> ProcessPoolExecutor:
    spawn = multiprocessing.get_context("spawn")
    bounds = (resource.RLIMIT_AS, (READER_BYTES_MAX, READER_BYTES_MAX))
    return ProcessPoolExecutor(1, mp_context=spawn, initializer=resource.setrlimit, initargs=bounds)


async def _one(path: Path, run: _Run) -> None:
    started = time.perf_counter()
    with tempfile.TemporaryDirectory() as directory:
        try:
            extracts = await run.conversion.convert(path, path.name, "", Path(directory))
            file = blocks.prepared(str(path), path.name, extracts, Path(directory))
        except UnreadableNow as unreadable:
            file = blocks.refused(str(path), path.name, unreadable.reason)
        took_s = time.perf_counter() - started
        if took_s > run.tally.longest_s:
            run.tally.longest_s, run.tally.longest = took_s, "/".join(path.parts[-3:])
        _count(path, file, run.tally)
        seen, words = await _judgement(path, file, run)
        if seen is not None:
            verdict = run.tally.judge(seen, words, said=bool(file.notes))
            if verdict == "wrong":
                print(f"wrong, {seen.kind}: {path}: {' '.join(words[:12])} ({len(words)})", file=sys.stderr, flush=True)
        if file.blocks:
            await _ask(file, run.model, run.tally)


async def _judgement(path: Path, file: PreparedFile, run: _Run) -> tuple[Seen | None, list[str]]:
    readers = run.readers
    try:
        return await asyncio.get_running_loop().run_in_executor(readers, _judged, path, file)
    except BrokenProcessPool:
        print(f"no independent reader opens {path}", file=sys.stderr, flush=True)
        run.readers = _readers() if run.readers is readers else run.readers
        return None, []


def _judged(path: Path, file: PreparedFile) -> tuple[Seen | None, list[str]]:
    """What another reader sees, and what of it did not reach the model."""
    logging.disable()
    seen = seen_in(path)
    return seen, [] if seen is None else lacking(seen, file)


def _count(path: Path, file: PreparedFile, tally: Tally) -> None:
    with path.open("rb") as opened:
        head = opened.read(HEAD_BYTES)
        opened.seek(max(path.stat().st_size - TAIL_BYTES, 0))
        kind = kind_of(head, opened.read())
    if file.blocks:
        outcome = "blocks and a note" if file.notes else "blocks"
    else:
        outcome = "a note" if file.notes else "nothing"
    tally.outcomes[kind.value][outcome] += 1
    for note in file.notes:
        quotes_hidden = re.sub(r"“[^”]*”", "“…”", re.sub(r"Left out: .*?\. Please", "Left out: …. Please", note.reason))
        digits_hidden = "".join("N" if char.isdigit() else char for char in quotes_hidden)
        reason = re.sub("N[N,]*", "N", digits_hidden)
        tally.reasons[re.sub(r"is an? [^,]*, which I can't read", "is a …, which I can't read", reason)] += 1


async def _ask(file: PreparedFile, model: MessagesClient, tally: Tally) -> None:
    message = Message(Role.USER, (*file.blocks, TextBlock("What is this?")))
    try:
        async with aclosing(model.stream(Conversation("", (message,)))) as events:
            async for _ in events:
                pass
    except ModelError as error:
        tally.refused.append(f"{file.attachment_id}: {error}")


def _memory_bytes() -> int:
    """This process alone, resident."""
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * 4_096


def _files(directories: list[Path]) -> Iterator[Path]:
    for directory in directories:
        yield from (path for path in sorted(directory.rglob("*")) if path.is_file() and not path.is_symlink())


def main() -> int:
    arguments = argparse.ArgumentParser(prog="python -m bench.corpus", description=__doc__.split("\n", 1)[0])
    arguments.add_argument("directories", nargs="*", type=Path, metavar="DIRECTORY", help="fetched if none is given")
    given = arguments.parse_args()
    directories = [path.resolve() for path in given.directories] or fetch()
    tally = Tally(collections=[path.name for path in directories])
    logs.set_up("WARNING")
    faults = logging.Handler()
    faults.emit = lambda record: tally.faults.append(record.getMessage())  # type: ignore[method-assign]  # it counts
    logging.getLogger("bot.files").addHandler(faults)
    spawn = multiprocessing.get_context("spawn")
    addresses: Queue[str] = spawn.Queue()
    model = spawn.Process(target=serve_model, args=(addresses,), daemon=True)
    model.start()
    started = time.perf_counter()
    asyncio.run(convert_all(list(_files(directories)), addresses.get(timeout=30), tally))
    tally.took_s = time.perf_counter() - started
    model.terminate()
    REPORT.parent.mkdir(exist_ok=True)
    _, heading, kinds = REPORT.read_text(encoding="utf-8").partition(KINDS) if REPORT.exists() else ("", "", "")
    text = report(tally, LIMITS, office=shutil.which(LIMITS.office_program) is not None)
    REPORT.write_text(f"{text}{chr(10) if heading else ''}{heading}{kinds}", encoding="utf-8")
    for line in [*tally.refused, *tally.faults]:
        print(line, file=sys.stderr)
    print(text)
    return 1 if tally.refused or tally.faults else 0


if __name__ == "__main__":
    sys.exit(main())
