"""Nothing in; a process that has a name among others, keeps what it knows to itself, and is seldom in its own way, out.

I/O: system calls on this process, which holds the tokens and what people wrote; Python's collector of cycles.
"""

from __future__ import annotations

import ctypes
import gc
import os
import resource
import socket
import sys
from contextlib import suppress

_PR_SET_DUMPABLE = 4


def keep_secrets() -> None:
    """No other process of the same user can read this one's environment and memory (``/proc/…/environ``, ``mem``), and
    a crash leaves no core file that holds them. On other systems than Linux only the latter. What is written from now
    on, the database and people's files above all, no other user can read."""
    os.umask(0o077)
    with suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)


def unique_name() -> str:
    """No other process that shares the database has it. Short enough for the id of a workspace beside it."""
    return f"{socket.gethostname()[:24]}:{os.getpid()}:{os.urandom(4).hex()}"


def collect_later() -> None:
    """What is loaded while the process starts is there to stay: to look through it for garbage, again and again as it
    grows, takes a fifth of the time."""
    gc.disable()


def collect_now() -> None:
    """From now on garbage is looked for, in what is new: to go through all that was loaded stops the loop for a
    twentieth of a second."""
    gc.freeze()
    gc.enable()
