"""Protects this process's secrets, names it, and tunes its garbage collector.

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
    a crash leaves no core file that contains them; on systems other than Linux only the latter. Whatever is written
    from now on, above all the database and people's files, no other user can read."""
    os.umask(0o077)
    with suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)


def unique_name() -> str:
    """A name that no other process sharing the database has. Short enough to fit beside the id of a workspace."""
    return f"{socket.gethostname()[:24]}:{os.getpid()}:{os.urandom(4).hex()}"


def collect_later() -> None:
    """Switches off the collector during the start: what is loaded then stays, and scanning it again and again as it
    grows takes a fifth of the time."""
    gc.disable()


def collect_now() -> None:
    """Switches the collector on, for new objects only: scanning everything that was loaded would block the loop for a
    twentieth of a second."""
    gc.freeze()
    gc.enable()
