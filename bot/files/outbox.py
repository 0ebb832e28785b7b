"""Manages the directory that one conversion writes to, and gives out names that do not collide.

I/O: links or copies a file; other paths are written by whoever asked for them.
"""

from __future__ import annotations

import os
from pathlib import Path


def link_or_copy(source: Path, path: Path) -> None:
    """Makes ``path`` the same file if the two are on one file system, else a copy.

    Raises ``FileExistsError`` if something is at ``path``, and then writes nothing.
    """
    try:
        os.link(source, path)
    except FileExistsError:
        raise
    except OSError:
        _copy(source, path)


def _copy(source: Path, path: Path) -> None:
    import shutil  # noqa: PLC0415 - it loads three libraries that most workers have no use for

    shutil.copyfile(source, path)


class Outbox:
    """``prefix`` keeps the conversions of several files into one directory apart."""

    def __init__(self, directory: Path, prefix: str) -> None:
        self._directory = directory
        self._prefix = prefix
        self._count = 0
        self.attached: Path | None = None
        self.unlinked: list[str] = []
        """Further names for ``attached``; only the caller that wants it read may create them."""

    def new(self, suffix: str) -> Path:
        """An unused path. ``suffix`` starts with a dot."""
        path = self._directory / f"{self._prefix}{self._count}{suffix}"
        self._count += 1
        return path

    def same(self, source: Path, suffix: str) -> Path:
        """A path that is, or will be, the same file as ``source``: a worker may read the attached file, but not link
        it."""
        path = self.new(suffix)
        try:
            os.link(source, path)
        except OSError:
            if source == self.attached:
                self.unlinked.append(path.name)
            else:
                _copy(source, path)
        return path
