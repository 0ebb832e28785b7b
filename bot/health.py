"""Whether the bot that uses a data directory lives: each heartbeat sets the time of a file there, which grows old.

I/O: the time of that file. A recent heartbeat says that the bot's loop runs and that its database answers; it works the
same for both transports, and for a process outside that has nothing but the directory.
"""

from __future__ import annotations

import time
from pathlib import Path

FILE = "heartbeat"
AGE_MAX_S = 60.0
"""Twelve times what lies between two heartbeats, and longer than any one call of the database may take."""


def record_heartbeat(data_dir: Path) -> None:
    data_dir.mkdir(parents=True, exist_ok=True)
    (data_dir / FILE).touch()


def is_alive(data_dir: Path) -> bool:
    try:
        return time.time() - (data_dir / FILE).stat().st_mtime < AGE_MAX_S
    except FileNotFoundError:
        return False
