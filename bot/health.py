"""Whether the bot that uses a data directory lives: it leaves a sign there while it does, and the sign grows old.

I/O: the time of one file. The sign says that the bot's loop runs and that its database answers; it works the same for
both transports, and for a process outside that has nothing but the directory.
"""

from __future__ import annotations

import time
from pathlib import Path

SIGN = "alive"
AGE_MAX_S = 60.0
"""Twelve times what lies between two signs, and longer than any one call of the database may take."""


def beat(data_dir: Path) -> None:
    data_dir.mkdir(parents=True, exist_ok=True)
    (data_dir / SIGN).touch()


def is_alive(data_dir: Path) -> bool:
    try:
        return time.time() - (data_dir / SIGN).stat().st_mtime < AGE_MAX_S
    except FileNotFoundError:
        return False
