"""Limits that a process puts on itself before it touches strangers' bytes; as a program, on the program it becomes.

I/O: system calls on this process. Everything here is inherited by children and survives exec.
``python -m bot.files.worker.confine MEMORY_BYTES CPU_S PROGRAM ARGUMENTS…``
"""

from __future__ import annotations

import ctypes
import os
import resource
import sys
from contextlib import suppress

_FILE_BYTES_MAX = 1_000_000_000
_NICENESS = 10
_CLONE_NEWUSER = 0x1000_0000
_CLONE_NEWNET = 0x4000_0000


def bound_memory(memory_bytes: int) -> None:
    """Bounds on address space and on written files; no core dumps, which would hold what people sent.

    A bound that the system does not know (macOS has none on address space) is left out.
    """
    bounds = ((resource.RLIMIT_AS, memory_bytes), (resource.RLIMIT_FSIZE, _FILE_BYTES_MAX), (resource.RLIMIT_CORE, 0))
    for kind, most in bounds:
        with suppress(OSError, ValueError):
            resource.setrlimit(kind, (most, most))


def bound_cpu(seconds: float) -> None:
    """Lets this process use ``seconds`` more of the processor, then die by SIGXCPU."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    used = usage.ru_utime + usage.ru_stime
    resource.setrlimit(resource.RLIMIT_CPU, (int(used + seconds) + 1, resource.RLIM_INFINITY))


def give_way() -> None:
    """Lets the bot's own process, and with it the event loop, go first where processors are short."""
    os.nice(_NICENESS)


def leave_network() -> bool:
    """Moves into a network namespace of its own, where there is no network. ``False`` where the system allows it not:
    some containers and kernels forbid it, and only Linux has it. Call before any thread is started."""
    with suppress(OSError, AttributeError):
        libc = ctypes.CDLL(None, use_errno=True)
        return any(libc.unshare(flags) == 0 for flags in (_CLONE_NEWNET, _CLONE_NEWUSER | _CLONE_NEWNET))
    return False


def main() -> None:
    memory_bytes, cpu_s, *command = sys.argv[1:]
    bound_memory(int(memory_bytes))
    bound_cpu(float(cpu_s))
    give_way()
    leave_network()
    os.execvp(command[0], command)  # noqa: S606 - the command comes from office.py, and there is no shell to misread it


if __name__ == "__main__":
    main()
