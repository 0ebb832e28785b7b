"""The size, age and name of a cache entry's directory. I/O: looks at the disk."""

from __future__ import annotations

import os
import time
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

EXTRACTS = "extracts.json"


def digest(text: str) -> str:
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:24]


def used_at(entry: Path) -> float:
    try:
        return entry.stat().st_mtime
    except FileNotFoundError:
        return time.time()


def prepared_at_s(entry: Path) -> float:
    try:
        return (entry / EXTRACTS).stat().st_mtime
    except OSError:  # incomplete, or just being removed
        return 0.0


def size_bytes(directory: Path) -> int:
    """Bytes of all files beneath it, each counted once however many names it has. Vanishing files do not count."""
    sizes: dict[int, int] = {}
    for parent, directories, files in os.walk(directory):  # goes on if a directory is gone
        for name in (*directories, *files):
            with suppress(FileNotFoundError):
                state = os.lstat(os.path.join(parent, name))  # noqa: PTH118 - many small files: a Path costs more
                sizes[state.st_ino] = state.st_size
    return sum(sizes.values())
