"""Drops what a process does not need before it reads untrusted bytes; as a program, before it becomes LibreOffice.

I/O: system calls on this process. None of this can be undone: children inherit it, and it survives exec. What the
system does not support is left out; ``report`` says what there is. Each layer closes what the others leave open:

- Landlock: no file but the program's own and the job's, no TCP, nobody outside to signal;
- a network namespace: no network at all, where a container allows one;
- a filter of system calls: no connection, no new process, no look into others, no hand on their priorities and bounds,
  no change of a file by its path, no memory that no bound counts;
- no privileges, bounds on memory, processor and file size, no core dumps, the end with whoever started it.

``main``'s arguments are MEMORY_BYTES CPU_S DIRECTORY PROGRAM ARGUMENTS…
"""

from __future__ import annotations

import ctypes
import os
import resource
import signal
import struct
import sys
import time
from contextlib import suppress
from pathlib import Path

from bot.files.worker.confinement import landlock, paths, seccomp

_FILE_BYTES_MAX = 1_000_000_000
_TASKS_MORE = 200
_NICENESS = 10
_CLONE_NEWUSER = 0x1000_0000
_CLONE_NEWNET = 0x4000_0000
_PR_SET_PDEATHSIG, _PR_SET_NO_NEW_PRIVS = 1, 38
_CAPABILITY_VERSION = 0x2008_0522
_LIBC = ctypes.CDLL(None, use_errno=True)


def enter(memory_bytes: int) -> None:
    """Enters the restrictions for every job. Call before any thread starts and before any untrusted file is opened."""
    bound_memory(memory_bytes)
    os.nice(_NICENESS)  # where processors are short, the bot's own process and its event loop go first
    leave_network()
    drop_privileges()
    seccomp.forbid_reaching_out()


def common_rules() -> list[landlock.Rule]:
    """What every job may read: Python, its packages, and what the system shares."""
    return landlock.reading(paths.without_nested((*paths.of_python(), *paths.of_system())))


class Cell:
    """What a process that reads one file may do, whatever the job. Made once, for all of them."""

    def __init__(self) -> None:
        self._common = common_rules()
        self._no_processes = seccomp.no_processes(execution=False)
        self._no_other_memory = seccomp.no_other_memory()

    def enter(self, *, trial: bool = False) -> None:
        """Call in that process itself: it can start nothing, signal nobody, and ends with its parent.

        ``trial``: what it reads are samples of ours, which are files in memory.
        """
        end_with_parent()
        if not trial:
            self._no_other_memory.enter()
        if not self._no_processes.enter():
            bound_tasks()

    def restriction(self) -> landlock.Restriction:
        """For that process alone, entered when it knows its job: until then the job's paths are missing."""
        return landlock.Restriction(self._common)


def bound_memory(memory_bytes: int) -> None:
    """Limits address space and written files; no core dumps, which would contain what people sent.

    A limit that the system does not support (macOS has none on address space) is left out.
    """
    bounds = ((resource.RLIMIT_AS, memory_bytes), (resource.RLIMIT_FSIZE, _FILE_BYTES_MAX), (resource.RLIMIT_CORE, 0))
    for kind, most in bounds:
        with suppress(OSError, ValueError):
            resource.setrlimit(kind, (most, most))


def bound_cpu(seconds: float) -> None:
    """Lets this process use ``seconds`` more of the processor, then die by SIGXCPU."""
    resource.setrlimit(resource.RLIMIT_CPU, (int(time.process_time() + seconds) + 1, resource.RLIM_INFINITY))


def bound_tasks() -> None:
    """Limits processes and threads, in case no filter forbids them. It counts everything this user runs, and does not
    bind root."""
    own = f"Uid:\t{os.getuid()}\t"
    tasks = 0
    for status in Path("/proc").glob("[0-9]*/status"):
        with suppress(OSError):
            text = status.read_text(encoding="ascii", errors="replace")
            if own in text:
                tasks += int(text.partition("Threads:\t")[2].partition("\n")[0] or 1)
    with suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_NPROC, (tasks + _TASKS_MORE, tasks + _TASKS_MORE))


def leave_network() -> bool:
    """Moves into a new network namespace, which has no network. ``False`` if the system does not allow it: some
    containers and kernels forbid it, and only Linux has it."""
    with suppress(OSError, AttributeError):
        return any(_LIBC.unshare(flags) == 0 for flags in (_CLONE_NEWNET, _CLONE_NEWUSER | _CLONE_NEWNET))
    return False


def drop_privileges() -> None:
    """Drops the privileges of root or of a namespace, prevents gaining any by exec, and ends with the parent."""
    if sys.platform != "linux":
        return
    _LIBC.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    _LIBC.capset(struct.pack("Ii", _CAPABILITY_VERSION, 0), bytes(24))
    end_with_parent()


def end_with_parent() -> None:
    """This process is killed when its parent ends, however that ends. Not inherited by fork."""
    with suppress(OSError, AttributeError):
        _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


def main() -> None:
    memory_bytes, cpu_s, directory, *command = sys.argv[1:]
    enter(int(memory_bytes))
    bound_cpu(float(cpu_s))
    program = Path(command[0])
    seccomp.no_other_memory().enter()
    sockets = () if seccomp.hide_writable() else map(Path, ("/tmp", "/var/tmp"))  # noqa: S108 - LibreOffice's choice
    landlock.restrict(
        [
            *landlock.reading((*paths.of_system(), *paths.of_office(program))),
            *landlock.running((*paths.LIBRARIES, program.parent)),
            *landlock.writing((Path(directory), Path(os.devnull))),
            *landlock.listening(sockets),
        ]
    )
    if not seccomp.no_processes(execution=True).enter():
        bound_tasks()
    os.execv(command[0], command)  # noqa: S606 - the command comes from office.py, and there is no shell to misread it
