"""What a converter would try once a file has taken it over; each attempt is "refused" or what came of it.

Runs inside a confined process, on arguments given as JSON.
"""

from __future__ import annotations

import ctypes
import fcntl
import os
import platform
import resource
import signal
import socket
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from bot.files.worker.confinement import calls

PTRACE_ATTACH = 16
F_SETSIG = 10
LIBC = ctypes.CDLL(None, use_errno=True)


def attempts(given: Mapping[str, Any]) -> dict[str, str]:
    """``given``: the job's ``source`` and ``directory``, a ``secret`` file beside it, the bot's ``pid``, the ``port``
    of a listener, the path of a ``socket``; ``only`` names the attempts, where not all are meant."""
    source, directory, secret, proc = (Path(given[name]) for name in ("source", "directory", "secret", "proc"))
    pid, port = int(given["pid"]), int(given["port"])
    tried: dict[str, Callable[[], object]] = {
        "read the file": source.read_bytes,
        "write a result": lambda: (directory / "result").write_bytes(b"x"),
        "read a secret": secret.read_bytes,
        "list a directory": lambda: list(secret.parent.iterdir()),
        "write elsewhere": lambda: (secret.parent / "planted").write_bytes(b"x"),
        "remove a file": secret.unlink,
        "read the environment": (proc / "environ").read_bytes,
        "read the memory": lambda: (proc / "mem").open("rb"),
        "trace the bot": lambda: _checked(LIBC.ptrace(PTRACE_ATTACH, pid, None, None)),
        "signal the bot": lambda: os.kill(pid, 0),
        "signal the bot through a pipe": lambda: _signalling(pid),
        "take a file that the bot has open": lambda: _called("pidfd_getfd", _called("pidfd_open", pid, 0), 0, 0),
        "bound what the bot may open": lambda: resource.prlimit(pid, resource.RLIMIT_NOFILE, (500, 500)),
        "slow the bot down": lambda: os.setpriority(os.PRIO_PROCESS, pid, 19),
        "run the bot when nobody else runs": lambda: os.sched_setscheduler(pid, os.SCHED_IDLE, os.sched_param(0)),
        "keep the bot on one processor": lambda: os.sched_setaffinity(pid, {0}),
        "let everybody read a secret": lambda: secret.chmod(0o666),
        "change a secret's owner": lambda: os.chown(secret, os.getuid(), os.getgid()),
        "date a secret back": lambda: os.utime(secret, (1, 1)),
        "mark a secret": lambda: os.setxattr(secret, "user.mark", b"x"),
        "empty a secret": lambda: os.truncate(secret, 0),
        "watch a secret": lambda: _called("inotify_init1", 0),
        "use memory that is a file": lambda: os.memfd_create("x"),
        "use memory that stays": lambda: _called("shmget", 0, 4096, 0o600),
        "link to a secret": lambda: (directory / "link").symlink_to(secret),
        "link a secret hard": lambda: os.link(secret, directory / "hard"),
        "connect": lambda: socket.create_connection(("127.0.0.1", port), 5).close(),
        "send a datagram": lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"x", ("127.0.0.1", port)),
        "connect to a local socket": lambda: socket.socket(socket.AF_UNIX).connect(given["socket"]),
        "start a process": os.fork,
        "run a program": lambda: os.execv("/bin/true", ["true"]),
    }
    return {name: _outcome(attempt) for name, attempt in tried.items() if name in given.get("only", tried)}


def _outcome(attempt: Callable[[], object]) -> str:
    try:
        if attempt() == 0:
            os._exit(0)  # this is a process that should not be there
    except OSError:
        return "refused"
    return "done"


def _signalling(pid: int) -> None:
    """The kernel then sends a signal of this process's choice for what comes through the pipe. Source: man:fcntl(2)."""
    reader, _ = os.pipe()
    fcntl.fcntl(reader, fcntl.F_SETOWN, pid)
    fcntl.fcntl(reader, F_SETSIG, signal.SIGKILL)


def _called(name: str, *arguments: int) -> int:
    """Never 0, which would mean a process that should not be there."""
    result = LIBC.syscall(calls.NUMBERS[platform.machine()][name], *arguments)
    _checked(result)
    return int(result) or -1


def _checked(result: int) -> None:
    if result < 0:
        raise OSError(ctypes.get_errno(), "refused")
