"""The processes that the bot starts beside its own, as the kernel knows them. I/O: reads ``/proc``."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path


def workers() -> list[Path]:
    """The ``/proc`` directories of this process's workers, oldest id first.

    By the parent's id that each process has, not by ``/proc/self/task/*/children``: of those files one is gone when its
    thread is, and the kernel leaves children out while others end (proc_pid_children(5)).
    """
    return [process for process in sorted(Path("/proc").glob("[0-9]*"), key=_id) if _is_worker(process)]


def _id(process: Path) -> int:
    return int(process.name)


def _is_worker(process: Path) -> bool:
    """``False`` for a process that has ended, or ends meanwhile."""
    with suppress(OSError):
        # After the program's name, which may hold anything, stand the state and the parent's id.
        parent = int((process / "stat").read_text(errors="replace").rpartition(")")[2].split()[1])
        return parent == os.getpid() and b"bot.files.worker" in (process / "cmdline").read_bytes()
    return False
