"""Whether the bot that uses a data directory is alive: each heartbeat sets the time of a file there.

I/O: the time of that file, the space on its disk, and files that say how the bot confines strangers' files, and what it
heard from Slack and when. A recent heartbeat means that the bot's loop runs, that its database accepts writes, that its
disk has space, and that Slack was heard over the socket, if there is one. It works the same for both transports, and
for an outside process that has only the directory.
"""

from __future__ import annotations

import json
import os
import shutil
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from bot.errors import StartFailed
from bot.telemetry.logs import get_logger

log = get_logger(__name__)

FILE = "heartbeat"
CONFINEMENT = "confinement"
HEARD = "heard.json"
HEARD_EVERY_S = 2.0
"""On some file systems, renaming a file onto another waits for the disk, and the loop with it."""
KINDS_MAX = 100
AGE_MAX_S = 60.0
"""Twelve heartbeats, and longer than any one database call may take."""
FREE_BYTES_MIN = 16 * 1024 * 1024
"""With less than this, the next file or question would find no space."""


def prepare(data_dir: Path) -> None:
    """Makes the directory; a start counts as a heartbeat. Raises ``StartFailed``."""
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
        (data_dir / FILE).touch()
        free_bytes = shutil.disk_usage(data_dir).free
    except OSError as error:
        raise StartFailed(
            f"BOT_DATA_DIR: {error.filename} cannot be written to ({error.strerror}). Please let the bot's user "
            f"(uid {os.getuid()}) write there, or choose another directory."
        ) from error
    if free_bytes < FREE_BYTES_MIN:
        raise StartFailed(
            f"BOT_DATA_DIR: the disk of {data_dir} is full: {free_bytes:,} bytes are free, and the bot needs at least "
            f"{FREE_BYTES_MIN:,}. Please free some space, or choose another directory."
        )


class Pulse:
    """The heartbeats of one bot; none while Slack's deliveries cannot come in, as ``hears`` says."""

    def __init__(self, data_dir: Path) -> None:
        """Raises ``StartFailed``."""
        prepare(data_dir)
        self._data_dir = data_dir
        self._heard = heard(data_dir)
        self._written_s = self._noted_s = 0.0
        self.hears: Callable[[], bool] = lambda: True
        self.deaf = "nothing heard from Slack lately"
        """What it means where it does not."""

    def arrived(self, kind: str) -> None:
        """Slack delivered an event of that kind; the doctor reads this in the directory."""
        if kind in self._heard or len(self._heard) < KINDS_MAX:
            self._heard[kind] = self._noted_s = time.time()
        if not 0 <= time.time() - self._written_s < HEARD_EVERY_S:
            self._write_heard()

    def _write_heard(self) -> None:
        self._written_s = time.time()
        with suppress(OSError):  # the heartbeat says what is wrong with the disk
            written = self._data_dir / f"{HEARD}.new"
            written.write_text(json.dumps(self._heard), encoding="utf-8")
            written.replace(self._data_dir / HEARD)

    def beat(self) -> None:
        if self._noted_s > self._written_s:
            self._write_heard()
        if self.hears():
            record_heartbeat(self._data_dir)
        else:
            log.warning("health.nothing_heard", reason=self.deaf)


def record_heartbeat(data_dir: Path, *, free_bytes_min: int = FREE_BYTES_MIN) -> None:
    """Does nothing if the disk is full or the directory was deleted: it is not created again, since its content is
    lost."""
    try:
        free_bytes = shutil.disk_usage(data_dir).free
        if free_bytes < free_bytes_min:
            log.warning("health.disk_full", free_bytes=free_bytes)
            return
        (data_dir / FILE).touch()
    except OSError as error:
        log.warning("health.data_dir_lost", error=type(error).__name__)


def report_confinement(data_dir: Path, words: str) -> None:
    """For readers outside the process; ``words`` are as in the log."""
    data_dir.mkdir(parents=True, exist_ok=True)
    (data_dir / CONFINEMENT).write_text(f"{words}\n", encoding="utf-8")


def heard(data_dir: Path) -> dict[str, float]:
    """When which kind of event came to the bot that uses the directory, in seconds since the epoch."""
    try:
        found = json.loads((data_dir / HEARD).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    items = found.items() if isinstance(found, dict) else ()
    return {kind: float(at) for kind, at in items if isinstance(at, int | float)}


def confinement(data_dir: Path) -> str:
    """What the bot found when it started; empty if it never did."""
    try:
        return (data_dir / CONFINEMENT).read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        return ""


def is_alive(data_dir: Path, age_max_s: float = AGE_MAX_S) -> bool:
    try:
        age_s = time.time() - (data_dir / FILE).stat().st_mtime
    except OSError:
        return False
    return abs(age_s) < age_max_s  # if the clock was set back, a living bot's next heartbeat has the new time
