"""How long a file takes to be read, by kind, and which part of that is confinement.

I/O: writes sample files into a temporary directory and converts each several times, one after the other, by turns as
the bot does it ("confined"), without whatever confines the processes that read it but with a process for each file
("forked"), and with neither ("open": one worker reads all files itself). The last two are ``bench.unconfined``::

    python -m bench.files_speed [--rounds 6] [--kinds text,pdf]

Medians: of files by the clock, of rounds by what their files used of the processor, all processes included: the bot's
part, the worker, and the process that it forks for each file.
Linux only (``/proc``).
"""

from __future__ import annotations

import argparse
import asyncio
import io
import itertools
import os
import random
import resource
import statistics
import tempfile
import time
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pikepdf
from PIL import Image

from bot.assembly.derived import file_limits
from bot.configuration.model_settings import ModelSettings
from bot.files import isolated
from bot.files.confinement import NONE
from bot.files.conversion import Conversion

ROUNDS = 6
TIMES = {"photo": 5, "picture": 10, "rich text": 1}
"""So many files are a round. Of the others, which take milliseconds, more: the kernel counts in steps of ten."""
TIMES_ELSE = 40
PAUSE_S = 0.02
"""A download lies between two files."""
SETTLED_S = 0.2
"""So soon after a file its process is gone."""
WARM_UP = 2
"""So often a worker has met such a file before, as in a bot that is used."""
LIMITS = file_limits(ModelSettings.model_construct(bot_confinement="best"), NONE)
RTF = rb"{\rtf1\ansi{\fonttbl\f0 Helvetica;}\f0 " + rb"Hello from a rich text document.\par " * 200 + b"}"
SVG = (
    b'<svg xmlns="http://www.w3.org/2000/svg" width="900" height="600"><rect width="900" height="600" fill="#eee"/>'
    + b"".join(b'<circle cx="%d" cy="%d" r="40" fill="#36c"/>' % (9 * at, 6 * at) for at in range(100))
    + b"</svg>"
)
TICKS_A_S = os.sysconf("SC_CLK_TCK")
CONFINED = isolated.command
OFFICE = "bot.files.worker.confinement.confine"


def unconfined(worker: str) -> Callable[..., tuple[str, ...]]:
    """``isolated.command`` for the programs of ``bench.unconfined``."""

    def command(module: str, *arguments: str) -> tuple[str, ...]:
        python, isolated_mode, flag, _, *rest = CONFINED(module, *arguments)
        program = "office" if module == OFFICE else worker
        start = f"import sys; sys.path.insert(0, sys.argv.pop(1)); from bench.unconfined import {program}; {program}()"
        return (python, isolated_mode, flag, start, *rest)

    return command


WAYS: dict[str, Callable[..., tuple[str, ...]]] = {
    "confined": CONFINED, "forked": unconfined("forking"), "open": unconfined("worker"),
}  # fmt: skip


def samples() -> dict[str, bytes]:
    photo, picture = io.BytesIO(), io.BytesIO()
    Image.effect_noise((3_000, 2_000), 60).convert("RGB").save(photo, "JPEG")
    Image.linear_gradient("L").resize((1_800, 1_200)).save(picture, "PNG")
    pdf, archive = io.BytesIO(), io.BytesIO()
    with pikepdf.new() as made:
        for _ in range(50):
            made.add_blank_page()
        made.save(pdf)
    words = random.Random(1)
    text = "\n".join(" ".join(words.choices(("the", "contract", "ends", "in", "June"), k=12)) for _ in range(2_000))
    with zipfile.ZipFile(archive, "w") as packed:
        for number in range(5):
            packed.writestr(f"{number}.txt", text[:10_000])
    return {
        "text": text.encode(), "photo": photo.getvalue(), "picture": picture.getvalue(), "drawing": SVG,
        "pdf": pdf.getvalue(), "zip of 5 texts": archive.getvalue(), "rich text": RTF,
    }  # fmt: skip


@dataclass
class Side:
    """Converts in one of the ways, and remembers how long that took."""

    command: Callable[..., tuple[str, ...]]
    source: Path
    conversion: Conversion = field(default_factory=lambda: Conversion(LIMITS))
    clock_ms: list[float] = field(default_factory=list)
    processor_ms: list[float] = field(default_factory=list)

    async def convert(self, times: int) -> None:
        """One after the other, as the files of a thread come."""
        used_s = processor_s()
        for _ in range(times):
            out = Path(tempfile.mkdtemp(dir=self.source.parent))
            isolated.command = self.command
            began_s = time.perf_counter()
            await self.conversion.convert(self.source, self.source.name, "", out)
            self.clock_ms.append(1000 * (time.perf_counter() - began_s))
            await asyncio.sleep(PAUSE_S)
        await asyncio.sleep(SETTLED_S)
        self.processor_ms.append(1000 * (processor_s() - used_s) / times)

    def forget(self) -> None:
        self.clock_ms.clear()
        self.processor_ms.clear()


async def compare(source: Path, rounds: int, times: int) -> str:
    """A line of figures, of the clock and of the processor: each way's, and how many times as much as in the next."""
    sides = [Side(command, source) for command in WAYS.values()]
    for side in sides:
        await side.convert(WARM_UP)
        side.forget()
    for _ in range(rounds):
        for side in sides:
            await side.convert(times)
    for side in sides:
        await side.conversion.aclose()
    return f"{source.name:16}" + "".join(
        columns([statistics.median(figures) for figures in of_all])
        for of_all in ([side.clock_ms for side in sides], [side.processor_ms for side in sides])
    )


def columns(figures: list[float]) -> str:
    ratios = [used / next_used for used, next_used in itertools.pairwise(figures)]
    return "  " + "".join(f"{figure:9.1f}" for figure in figures) + "".join(f"{ratio:6.2f}" for ratio in ratios)


def processor_s() -> float:
    """Of this process and all that it has started or that they have."""
    own = resource.getrusage(resource.RUSAGE_SELF)
    used_s = own.ru_utime + own.ru_stime
    gone = resource.getrusage(resource.RUSAGE_CHILDREN)
    used_s += gone.ru_utime + gone.ru_stime
    todo = [os.getpid()]
    while todo:
        for child in Path(f"/proc/{todo[0]}/task/{todo.pop(0)}/children").read_text().split():
            todo.append(int(child))
            stat = Path(f"/proc/{child}/stat").read_text().rpartition(")")[2].split()
            used_s += sum(map(int, stat[11:15])) / TICKS_A_S
    return used_s


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.files_speed", description=__doc__.split("\n", 1)[0])
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--kinds", default="", metavar="KIND,…", help="these alone")
    options = parser.parse_args()
    print(f"{'ms a file':16}" + f"  {'by the clock':39}  {'of the processor':39}")
    print(f"{'':16}" + 2 * ("  " + "".join(f"{way:>9}" for way in WAYS) + f"{'ratios':>12}"))
    with tempfile.TemporaryDirectory() as directory:
        for name, content in samples().items():
            if options.kinds and name not in options.kinds.split(","):
                continue
            source = Path(directory, name)
            source.write_bytes(content)
            print(asyncio.run(compare(source, options.rounds, TIMES.get(name, TIMES_ELSE))), flush=True)


if __name__ == "__main__":
    main()
