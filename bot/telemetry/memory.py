"""How much memory the bot's process and its children use, and how much may be used.

I/O: ``/proc`` and the control group's files. In bytes; 0 if the system does not say. Pages that processes share count
for each of them.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

LIMITS = (Path("/sys/fs/cgroup/memory.max"), Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"))
"""Of the second and the first version of control groups."""
NO_LIMIT = 1 << 60
"""The first version reports a number that no machine has."""


def of_bot() -> float:
    return _resident(os.getpid())


def of_workers() -> float:
    """Memory of the processes for files, LibreOffice among them."""
    return sum(map(_resident, _descendants(os.getpid())))


def limit() -> float:
    """The container's limit; 0 if it has none."""
    for file in LIMITS:
        with suppress(OSError, ValueError):
            found = int(file.read_text(encoding="ascii"))
            return float(found) if found < NO_LIMIT else 0.0
    return 0.0


def _resident(process: int) -> float:
    with suppress(OSError, ValueError, IndexError):
        pages = Path(f"/proc/{process}/statm").read_text(encoding="ascii").split()[1]
        return int(pages) * os.sysconf("SC_PAGE_SIZE")
    return 0.0  # it has ended, or this is another system


def _descendants(process: int) -> Iterator[int]:
    for thread in _listed(Path(f"/proc/{process}/task")):
        with suppress(OSError, ValueError):
            for child in map(int, (thread / "children").read_text(encoding="ascii").split()):
                yield child
                yield from _descendants(child)


def _listed(directory: Path) -> list[Path]:
    with suppress(OSError):
        return list(directory.iterdir())
    return []
