"""The sample files that other projects test themselves with go through the converters; a table of what became of them.

I/O: fetches source distributions with pip, by name, into ``.data/corpus``; starts worker processes and, in a process of
its own, the practice model, which is sent every block; writes ``docs/corpus.md``. Takes some minutes::

    python -m bench.corpus
"""

from __future__ import annotations

import asyncio
import gc
import logging
import multiprocessing
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import aclosing
from dataclasses import dataclass, field
from multiprocessing.queues import Queue
from pathlib import Path

from bot import logs
from bot.derived import file_limits
from bot.errors import ModelError
from bot.files import blocks
from bot.files.confinement import NONE
from bot.files.conversion import Conversion
from bot.files.extracts import UnreadableNow
from bot.files.worker.sniff import HEAD_BYTES, TAIL_BYTES, kind_of
from bot.llm.client import MessagesClient
from bot.messages import Conversation, Message, PreparedFile, Role, TextBlock
from bot.settings import ModelSettings
from playground.practice_model.server import PracticeModel

PACKAGES = ("pillow", "pypdf", "pikepdf", "python-docx", "python-pptx", "openpyxl", "olefile", "extract-msg")
PLACE = Path(".data/corpus").resolve()
REPORT = Path("docs/corpus.md")
KINDS = "## What is read of each kind"
"""The part of the report that people write; it stays."""
LIMITS = file_limits(ModelSettings.model_construct(bot_confinement="best"), NONE)
KEY = "corpus"
SAMPLES = 10


@dataclass(slots=True)
class Tally:
    """What became of the files so far."""

    outcomes: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    reasons: Counter[str] = field(default_factory=Counter)
    refused: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    longest_s: float = 0.0
    longest: str = ""
    memory_bytes: list[int] = field(default_factory=list)
    versions: list[str] = field(default_factory=list)
    took_s: float = 0.0

    @property
    def files(self) -> int:
        return sum(sum(counts.values()) for counts in self.outcomes.values())


def fetch() -> list[str]:
    """Downloads and unpacks what is not there yet; the names with versions of what is there then."""
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
    return sorted(path.name for path in PLACE.iterdir() if path.is_dir())


def serve_model(addresses: Queue[str]) -> None:
    async def serve() -> None:
        async with PracticeModel(api_key=KEY, token_rate_per_s=None, first_token_delay_s=0.0) as model:
            addresses.put(model.url)
            await asyncio.Event().wait()

    asyncio.run(serve())


async def convert_all(paths: list[Path], model_url: str, tally: Tally) -> None:
    conversion = Conversion(LIMITS)
    at_once = asyncio.Semaphore(LIMITS.workers_max)
    async with MessagesClient(api_url=model_url, api_key=KEY, model="claude-sonnet-5-5", max_tokens=100) as model:

        async def one(number: int, path: Path) -> None:
            async with at_once:
                await _one(path, conversion, model, tally)
            if number % max(len(paths) // SAMPLES, 1) == 0:
                gc.collect()
                tally.memory_bytes.append(_memory_bytes())
                print(f"{number} of {len(paths)}", file=sys.stderr)

        async with asyncio.TaskGroup() as group:
            for number, path in enumerate(paths):
                group.create_task(one(number, path))
    await conversion.aclose()


async def _one(path: Path, conversion: Conversion, model: MessagesClient, tally: Tally) -> None:
    started = time.perf_counter()
    with tempfile.TemporaryDirectory(dir=PLACE) as directory:
        try:
            extracts = await conversion.convert(path, path.name, "", Path(directory))
            file = blocks.prepared(str(path), path.name, extracts, Path(directory))
        except UnreadableNow as unreadable:
            file = blocks.refused(str(path), path.name, unreadable.reason)
        took_s = time.perf_counter() - started
        if took_s > tally.longest_s:
            tally.longest_s, tally.longest = took_s, str(path.relative_to(PLACE))
        _count(path, file, tally)
        if file.blocks:
            await _ask(file, model, tally)


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
        digits_hidden = "".join("N" if char.isdigit() else char for char in note.reason)
        tally.reasons[re.sub("is an? .*, a kind", "is a …, a kind", re.sub("N[N,]*", "N", digits_hidden))] += 1


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


def report(tally: Tally) -> str:
    office = "was" if shutil.which(LIMITS.office_program) else "was not"
    nothing = sum(counts["nothing"] for counts in tally.outcomes.values())
    columns = ("blocks", "blocks and a note", "a note", "nothing")
    kinds = sorted(tally.outcomes.items(), key=lambda item: -sum(item[1].values()))
    megabytes = [f"{value / 1e6:.0f}" for value in tally.memory_bytes]
    lines = [
        "# What becomes of files",
        "",
        "Written by `make corpus`, which sends the sample files of other projects' source distributions through the",
        f"converters, and every block that comes out to the practice model: {', '.join(tally.versions)}.",
        "",
        f"- {tally.files:,} files in {tally.took_s:.0f} s, {LIMITS.workers_max} at a time.",
        f"- LibreOffice {office} installed.",
        f"- The longest took {tally.longest_s:.1f} s (`{tally.longest}`); the limit is {LIMITS.file_timeout_s:.0f} s.",
        f"- Unforeseen exceptions in a worker: {len(tally.faults)}. Files that ended as nothing: {nothing}.",
        f"- Refused by the practice model afterwards: {len(tally.refused)}.",
        f"- Memory of the parent process, in MB, from the first file to the last: {', '.join(megabytes)}.",
        "",
        f"| kind, by its bytes | files | {' | '.join(columns)} |",
        f"|---|--:|{'--:|' * len(columns)}",
        *(
            f"| {kind} | {sum(counts.values()):,} | {' | '.join(f'{counts[column]:,}' for column in columns)} |"
            for kind, counts in kinds
        ),
        "",
        "| files | reason in the note (digits as N) |",
        "|--:|---|",
        *(f"| {count:,} | {reason} |" for reason, count in tally.reasons.most_common()),
        "",
    ]
    return "\n".join(lines)


def _files(names: list[str]) -> Iterator[Path]:
    for name in names:
        yield from (path for path in sorted((PLACE / name).rglob("*")) if path.is_file() and not path.is_symlink())


def main() -> int:
    tally = Tally(versions=fetch())
    logs.set_up("WARNING")
    faults = logging.Handler()
    faults.emit = lambda record: tally.faults.append(record.getMessage())  # type: ignore[method-assign]  # it counts
    logging.getLogger("bot.files").addHandler(faults)
    spawn = multiprocessing.get_context("spawn")
    addresses: Queue[str] = spawn.Queue()
    model = spawn.Process(target=serve_model, args=(addresses,), daemon=True)
    model.start()
    started = time.perf_counter()
    asyncio.run(convert_all(list(_files(tally.versions)), addresses.get(timeout=30), tally))
    tally.took_s = time.perf_counter() - started
    model.terminate()
    REPORT.parent.mkdir(exist_ok=True)
    _, heading, kinds = REPORT.read_text(encoding="utf-8").partition(KINDS) if REPORT.exists() else ("", "", "")
    REPORT.write_text(f"{report(tally)}{chr(10) if heading else ''}{heading}{kinds}", encoding="utf-8")
    for line in [*tally.refused, *tally.faults]:
        print(line, file=sys.stderr)
    print(report(tally))
    return 1 if tally.refused or tally.faults else 0


if __name__ == "__main__":
    sys.exit(main())
