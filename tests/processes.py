"""The processes that a process has started, as the kernel knows them. I/O: reads ``/proc``."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path


def children(parent: int) -> list[Path]:
    """The ``/proc`` directories of its children, lowest id first.

    By the parent's id that each process has, not by ``/proc/PARENT/task/*/children``: of those files one is gone when
    its thread is, and the kernel leaves children out while others end (proc_pid_children(5)).
    """
    return [process for process in sorted(Path("/proc").glob("[0-9]*"), key=_id) if _parent(process) == parent]


def workers() -> list[Path]:
    """Those of this process's children that read strangers' bytes."""
    return [process for process in children(os.getpid()) if _is_worker(process)]


def _id(process: Path) -> int:
    return int(process.name)


def _parent(process: Path) -> int | None:
    """``None`` for a process that has ended meanwhile."""
    with suppress(OSError):
        # After the program's name, which may hold anything, stand the state and the parent's id.
        return int((process / "stat").read_text(errors="replace").rpartition(")")[2].split()[1])
    return None


def _is_worker(process: Path) -> bool:
    with suppress(OSError):
        return b"bot.files.worker" in (process / "cmdline").read_bytes()
    return False
