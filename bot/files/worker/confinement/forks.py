"""Runs a function in a forked process, and talks to it line by line.

I/O: forks, and pipes. Whatever the fork says may come from a stranger's file: it is bounded, and nothing more is
assumed.

For small files a separate process takes longer than reading them, and most of that is memory: what the two share is
copied, page by page, once either touches it. Hence system calls here instead of buffered files.
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
"""The C library's own. ``os.fork`` goes on to make anew the locks of modules and threads and to seed what is random,
which takes as long as all the rest; this process has one thread, and whoever it forks keeps no secrets."""
_CHUNK_BYTES = 65_536


class Fork:
    """A process, as the one that forked it sees it."""

    def __init__(self, run: Callable[[int, int], None], close: Iterable[int]) -> None:
        """``run`` gets what to read from and what to write to. When it returns, the process ends. It has none of the
        descriptors ``close``. Raises ``OSError`` where the system gives no process."""
        (asked, asking), (answered, answering) = os.pipe(), os.pipe()
        gc.freeze()  # else collecting garbage in the fork copies every page that the two share
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
        """With its end; else the process has died, or says more than it may."""
        return self._lines.one()

    def has_spoken(self) -> bool:
        """Also where it has ended."""
        return self._lines.within(0)

    def end(self) -> int:
        """Returns the signal that it died of; 0 where it had ended in another way."""
        self._close()
        os.kill(self._process, signal.SIGKILL)  # changes nothing for one that is dead and not yet waited for
        _, status = os.waitpid(self._process, 0)
        return os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0

    def _close(self) -> None:
        for number in self._pipes:
            os.close(number)


class Lines:
    """Those that come from a descriptor."""

    def __init__(self, number: int) -> None:
        self._number = number
        self._unread = b""

    def one(self) -> bytes:
        """With its end; what there is of it where no more comes, or it is too much."""
        while b"\n" not in self._unread and len(self._unread) < REPLY_BYTES_MAX:
            chunk = os.read(self._number, _CHUNK_BYTES)
            if not chunk:
                break
            self._unread += chunk
        line, end, self._unread = self._unread.partition(b"\n")
        return line + end

    def within(self, seconds: float) -> bool:
        """Whether more comes, or the end, so soon."""
        return bool(self._unread or select.select([self._number], [], [], seconds)[0])


def write(number: int, content: bytes) -> None:
    """All of it, to a descriptor."""
    while content:
        content = content[os.write(number, content) :]
