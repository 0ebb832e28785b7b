"""Has readers read sample files, so that forks then find them warm.

I/O: files in memory, which are gone when it ends; on other systems than Linux, none. What a reader does the first time
(looking up methods, compiling patterns, binding library functions, choosing faster instructions) writes to memory that
a fork shares with us: each fork would do it again for each file, and copy each page for it.
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
"""So often code has to run until Python has chosen the instructions for it (8, and some for what that calls)."""
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
"""What is read then, by the reader's module: kinds that come often, and of which most files are small."""


def rehearse(modules: Iterable[str], read: Read) -> None:
    """``read`` reads the file at a path, and writes what comes of it to an outbox."""
    for sample in _samples(modules):
        for _ in range(TIMES):
            _read(sample, read)
    gc.collect()  # else what is left of it stays, as part of what forks share


def once(modules: Iterable[str], read: Read) -> None:
    """The same in a fork, to see what that writes to."""
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
        with suppress(Exception):  # then it is as it would be without
            read(source, out)
    finally:
        out.close()


class _InMemory(Outbox):
    """Files that have no name, and end with us."""

    def __init__(self) -> None:
        super().__init__(Path(), "")
        self.opened: list[int] = []

    def new(self, suffix: str) -> Path:
        self.opened.append(os.memfd_create(suffix))
        return Path(f"/proc/self/fd/{self.opened[-1]}")

    def close(self) -> None:
        for number in self.opened:
            os.close(number)
