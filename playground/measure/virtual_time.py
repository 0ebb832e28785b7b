"""Runs a coroutine in a time of its own, in which waiting takes no time.

I/O: whatever the coroutine does on sockets whose other end it holds as well; what has been sent arrives before time
goes on. A task that waits for anything but time would wait for ever, and fails instead.
"""

from __future__ import annotations

import asyncio
import selectors
import struct
import termios
from collections.abc import Coroutine, Mapping
from fcntl import ioctl
from typing import Any, TypeVar

T = TypeVar("T")


ARRIVED_WITHIN_S, ON_ITS_WAY_S = 0.000_2, 0.005
"""What the kernel may need to carry bytes over loopback; and on a busy machine, if it says that some are on their
way."""
LOOKS_MAX, TICK_S = 1_000, 1e-9
"""After so many looks at the sockets in no time at all, some passes. asyncio's timers may be early by a tick, and who
then waits for the rest of it would do so for ever where time stands still."""


class _Selector(selectors.DefaultSelector):
    """Does not wait: the time that would have been waited has passed."""

    now_s = 0.0
    _looks = 0
    _sent: Mapping[int, int] = {}

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None:
            if ready := super().select(1.0):
                return ready
            raise RuntimeError("everybody waits and nothing will happen")
        self._looks = self._looks + 1 if timeout == 0 else 0
        if self._looks > LOOKS_MAX:
            self._looks, self.now_s = 0, self.now_s + TICK_S
        sockets = len(self.get_map()) > 1  # the loop has one of its own
        ready = super().select(ARRIVED_WITHIN_S if sockets and timeout > 0 else 0)
        if not ready and sockets and timeout > 0 and self._more_was_sent():
            ready = super().select(ON_ITS_WAY_S)
        if not ready:
            self.now_s += max(0.0, timeout)
        return ready

    def _more_was_sent(self) -> bool:
        """Since this was asked for the last time: a kernel may confirm it much later than it delivers it."""
        before, self._sent = self._sent, {key.fd: _unconfirmed(key.fd) for key in self.get_map().values()}
        return any(number and before.get(file) != number for file, number in self._sent.items())


def _unconfirmed(file: int) -> int:
    """How many bytes were written to a socket that its other end has not confirmed."""
    try:
        return int(struct.unpack("i", ioctl(file, termios.TIOCOUTQ, b"\0" * 4))[0])
    except OSError:  # a listening socket, or none
        return 0


class _Loop(asyncio.SelectorEventLoop):
    def __init__(self) -> None:
        self._virtual = _Selector()
        super().__init__(self._virtual)

    def time(self) -> float:
        return self._virtual.now_s

    async def shutdown_default_executor(self, timeout: float | None = None) -> None:  # noqa: ARG002, ASYNC109
        """Without the bound that Python has for it since 3.12, which would be over in no time."""
        await super().shutdown_default_executor()


def run(main: Coroutine[Any, Any, T]) -> T:
    """As ``asyncio.run``; the loop's clock begins at 0."""
    with asyncio.Runner(loop_factory=_Loop) as runner:
        return runner.run(main)
