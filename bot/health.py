"""Whether the bot that uses a data directory lives: it leaves a sign there while it does, and the sign grows old.

I/O: the time of one file, and the text of another, which says how the bot confines strangers' files. The sign says that
the bot's loop runs and that its database answers; it works the same for both transports, and for a process outside that
has nothing but the directory.
"""

from __future__ import annotations

import time
from pathlib import Path

SIGN = "alive"
CONFINEMENT = "confinement"
AGE_MAX_S = 60.0
"""Twelve times what lies between two signs, and longer than any one call of the database may take."""


def beat(data_dir: Path) -> None:
    data_dir.mkdir(parents=True, exist_ok=True)
    (data_dir / SIGN).touch()


def report_confinement(data_dir: Path, words: str) -> None:
    """For whoever asks from outside; ``words`` are as the log has them."""
    data_dir.mkdir(parents=True, exist_ok=True)
    (data_dir / CONFINEMENT).write_text(f"{words}\n", encoding="utf-8")


def confinement(data_dir: Path) -> str:
    """What the bot found when it started; empty where it never did."""
    try:
        return (data_dir / CONFINEMENT).read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        return ""


def is_alive(data_dir: Path) -> bool:
    try:
        return time.time() - (data_dir / SIGN).stat().st_mtime < AGE_MAX_S
    except FileNotFoundError:
        return False
