"""Runs a function in a forked process, and talks to it line by line.

I/O: forks, and pipes. Anything the fork says may come from an untrusted file: its length is limited, and nothing else
is assumed.

For small files a separate process takes longer than reading them. Most of that is memory: pages that both share are
copied once either writes to them. Hence system calls here instead of buffered files.
"""

from __future__ import annotations

import ctypes
import gc
import os
import select
import signal
from collections.abc import Callable, Iterable
from contextlib import suppress

from bot.files.bounds import REPLY_BYTES_MAX

_FORK = ctypes.PyDLL(None, use_errno=True).fork
"""The C library's own fork. ``os.fork`` also renews the locks of modules and threads and reseeds random generators,
which takes as long as all the rest. This process has one thread, and its forks keep no secrets."""
_CHUNK_BYTES = 65_536


class Fork:
    """A forked process, as its parent sees it."""

    def __init__(self, run: Callable[[int, int], None], close: Iterable[int]) -> None:
        """``run`` gets descriptors to read from and to write to; when it returns, the process ends. The fork closes the
        descriptors ``close``. Raises ``OSError`` if the system gives no process."""
        (asked, asking), (answered, answering) = os.pipe(), os.pipe()
        gc.freeze()  # else garbage collection in the fork copies every shared page
        self._process = _FORK()
        if not self._process:
            try:
                for number in (asking, answered, *close):
                    os.close(number)
                run(asked, answering)
            finally:
                os._exit(0)
        os.close(asked)
        os.close(answering)
        self._pipes = asking, answered
        self._lines = Lines(answered)
        if self._process < 0:
            self._close()
            raise OSError(ctypes.get_errno(), "there is no process to be had")

    def send(self, line: bytes) -> None:
        with suppress(BrokenPipeError):
            write(self._pipes[0], line)

    def line(self) -> bytes:
        """A line with its end; without one, the process has died or has sent too much."""
        return self._lines.one()

    def has_spoken(self) -> bool:
        """Also if the process has ended."""
        return self._lines.within(0)

    def end(self) -> int:
        """Returns the signal that it died of, or 0."""
        self._close()
        os.kill(self._process, signal.SIGKILL)  # harmless for one that is dead and not yet waited for
        _, status = os.waitpid(self._process, 0)
        return os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0

    def _close(self) -> None:
        for number in self._pipes:
            os.close(number)


class Lines:
    """Yields lines from a descriptor."""

    def __init__(self, number: int) -> None:
        self._number = number
        self._unread = b""

    def one(self) -> bytes:
        """A line with its end; a partial one if no more comes, or if it is too long."""
        while b"\n" not in self._unread and len(self._unread) < REPLY_BYTES_MAX:
            chunk = os.read(self._number, _CHUNK_BYTES)
            if not chunk:
                break
            self._unread += chunk
        line, end, self._unread = self._unread.partition(b"\n")
        return line + end

    def within(self, seconds: float) -> bool:
        """Whether data, or the end, arrives in this time."""
        return bool(self._unread or select.select([self._number], [], [], seconds)[0])


def write(number: int, content: bytes) -> None:
    """Writes all of it to a descriptor."""
    while content:
        content = content[os.write(number, content) :]
