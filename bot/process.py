"""Nothing in; a process that has a name among others, and keeps what it knows to itself, out.

I/O: system calls on this process, which holds the tokens and what people wrote.
"""

from __future__ import annotations

import ctypes
import os
import resource
import socket
import sys
from contextlib import suppress

_PR_SET_DUMPABLE = 4


def keep_secrets() -> None:
    """No other process of the same user can read this one's environment and memory (``/proc/…/environ``, ``mem``), and
    a crash leaves no core file that holds them. On other systems than Linux only the latter."""
    with suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)


def unique_name() -> str:
    """No other process that shares the database has it."""
    return f"{socket.gethostname()[:40]}:{os.getpid()}:{os.urandom(4).hex()}"
