"""The directory that one conversion writes to, handing out names that do not collide.

I/O: makes paths; whoever asked for one writes it.
"""

from __future__ import annotations

from pathlib import Path


class Outbox:
    """``prefix`` keeps the conversions of several files into one directory apart."""

    def __init__(self, directory: Path, prefix: str) -> None:
        self._directory = directory
        self._prefix = prefix
        self._count = 0

    def new(self, suffix: str) -> Path:
        """A path that nothing is at yet. ``suffix`` starts with its dot."""
        path = self._directory / f"{self._prefix}{self._count}{suffix}"
        self._count += 1
        return path
