"""SIGTERM and SIGINT come in, or that the bot cannot go on; it ends quietly, with the right code, whenever they come.

I/O: this process's signals.

Not by the loop's own handlers: those go with the loop, and a signal that comes at the very end would be an error.
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
    """Nothing runs yet that would have to end: who is stopped then ends as well as any other."""
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
    """The bot cannot go on: it ends with ``StartFailed``, the first that comes."""
    if not stopped.done():
        stopped.set_exception(StartFailed(fault))
        stopped.exception()  # whoever waits for it hears of it; nobody has to


def go_on(stopped: asyncio.Future[None]) -> None:
    """Raises ``StartFailed`` where it turned out already that the bot cannot."""
    if stopped.done():
        stopped.result()


def while_it_ends() -> None:
    """It ends already, and with the code that it has earned."""
    for name in SIGNALS:
        signal.signal(name, signal.SIG_IGN)
