"""What a converter would try once a file has taken it over; each attempt is "refused" or what came of it.

Runs inside a confined process, on arguments given as JSON.
"""

from __future__ import annotations

import ctypes
import os
import socket
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

PTRACE_ATTACH = 16


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
        "trace the bot": lambda: _checked(ctypes.CDLL(None, use_errno=True).ptrace(PTRACE_ATTACH, pid, None, None)),
        "signal the bot": lambda: os.kill(pid, 0),
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


def _checked(result: int) -> None:
    if result < 0:
        raise OSError(ctypes.get_errno(), "refused")
