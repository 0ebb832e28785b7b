"""Reads sample files with each reader, so that later forks find them warm.

I/O: files in memory, which are gone when it ends; does nothing on systems other than Linux. The first run of a reader
(looking up methods, compiling patterns, binding library functions, specialising bytecode) writes to memory that forks
share. Without this, each fork would repeat it for each file, and copy each page for it.
"""

from __future__ import annotations

import gc
import io
import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from bot.files.outbox import Outbox

TIMES = 12
"""How often code must run until Python has specialised its bytecode (8, and some more for what it calls)."""
Read = Callable[[Path, Outbox], object]


def _text() -> list[bytes]:
    """In UTF-8, and in an encoding that is only found out by trying all that it could be."""
    words = "It costs 12 €, and ends in June.\n" * 300
    return [words.encode(), words.replace("€", "£").encode("cp1252"), b"name,city\nAda,Turin\n" * 20]


def _archive() -> list[bytes]:
    import zipfile  # noqa: PLC0415 - whoever has loaded the reader has loaded this

    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("letters/a.txt", b"Good morning")
        archive.writestr("b.csv", b"a,b\n")
    return [packed.getvalue()]


def _pdf() -> list[bytes]:
    import pikepdf  # noqa: PLC0415 - as above

    made = io.BytesIO()
    with pikepdf.new() as pdf:
        for _ in range(20):
            pdf.add_blank_page()
        pdf.save(made)
    return [made.getvalue()]


def _pictures() -> list[bytes]:
    from PIL import Image  # noqa: PLC0415 - as above

    made = []
    for kind in ("JPEG", "PNG"):
        file = io.BytesIO()
        Image.linear_gradient("L").resize((64, 64)).convert("RGB").save(file, kind)
        made.append(file.getvalue())
    return made


SAMPLES: dict[str, Callable[[], list[bytes]]] = {
    "bot.files.worker.text": _text,
    "bot.files.worker.archives.members": _archive,
    "bot.files.worker.pdfs.pages": _pdf,
    "bot.files.worker.pictures.images": _pictures,
}
"""Samples by the reader's module: common kinds whose files are mostly small."""


def rehearse(modules: Iterable[str], read: Read) -> None:
    """``read`` reads the file at a path, and writes its results to an outbox."""
    for sample in _samples(modules):
        for _ in range(TIMES):
            _read(sample, read)
    gc.collect()  # else the remains stay in the memory that forks share


def once(modules: Iterable[str], read: Read) -> None:
    """The same in a fork, to see which memory it writes to."""
    for sample in _samples(modules):
        _read(sample, read)


def _samples(modules: Iterable[str]) -> Iterator[bytes]:
    if hasattr(os, "memfd_create"):
        for module in modules:
            yield from SAMPLES.get(module, list)()


def _read(sample: bytes, read: Read) -> None:
    out = _InMemory()
    try:
        source = out.new("")
        source.write_bytes(sample)
        with suppress(Exception):  # then forks are as slow as without it
            read(source, out)
    finally:
        out.close()


class _InMemory(Outbox):
    """Files without a name, which end with this process."""

    def __init__(self) -> None:
        super().__init__(Path(), "")
        self.opened: list[int] = []

    def new(self, suffix: str) -> Path:
        self.opened.append(os.memfd_create(suffix))
        return Path(f"/proc/self/fd/{self.opened[-1]}")

    def close(self) -> None:
        for number in self.opened:
            os.close(number)
