"""Keeps the value of a settings file up to date. I/O: the file, SIGHUP, the log.

The file is read at the start, which a fault ends; then whenever it changes, and at once on SIGHUP. If it has a fault
then, or cannot be read, nothing changes: the earlier value stays, and the log says why.
"""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable
from contextlib import AsyncExitStack, suppress
from pathlib import Path
from typing import Generic, TypeVar

from bot.errors import StartFailed
from bot.keyed_toml import Faults
from bot.telemetry.logs import get_logger

log = get_logger(__name__)

T = TypeVar("T")
EVERY_S = 5.0
BYTES_MAX = 1_000_000
FileState = tuple[int, int, int]


def follow(
    name: str, path: Path | None, read: Callable[[str], T], otherwise: T, parts: AsyncExitStack
) -> Callable[[], T]:
    """What gives the file's value as it stands now, until ``parts`` are closed; ``otherwise`` where no file is set.
    Raises ``StartFailed``."""
    if path is None:
        return lambda: otherwise
    file = ReloadedFile(name, path, read)
    parts.push_async_callback(file.aclose)
    file.start()
    return file.now


class ReloadedFile(Generic[T]):
    """``name`` is that of the setting which names the file; ``read`` makes a value of its text or raises ``Faults``."""

    def __init__(self, name: str, path: Path, read: Callable[[str], T], every_s: float = EVERY_S) -> None:
        """Raises ``StartFailed``."""
        self._name = name
        self._path = path
        self._read = read
        self._every_s = every_s
        self._state = self._seen()
        self._hung_up = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._before: object = None
        try:
            self.value = self._read(self._text())
        except Faults as faults:
            raise StartFailed(*(f"{name}: {path.name}, {line}" for line in faults.lines)) from None

    def now(self) -> T:
        return self.value

    def start(self) -> None:
        """From now on changes take effect. SIGHUP is heard only in the main thread."""
        self._task = asyncio.create_task(self._follow(), name=f"changes of {self._path.name}")
        loop = asyncio.get_running_loop()

        def hang_up(*_: object) -> None:
            with suppress(RuntimeError):  # the loop is closed
                loop.call_soon_threadsafe(self._hung_up.set)
            if callable(self._before):
                self._before(*_)

        with suppress(ValueError):
            self._before = signal.signal(signal.SIGHUP, hang_up)

    async def aclose(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            with suppress(ValueError, TypeError):
                signal.signal(signal.SIGHUP, self._before)  # type: ignore[arg-type]  # what it gave
            self._task = None

    async def _follow(self) -> None:
        while True:
            asked = False
            with suppress(TimeoutError):
                asked = await asyncio.wait_for(self._hung_up.wait(), self._every_s)
            self._hung_up.clear()
            state = await asyncio.to_thread(self._seen)
            if asked or (state is not None and state != self._state):
                self._state = state
                await asyncio.to_thread(self._reload)

    def _reload(self) -> None:
        try:
            self.value = self._read(self._text())
        except (Faults, StartFailed) as error:
            faults = error.lines if isinstance(error, Faults) else error.faults
            log.warning("settings.not_reloaded", setting=self._name, file=self._path.name, faults=list(faults))
        else:
            log.info("settings.reloaded", setting=self._name, file=self._path.name)

    def _seen(self) -> FileState | None:
        """What changes with the file; ``None`` while it is not there, as in the moment in which it is replaced."""
        try:
            found = self._path.stat()
        except OSError:
            return None
        return found.st_mtime_ns, found.st_size, found.st_ino

    def _text(self) -> str:
        """Raises ``StartFailed``."""
        try:
            with self._path.open("rb") as file:
                content = file.read(BYTES_MAX + 1)
            if len(content) > BYTES_MAX:
                raise StartFailed(f"{self._name}: {self._path} is larger than {BYTES_MAX:,} bytes")
            return content.decode("utf-8-sig")
        except OSError as error:
            raise StartFailed(f"{self._name}: {self._path} cannot be read ({error.strerror})") from None
        except UnicodeDecodeError:
            raise StartFailed(f"{self._name}: {self._path} is not text in UTF-8") from None
