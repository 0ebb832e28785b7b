"""How long a file takes to be read, by kind: seconds of the processor and of the clock, worker processes included.

I/O: writes sample files into a temporary directory and converts each several times, one after the other::

    python -m bench.files_speed [TIMES]
"""

from __future__ import annotations

import asyncio
import io
import random
import resource
import sys
import tempfile
import time
import zipfile
from pathlib import Path

import pikepdf
from PIL import Image

from bot.derived import file_limits
from bot.files.confinement import NONE
from bot.files.conversion import Conversion
from bot.settings import ModelSettings

TIMES = 20
OFFICE_TIMES = 5
LIMITS = file_limits(ModelSettings.model_construct(bot_confinement="best"), NONE)
RTF = rb"{\rtf1\ansi{\fonttbl\f0 Helvetica;}\f0 " + rb"Hello from a rich text document.\par " * 200 + b"}"


def samples() -> dict[str, bytes]:
    photo, drawing = io.BytesIO(), io.BytesIO()
    Image.effect_noise((3_000, 2_000), 60).convert("RGB").save(photo, "JPEG")
    Image.linear_gradient("L").resize((1_800, 1_200)).save(drawing, "PNG")
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
        "text": text.encode(), "photo": photo.getvalue(), "drawing": drawing.getvalue(), "pdf": pdf.getvalue(),
        "zip of 5 texts": archive.getvalue(), "rich text": RTF,
    }  # fmt: skip


def processor_s() -> float:
    return sum(
        usage.ru_utime + usage.ru_stime
        for usage in map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    )


async def convert(source: Path, times: int) -> None:
    """With a worker that has met such a file before, as in a bot that is used."""
    conversion = Conversion(LIMITS)
    for number in range(times):
        out = source.parent / f"{source.name}-{number}"
        out.mkdir()
        await conversion.convert(source, source.name, "", out)
    await conversion.aclose()


def main() -> None:
    times = int(sys.argv[1]) if len(sys.argv) > 1 else TIMES
    with tempfile.TemporaryDirectory() as directory:
        for name, content in samples().items():
            runs = OFFICE_TIMES if name == "rich text" else times
            source = Path(directory, name)
            source.write_bytes(content)
            used_s, began_s = processor_s(), time.perf_counter()
            asyncio.run(convert(source, runs))
            used_ms, clock_ms = (1000 * (processor_s() - used_s) / runs, 1000 * (time.perf_counter() - began_s) / runs)
            print(f"{name:16}{used_ms:8.0f} ms of the processor{clock_ms:8.0f} ms by the clock")


if __name__ == "__main__":
    main()
