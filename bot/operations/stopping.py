"""Ends the bot quietly, with the right exit code, on SIGTERM and SIGINT and when it cannot go on.

I/O: this process's signals.

The loop's own signal handlers are not used: they end with the loop, and a signal at the very end would be an error.
"""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import Callable
from contextlib import suppress

from bot.errors import StartFailed

SIGNALS = (signal.SIGTERM, signal.SIGINT)


def while_it_starts() -> None:
    """Nothing is running yet that would have to be ended, so a signal exits at once."""
    for name in SIGNALS:
        signal.signal(name, lambda *_: sys.exit(0))


def while_it_runs(stop: Callable[[], object], hurry: Callable[[], object]) -> None:
    """The first signal calls ``stop`` in the running loop, every further one ``hurry``."""
    loop = asyncio.get_running_loop()
    calls = iter((stop,))

    def stopped(*_: object) -> None:
        with suppress(RuntimeError):  # the loop is closed: there is nothing left to stop
            loop.call_soon_threadsafe(next(calls, hurry))

    for name in SIGNALS:
        signal.signal(name, stopped)


def fail(stopped: asyncio.Future[None], fault: str) -> None:
    """The bot cannot go on: it ends with ``StartFailed``; the first fault counts."""
    if not stopped.done():
        stopped.set_exception(StartFailed(fault))
        stopped.exception()  # whoever waits for it gets it, but nobody has to


def go_on(stopped: asyncio.Future[None]) -> None:
    """Raises ``StartFailed`` if it has already turned out that the bot cannot go on."""
    if stopped.done():
        stopped.result()


def while_it_ends() -> None:
    """It is already ending, with the exit code that it has earned."""
    for name in SIGNALS:
        signal.signal(name, signal.SIG_IGN)
