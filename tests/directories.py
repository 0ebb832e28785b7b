"""What stands in a directory that a bot is using."""

from __future__ import annotations

import os
from pathlib import Path


def paths_below(directory: Path) -> list[Path]:
    """Unlike ``Path.rglob`` it passes over what is removed meanwhile."""
    return [Path(at, name) for at, directories, files in os.walk(directory) for name in (*directories, *files)]
