"""Nothing in; a process that keeps what it knows to itself out.

I/O: system calls on this process, which holds the tokens and what people wrote.
"""

from __future__ import annotations

import ctypes
import resource
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
